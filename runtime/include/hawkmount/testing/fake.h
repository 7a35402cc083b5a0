#ifndef HAWKMOUNT_TESTING_FAKE_H_
#define HAWKMOUNT_TESTING_FAKE_H_

#include <concepts>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/codegen/chain_parts.h"
#include "hawkmount/context.h"
#include "hawkmount/method.h"
#include "hawkmount/stream.h"

namespace hawkmount::testing {

// What a method's fake answers to, and with what. `kFunction` is the
// handler's: &GreeterHandler::SayHello.
//
//   kind             Asked                     Output
//   unary            Request                   Response
//   server stream    Request                   Writer<Response>
//   client stream    std::vector<Request>      Response
//   bidi stream      each Request on its own   Writer<Response>
template <auto kFunction>
struct FakeTypes {
  using Of = codegen::HandlerFunction<decltype(kFunction)>;
  using Request = typename Of::Request;
  using Response = typename Of::Response;
  static constexpr MethodKind kKind = Of::kKind;
  static constexpr bool kWritesStream = Of::kWritesStream;

  using Asked = std::conditional_t<
      kKind == MethodKind::kClientStream,
      std::vector<Request>,
      Request>;
  using Output = std::conditional_t<kWritesStream, Writer<Response>, Response>;
  // What an Output can be made of.
  using Value =
      std::conditional_t<kWritesStream, std::vector<Response>, Response>;
  using Answer = std::function<absl::Status(Context&, const Asked&, Output&)>;
};

// An answer that a test sets.
template <auto kFunction>
class FakeAnswer {
  using Types = FakeTypes<kFunction>;
  using Asked = typename Types::Asked;
  using Output = typename Types::Output;
  using Value = typename Types::Value;

 public:
  // A response, or those of a stream, and how it ends then.
  void Return(Value value, absl::Status end = absl::OkStatus()) {
    Do([value = std::move(value), end = std::move(end)](
           Context&, const Asked&, Output& output) {
      const absl::Status written = Put(value, output);
      return written.ok() ? end : written;
    });
  }
  // A status alone.
  void Return(absl::Status status) {
    Do([status = std::move(status)](Context&, const Asked&, Output&) {
      return status;
    });
  }

  // A function of (context, asked, output), (asked, output), (context, asked)
  // or (asked), which returns nothing, a status, a value (a Response, or a
  // std::vector of them for a stream) or an absl::StatusOr of one. What it
  // throws, the handler throws. It may be called by several threads at a time.
  template <class F>
  void Do(F function) {
    auto answer = std::make_shared<const typename Types::Answer>(
        [function = std::move(function)](
            Context& context, const Asked& asked, Output& output) mutable {
          if constexpr (std::invocable<F&, Context&, const Asked&, Output&>) {
            return Settle(
                output, [&] { return function(context, asked, output); });
          } else if constexpr (std::invocable<F&, const Asked&, Output&>) {
            return Settle(output, [&] { return function(asked, output); });
          } else if constexpr (std::invocable<F&, Context&, const Asked&>) {
            return Settle(output, [&] { return function(context, asked); });
          } else {
            static_assert(
                std::invocable<F&, const Asked&>,
                "hawkmount: a fake's function takes (context, asked, output), "
                "(asked, output), (context, asked) or (asked)");
            return Settle(output, [&] { return function(asked); });
          }
        });
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }

  // Null when there is none.
  std::shared_ptr<const typename Types::Answer> Get() const {
    const std::lock_guard lock(mutex_);
    return answer_;
  }

 private:
  static absl::Status Put(const Value& value, Output& output) {
    if constexpr (Types::kWritesStream) {
      for (const auto& response : value) {
        if (!output.Write(response)) {
          return absl::CancelledError("the caller has left");
        }
      }
    } else {
      output = value;
    }
    return absl::OkStatus();
  }

  template <class Call>
  static absl::Status Settle(Output& output, Call call) {
    using Result = decltype(call());
    if constexpr (std::is_void_v<Result>) {
      call();
      return absl::OkStatus();
    } else if constexpr (std::convertible_to<Result, absl::Status>) {
      return call();
    } else if constexpr (std::convertible_to<Result, Value>) {
      return Put(call(), output);
    } else {
      const absl::StatusOr<Value> value = call();
      return value.ok() ? Put(*value, output) : value.status();
    }
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const typename Types::Answer> answer_;
};

// A method of a generated fake: its answer, its special cases, its calls.
//
//   fake.OnSayHello().Return(response);
//   fake.OnSayHello()
//       .When([](const SayHelloRequest& r) { return r.name() == "Eve"; })
//       .Return(absl::PermissionDeniedError("not you"));
//
// Any thread, also while calls are served.
template <auto kFunction>
class FakeMethod : public FakeAnswer<kFunction> {
  using Types = FakeTypes<kFunction>;

 public:
  using Request = typename Types::Request;
  using Response = typename Types::Response;
  using Asked = typename Types::Asked;

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
  absl::Status Serve(
      Context& context, const Request& request, Response& response) {
    CountCall();
    Keep(request);
    return Answer(context, request, response);
  }
  absl::Status Serve(
      Context& context, const Request& request, Writer<Response>& stream) {
    CountCall();
    Keep(request);
    return Answer(context, request, stream);
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
  absl::Status Serve(Context& context, BidiStream<Request, Response>& stream) {
    CountCall();
    for (Request request; stream.Read(request);) {
      Keep(request);
      absl::Status status =
          Answer(context, request, static_cast<Writer<Response>&>(stream));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
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

  absl::Status Answer(
      Context& context, const Asked& asked, typename Types::Output& output) {
    const auto answer = AnswerTo(asked);
    if (answer != nullptr) return (*answer)(context, asked, output);
    return absl::UnimplementedError(
        "the fake has no answer for " + std::string(context.method().path) +
        ": set one with Return or Do");
  }

  mutable std::mutex mutex_;
  std::deque<Case> cases_;  // the last first
  size_t calls_ = 0;
  std::vector<Request> requests_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_FAKE_H_
