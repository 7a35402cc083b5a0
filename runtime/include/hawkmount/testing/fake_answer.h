#ifndef HAWKMOUNT_TESTING_FAKE_ANSWER_H_
#define HAWKMOUNT_TESTING_FAKE_ANSWER_H_

#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/codegen/chain_parts.h"
#include "hawkmount/context.h"
#include "hawkmount/method.h"
#include "hawkmount/stream.h"
#include "hawkmount/task.h"

namespace hawkmount::testing {

template <class Function>
struct ResultOf;
template <class R, class Handler, class... Arguments>
struct ResultOf<R (Handler::*)(Arguments...)> {
  using Type = R;
};

template <class T>
struct IsTask : std::false_type {};
template <class T>
struct IsTask<TaskOf<T>> : std::true_type {};

// What a method's fake answers to, and with what. `kFunction` is the handler's,
// of either style: &GreeterHandler::SayHello or &GreeterHandler::SayHelloAsync.
//
//   kind             Asked                     Output
//   unary            Request                   Response
//   server stream    Request                   Writer<Response>
//   client stream    std::vector<Request>      Response
//   bidi stream      each Request on its own   Writer<Response>
//
// A coroutine's Output is an AsyncWriter where the table has a Writer.
template <auto kFunction>
struct FakeTypes {
  using Of = codegen::HandlerFunction<decltype(kFunction)>;
  using Request = typename Of::Request;
  using Response = typename Of::Response;
  // absl::Status or Task
  using Result = typename ResultOf<decltype(kFunction)>::Type;
  static constexpr MethodKind kKind = Of::kKind;
  static constexpr bool kWritesStream = Of::kWritesStream;
  static constexpr bool kIsCoroutine = IsTask<Result>::value;

  using Asked = std::conditional_t<
      kKind == MethodKind::kClientStream,
      std::vector<Request>,
      Request>;
  using Stream =
      std::conditional_t<kIsCoroutine, AsyncWriter<Response>, Writer<Response>>;
  using Output = std::conditional_t<kWritesStream, Stream, Response>;
  // What an Output can be made of.
  using Value =
      std::conditional_t<kWritesStream, std::vector<Response>, Response>;
  using Answer = std::function<Result(Context&, const Asked&, Output&)>;
};

// An answer that a test sets.
template <auto kFunction>
class FakeAnswer {
  using Types = FakeTypes<kFunction>;
  using Asked = typename Types::Asked;
  using Output = typename Types::Output;
  using Result = typename Types::Result;
  using Value = typename Types::Value;

 public:
  // A response, or those of a stream, and how it ends then.
  void Return(Value value, absl::Status end = absl::OkStatus()) {
    Do([value = std::move(value), end = std::move(end)](
           Context&, const Asked&, Output& output) {
      return Put(value, output, end);
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
  //
  // In coroutine style it may be a coroutine as well: what it returns is then a
  // TaskOf any of these. What it refers to lives as long as the call.
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
  static Result Put(Value value, Output& output, absl::Status end) {
    if constexpr (!Types::kWritesStream) {
      output = std::move(value);
      return end;
    } else if constexpr (Types::kIsCoroutine) {
      return Write(std::move(value), output, std::move(end));
    } else {
      for (const auto& response : value) {
        if (!output.Write(response)) {
          return absl::CancelledError("the caller has left");
        }
      }
      return end;
    }
  }

  static Task Write(Value value, Output& output, absl::Status end) {
    for (const auto& response : value) {
      const bool written = co_await output.Write(response);
      if (!written) co_return absl::CancelledError("the caller has left");
    }
    co_return end;
  }

  template <class Call>
  static Result Settle(Output& output, Call call) {
    using Outcome = decltype(call());
    if constexpr (std::is_void_v<Outcome>) {
      call();
      return absl::OkStatus();
    } else if constexpr (IsTask<Outcome>::value) {
      static_assert(
          Types::kIsCoroutine,
          "hawkmount: this fake is of the blocking style, and its functions "
          "are no coroutines: take the one of coroutine style, FakeAsync...");
      return Await(call(), output);
    } else {
      return Conclude(call(), output);
    }
  }

  // What a function came to, as the handler's result.
  template <class Outcome>
  static Result Conclude(Outcome outcome, Output& output) {
    if constexpr (std::convertible_to<Outcome, absl::Status>) {
      return absl::Status(std::move(outcome));
    } else if constexpr (std::convertible_to<Outcome, Value>) {
      return Put(std::move(outcome), output, absl::OkStatus());
    } else {
      absl::StatusOr<Value> value = std::move(outcome);
      if (!value.ok()) return value.status();
      return Put(*std::move(value), output, absl::OkStatus());
    }
  }

  template <class Outcome>
  static Task Await(TaskOf<Outcome> task, Output& output) {
    absl::Status status;
    if constexpr (std::is_void_v<Outcome>) {
      co_await std::move(task);
    } else {
      Outcome outcome = co_await std::move(task);
      status = co_await Conclude(std::move(outcome), output);
    }
    co_return status;
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const typename Types::Answer> answer_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_FAKE_ANSWER_H_
