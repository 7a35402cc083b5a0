#ifndef HAWKMOUNT_CODEGEN_CHAIN_H_
#define HAWKMOUNT_CODEGEN_CHAIN_H_

// Handlers inside of interceptors, folded where the mount is made: what an
// interceptor does not have leaves nothing behind.

#include <cstddef>
#include <exception>
#include <tuple>
#include <utility>

#include "hawkmount/codegen/chain_check.h"
#include "hawkmount/codegen/chain_frame.h"
#include "hawkmount/codegen/chain_parts.h"

namespace hawkmount::codegen {

template <class Handler, class... Interceptors>
class Chain {
 public:
  explicit Chain(Handler& handler, Interceptors... interceptors)
      : handler_(handler), interceptors_(std::move(interceptors)...) {}

  // Calls a blocking handler.
  template <class Function, class C, class... Messages>
  absl::Status Run(Function function, C& context, Messages&... messages) {
    Frame<Function> frame(interceptors_, context);
    return frame.Leave(Guard<Frame<Function>>(context, [&] {
      if (!frame.Enter() || !frame.ReceiveOnly(messages...)) {
        return frame.TakeStatus();
      }
      absl::Status status = (handler_.*function)(context, messages...);
      return frame.SendOnly(std::move(status), messages...);
    }));
  }

  // Calls a coroutine.
  template <class Function, class C, class... Messages>
  Task RunAsync(Function function, C& context, Messages&... messages) {
    if constexpr (Frame<Function>::kActsAfterTheStart) {
      return RunAround(context, function, messages...);
    } else if constexpr (Frame<Function>::kOutlivesTheStart) {
      return Start(
          Frame<Function>::Keep(interceptors_, context),
          context,
          function,
          messages...);
    } else {
      Frame<Function> frame(interceptors_, context);
      return Start(frame, context, function, messages...);
    }
  }

  // Complains of interceptors that fit none of a service's methods.
  template <class... Functions>
  static consteval bool Check(Functions...) {
    if constexpr (sizeof...(Functions) > 0) {
      (CheckParts<Unwrapped<Interceptors>, HandlerFunction<Functions>...>(),
       ...);
    }
    return true;
  }

 private:
  template <class Function>
  using Frame = ChainFrame<HandlerFunction<Function>, Interceptors...>;

  // Nothing but the handler is left to do after this.
  template <class F, class C, class Function, class... Messages>
  Task Start(F& frame, C& context, Function function, Messages&... messages) {
    if (!frame.Enter() || !frame.ReceiveOnly(messages...)) {
      return frame.TakeStatus();
    }
    return (handler_.*function)(context, messages...);
  }

  // The context comes first: the coroutine's frame is the call's.
  template <class C, class Function, class... Messages>
  Task RunAround(C& context, Function function, Messages&... messages) {
    Frame<Function> frame(interceptors_, context);
    absl::Status status;
#if defined(__cpp_exceptions)
    try {
#endif
      bool goes_on = co_await frame.EnterAsync();
      goes_on = goes_on && frame.ReceiveOnly(messages...);
      if (goes_on) {
        status = co_await (handler_.*function)(context, messages...);
        status = frame.SendOnly(std::move(status), messages...);
      } else {
        status = frame.TakeStatus();
      }
#if defined(__cpp_exceptions)
    } catch (...) {
      if constexpr (!Frame<Function>::kHasAfter) throw;
      status = context.call().StatusOf(std::current_exception());
    }
#endif
    co_return frame.Leave(std::move(status));
  }

  // What `inner` comes to, as those have to know it who hear the end.
  template <class F, class C, class Inner>
  static absl::Status Guard([[maybe_unused]] C& context, Inner inner) {
#if defined(__cpp_exceptions)
    if constexpr (F::kHasAfter) {
      try {
        return inner();
      } catch (...) {
        return context.call().StatusOf(std::current_exception());
      }
    }
#endif
    return inner();
  }

  Handler& handler_;
  std::tuple<Interceptors...> interceptors_;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CHAIN_H_
