#ifndef HAWKMOUNT_TESTING_STREAM_H_
#define HAWKMOUNT_TESTING_STREAM_H_

#include <concepts>
#include <vector>

#include "hawkmount/testing/call.h"

namespace hawkmount::testing {

// The stream of a TestContext's call, of either style:
//
//   TestStream<GreeterHandler::CollectStream> stream(context, {ada, grace});
//   EXPECT_TRUE(handler.Collect(context, stream, response).ok());
//
// Push and End: any thread. A blocking handler that waits for a request for a
// minute gets an exception that says so.
template <class Stream>
class TestStream {
 public:
  // Without requests, or with those that Push brings until End.
  explicit TestStream(TestCall& call) : call_(call), stream_(call.call()) {}

  // With these requests and no more.
  template <class S = Stream>
  TestStream(TestCall& call, const std::vector<typename S::Request>& requests)
      : TestStream(call) {
    for (const typename S::Request& request : requests) Push(request);
    End();
  }

  // The caller sends another request ...
  template <class Request, class S = Stream>
  requires std::same_as<Request, typename S::Request>
  void Push(const Request& request) { call_.Push(request); }
  // ... and has no more.
  void End() { call_.End(); }

  // What the handler has written so far.
  template <class S = Stream>
  std::vector<typename S::Response> responses() const {
    std::vector<typename S::Response> all;
    for (const auto* response : call_.Responses()) {
      all.push_back(static_cast<const typename S::Response&>(*response));
    }
    return all;
  }

  operator Stream&() { return stream_; }  // NOLINT: handlers take one

 private:
  TestCall& call_;
  Stream stream_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_STREAM_H_
