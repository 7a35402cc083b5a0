#ifndef HAWKMOUNT_TESTING_CALL_H_
#define HAWKMOUNT_TESTING_CALL_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hawkmount/app.h"
#include "hawkmount/codegen/call.h"
#include "hawkmount/codegen/hooks.h"
#include "hawkmount/testing/facts.h"
#include "hawkmount/tls.h"

namespace google::protobuf {
class MessageLite;
}  // namespace google::protobuf

namespace hawkmount::testing {

class ManualClock;

struct TestCallOptions {
  // What the caller sent. Keys are lower-case. An x-request-id or a traceparent
  // counts as it does in a server.
  std::vector<std::pair<std::string, std::string>> metadata{};
  // The caller's deadline, from now on. Unset: none. A coroutine's call is
  // given up when its clock comes to it, a blocking one's in real time.
  std::optional<std::chrono::milliseconds> timeout{};
  // What deadlines go by in both styles; moved by another thread while a
  // blocking handler runs. Must outlive the call. Null: as above.
  ManualClock* clock = nullptr;
  std::string peer = "ipv4:127.0.0.1:50000";
  PeerIdentity identity{};
  bool request_compressed = false;
  // Must outlive the call. Null: an app of its own that logs nowhere.
  App* app = nullptr;
  // The caller leaves after so many responses of a stream.
  std::optional<size_t> leaves_after{};
};

// A call that no network carries: what a test says about the caller, and what
// became of it. TestContext is one with its method's context.
class TestCall {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  // The caller hangs up. Any thread.
  void Cancel();

  // What was added to the answer.
  Pairs initial_metadata() const;
  Pairs trailing_metadata() const;

  // A fact for the handler, as if an interceptor had put it there.
  template <class Fact, class... Arguments>
  Fact& Set(Arguments&&... arguments) {
    return facts_.Provide<Fact>().emplace(
        std::forward<Arguments>(arguments)...);
  }
  // A place for a fact that the handler is to put there itself.
  template <class Fact>
  void Provide() {
    facts_.Provide<Fact>();
  }

  App& app() const;

  TestCall(const TestCall&) = delete;
  TestCall& operator=(const TestCall&) = delete;

  // For contexts, streams and tasks.
  codegen::Call& call();
  // Another request, or no more of them. Any thread.
  void Push(const google::protobuf::MessageLite& request);
  void End();
  // What was written so far, in order; each lives as long as this.
  std::vector<const google::protobuf::MessageLite*> Responses() const;
  // Has a coroutine run by `clock`, in a scope that ends when the call is given
  // up.
  void Attach(ManualClock& clock, codegen::CancelScope& scope);
  void Detach();
  // Whether a coroutine waits for a request that may yet come.
  bool IsReading() const;

 protected:
  // Throws std::invalid_argument for metadata that gRPC does not allow.
  TestCall(const Method& method, TestCallOptions options);
  ~TestCall();

 private:
  class Carrier;

  FactsOfAnyType facts_;
  std::unique_ptr<Carrier> carrier_;
};

// The context of a call, for a handler that is called by a test itself:
//
//   TestContext<GreeterHandler::SayHelloContext> context(
//       {.metadata = {{"authorization", "Bearer token"}}});
//   SayHelloResponse response;
//   EXPECT_TRUE(handler.SayHello(context, request, response).ok());
//
// One for each call.
template <class ContextType>
class TestContext final : public TestCall {
 public:
  explicit TestContext(TestCallOptions options = {})
      : TestCall(ContextType::kInfo, std::move(options)), context_(call()) {
    codegen::RequestIdHook settles_ids(context_);
  }

  operator ContextType&() { return context_; }  // NOLINT: handlers take one
  ContextType* operator->() { return &context_; }

 private:
  ContextType context_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_CALL_H_
