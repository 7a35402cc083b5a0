#ifndef HAWKMOUNT_TESTING_FAKE_H_
#define HAWKMOUNT_TESTING_FAKE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/context.h"
#include "hawkmount/method.h"
#include "hawkmount/stream.h"
#include "hawkmount/task.h"
#include "hawkmount/testing/fake_answer.h"

namespace hawkmount::testing {

// A method of a generated fake: its answer, its special cases, its calls.
//
//   fake.OnSayHello().Return(response);
//   fake.OnSayHello()
//       .When([](const SayHelloRequest& r) { return r.name() == "Eve"; })
//       .Return(absl::PermissionDeniedError("not you"));
//
// A coroutine's fake has the same, and its functions may be coroutines.
//
// Any thread, also while calls are served.
template <auto kFunction>
class FakeMethod : public FakeAnswer<kFunction> {
  using Types = FakeTypes<kFunction>;

 public:
  using Request = typename Types::Request;
  using Response = typename Types::Response;
  using Asked = typename Types::Asked;
  using Output = typename Types::Output;
  using Result = typename Types::Result;

  // The answer to what the predicate holds for. The last case that was made
  // counts first; the answer itself is for what is no special case.
  FakeAnswer<kFunction>& When(std::function<bool(const Asked&)> predicate) {
    const std::lock_guard lock(mutex_);
    return cases_.emplace_front(std::move(predicate)).answer;
  }

  // How often the handler was called.
  size_t calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  // All requests that came, in order.
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  // For the generated fake.
  Result Serve(Context& context, const Request& request, Output& output) {
    CountCall();
    Keep(request);
    return Answer(context, request, output);
  }
  absl::Status Serve(
      Context& context, Reader<Request>& stream, Response& response) {
    CountCall();
    std::vector<Request> all;
    for (Request request; stream.Read(request);) {
      Keep(request);
      all.push_back(request);
    }
    return Answer(context, all, response);
  }
  Task Serve(
      Context& context, AsyncReader<Request>& stream, Response& response) {
    CountCall();
    std::vector<Request> all;
    Request request;
    while (co_await stream.Read(request)) {
      Keep(request);
      all.push_back(request);
    }
    co_return co_await Answer(context, all, response);
  }
  absl::Status Serve(Context& context, BidiStream<Request, Response>& stream) {
    CountCall();
    Output& output = stream;
    for (Request request; stream.Read(request);) {
      Keep(request);
      absl::Status status = Answer(context, request, output);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }
  Task Serve(Context& context, AsyncBidiStream<Request, Response>& stream) {
    CountCall();
    Output& output = stream;
    Request request;
    while (co_await stream.Read(request)) {
      Keep(request);
      absl::Status status = co_await Answer(context, request, output);
      if (!status.ok()) co_return status;
    }
    co_return absl::OkStatus();
  }

 private:
  struct Case {
    explicit Case(std::function<bool(const Asked&)> when)
        : predicate(std::move(when)) {}
    std::function<bool(const Asked&)> predicate;
    FakeAnswer<kFunction> answer;
  };

  void CountCall() {
    const std::lock_guard lock(mutex_);
    ++calls_;
  }
  void Keep(const Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }

  auto AnswerTo(const Asked& asked) const {
    const std::lock_guard lock(mutex_);
    for (const Case& special : cases_) {
      if (!special.predicate(asked)) continue;
      if (auto answer = special.answer.Get()) return answer;
    }
    return this->Get();
  }

  Result Answer(Context& context, const Asked& asked, Output& output) {
    auto answer = AnswerTo(asked);
    if (answer == nullptr) {
      return absl::UnimplementedError(
          "the fake has no answer for " + std::string(context.method().path) +
          ": set one with Return or Do");
    }
    Result result = (*answer)(context, asked, output);
    if constexpr (Types::kIsCoroutine) {
      if (!result.ready()) return Keeping(std::move(answer), std::move(result));
    }
    return result;
  }

  // A coroutine may use what its function has captured.
  static Task Keeping(
      [[maybe_unused]] std::shared_ptr<const typename Types::Answer> answer,
      Task task) {
    absl::Status status = co_await std::move(task);
    co_return status;
  }

  mutable std::mutex mutex_;
  std::deque<Case> cases_;  // the last first
  size_t calls_ = 0;
  std::vector<Request> requests_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_FAKE_H_
