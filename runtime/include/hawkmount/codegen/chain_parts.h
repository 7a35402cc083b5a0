#ifndef HAWKMOUNT_CODEGEN_CHAIN_PARTS_H_
#define HAWKMOUNT_CODEGEN_CHAIN_PARTS_H_

// Which parts interceptors have, and where they fit.

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "hawkmount/interceptor.h"
#include "hawkmount/method.h"

namespace hawkmount::codegen {

// One that several mounts share.
template <class I>
struct Unwrap {
  using Type = I;
  static I& Of(I& interceptor) { return interceptor; }
};
template <class I>
struct Unwrap<std::shared_ptr<I>> {
  using Type = I;
  static I& Of(std::shared_ptr<I>& interceptor) { return *interceptor; }
};
template <class I>
struct Unwrap<std::reference_wrapper<I>> {
  using Type = I;
  static I& Of(std::reference_wrapper<I>& interceptor) { return interceptor; }
};
template <class I>
using Unwrapped = typename Unwrap<I>::Type;

// Messages and context of a method, from its handler's function.
template <MethodKind kKind, class First, class... Second>
struct MessagesOf;
template <class First, class Second>
struct MessagesOf<MethodKind::kUnary, const First, Second> {
  using Request = First;
  using Response = Second;
};
template <class First, class Second>
struct MessagesOf<MethodKind::kServerStream, const First, Second> {
  using Request = First;
  using Response = typename Second::Response;
};
template <class First, class Second>
struct MessagesOf<MethodKind::kClientStream, First, Second> {
  using Request = typename First::Request;
  using Response = Second;
};
template <class First>
struct MessagesOf<MethodKind::kBidiStream, First> {
  using Request = typename First::Request;
  using Response = typename First::Response;
};

template <class Function>
struct HandlerFunction;
template <class Result, class Handler, class C, class... Messages>
struct HandlerFunction<Result (Handler::*)(C&, Messages&...)>
    : MessagesOf<C::kInfo.kind, Messages...> {
  using Context = C;
  static constexpr MethodKind kKind = C::kInfo.kind;
  static constexpr bool kReadsStream =
      kKind == MethodKind::kClientStream || kKind == MethodKind::kBidiStream;
  static constexpr bool kWritesStream =
      kKind == MethodKind::kServerStream || kKind == MethodKind::kBidiStream;
};

// Whether a part can be called for a method.
template <class I, class F>
concept BeforeFits = requires(I& i, typename F::Context& context) {
  i.Before(context);
};
template <class I, class F>
concept BeforeAsyncFits = requires(I& i, typename F::Context& context) {
  i.BeforeAsync(context);
};
template <class I, class F>
concept ReceiveFits =
    requires(I& i, typename F::Context& context, typename F::Request& request) {
  i.OnReceive(context, request);
};
template <class I, class F>
concept AnswerFits = F::kKind == MethodKind::kUnary&& requires(
                                     I& i,
                                     typename F::Context& context,
                                     const typename F::Request& request,
                                     typename F::Response& response) {
  i.OnReceive(context, request, response);
};
template <class I, class F>
concept SendFits = requires(
    I& i, typename F::Context& context, typename F::Response& response) {
  i.OnSend(context, response);
};
// Only a part that takes its message as const takes one that is about to go: a
// const one would also fit what is made for each type, `auto&`.
template <class I, class F>
concept SendOnlyLooks =
    requires(I& i, typename F::Context& context, typename F::Response m) {
  i.OnSend(context, std::move(m));
};
template <class I, class F>
concept AfterFits =
    requires(I& i, typename F::Context& context, absl::Status& status) {
  i.After(context, status);
};

// What a part has decided.
template <class Part>
Decision Decide(Part part) {
  using Result = decltype(part());
  static_assert(
      std::is_void_v<Result> || std::is_convertible_v<Result, Decision>,
      "hawkmount: Before, OnReceive and OnSend of an interceptor return "
      "nothing, an absl::Status or a hawkmount::Decision");
  if constexpr (std::is_void_v<Result>) {
    part();
    return Decision();
  } else {
    return part();
  }
}

// Facts.

template <class I>
struct ProvidedBy {
  using Type = Facts<>;
};
template <class I>
requires requires { typename I::Provides; }
struct ProvidedBy<I> {
  using Type = typename I::Provides;
};

template <class I>
struct NeededBy {
  using Type = Facts<>;
};
template <class I>
requires requires { typename I::Needs; }
struct NeededBy<I> {
  using Type = typename I::Needs;
};

template <class... List>
struct Joined {
  using Type = Facts<>;
};
template <class... A>
struct Joined<Facts<A...>> {
  using Type = Facts<A...>;
};
template <class... A, class... B, class... Rest>
struct Joined<Facts<A...>, Facts<B...>, Rest...>
    : Joined<Facts<A..., B...>, Rest...> {};

template <class... I>
using AllProvided = typename Joined<typename ProvidedBy<I>::Type...>::Type;

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CHAIN_PARTS_H_
