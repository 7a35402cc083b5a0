#ifndef HAWKMOUNT_CODEGEN_CHAIN_CHECK_H_
#define HAWKMOUNT_CODEGEN_CHAIN_CHECK_H_

// What the compiler tells of interceptors that cannot work.

#include <concepts>
#include <type_traits>

#include "hawkmount/codegen/chain_parts.h"

namespace hawkmount::codegen {

// Whether a class has something of that name, of whatever signature: with
// another one beside it, the name is ambiguous.
#define HAWKMOUNT_NAMES(Part)                                \
  struct Another##Part {                                     \
    void Part();                                             \
  };                                                         \
  template <class I>                                         \
  struct With##Part : I, Another##Part {};                   \
  template <class I>                                         \
  concept Names##Part = !::std::is_final_v<I> && !requires { \
    &With##Part<I>::Part;                                    \
  }
HAWKMOUNT_NAMES(Before);
HAWKMOUNT_NAMES(BeforeAsync);
HAWKMOUNT_NAMES(OnReceive);
HAWKMOUNT_NAMES(OnSend);
HAWKMOUNT_NAMES(After);
#undef HAWKMOUNT_NAMES

// Keeps a mount's constructors apart.
template <class T, class Other>
concept OtherThan = !std::same_as<T, Other>;

// F are the HandlerFunctions of a service.
template <class I, class... F>
requires(sizeof...(F) > 0) consteval void CheckParts() {
  constexpr bool before = (BeforeFits<I, F> || ...);
  constexpr bool before_async = (BeforeAsyncFits<I, F> || ...);
  constexpr bool receive = ((ReceiveFits<I, F> || AnswerFits<I, F>) || ...);
  constexpr bool send = (SendFits<I, F> || ...);
  constexpr bool after = (AfterFits<I, F> || ...);
  static_assert(
      before || !NamesBefore<I>,
      "hawkmount: the interceptor's Before fits no method of the service: make "
      "it public and take (hawkmount::Context& context)");
  static_assert(
      before_async || !NamesBeforeAsync<I>,
      "hawkmount: the interceptor's BeforeAsync fits no method of the service: "
      "make it public and take (hawkmount::Context& context)");
  static_assert(
      before || !before_async,
      "hawkmount: the interceptor's BeforeAsync is for coroutine handlers "
      "alone: give it a Before for blocking ones, too");
  static_assert(
      receive || !NamesOnReceive<I>,
      "hawkmount: the interceptor's OnReceive fits no method of the service: "
      "make it public and take (hawkmount::Context& context, Request& request) "
      "with the type of a request, google::protobuf::Message or auto");
  static_assert(
      send || !NamesOnSend<I>,
      "hawkmount: the interceptor's OnSend fits no method of the service: make "
      "it public and take (hawkmount::Context& context, Response& response) "
      "with the type of a response, google::protobuf::Message or auto");
  static_assert(
      after || !NamesAfter<I>,
      "hawkmount: the interceptor's After fits no method of the service: make "
      "it public and take (hawkmount::Context& context, absl::Status& status)");
  static_assert(
      before || before_async || receive || send || after || NamesBefore<I> ||
          NamesBeforeAsync<I> || NamesOnReceive<I> || NamesOnSend<I> ||
          NamesAfter<I>,
      "hawkmount: this is no interceptor: it has no Before, OnReceive, OnSend "
      "or After");
}

template <class Fact, class List>
struct IsAmong;
template <class Fact, class... F>
struct IsAmong<Fact, Facts<F...>>
    : std::bool_constant<(std::same_as<Fact, F> || ...)> {};

template <class WhoNeedsIt, class Fact, class ProvidedBefore>
consteval void CheckFact() {
  static_assert(
      IsAmong<Fact, ProvidedBefore>::value,
      "hawkmount: WhoNeedsIt has the Fact in its Needs, but no interceptor "
      "before it has it in its Provides: add one, or put it further to the "
      "front");
}

template <class WhoNeedsIt, class ProvidedBefore, class... Fact>
consteval void CheckEach(Facts<Fact...>) {
  (CheckFact<WhoNeedsIt, Fact, ProvidedBefore>(), ...);
}

// Complains when somebody needs a fact that nobody before it provides. The
// handler comes last.
template <class ProvidedBefore, class First, class... Rest>
consteval void CheckFactsInOrder() {
  CheckEach<First, ProvidedBefore>(typename NeededBy<First>::Type());
  if constexpr (sizeof...(Rest) > 0) {
    CheckFactsInOrder<
        typename Joined<ProvidedBefore, typename ProvidedBy<First>::Type>::Type,
        Rest...>();
  }
}
template <class Handler, class... Interceptors>
consteval void CheckFacts() {
  CheckFactsInOrder<Facts<>, Unwrapped<Interceptors>..., Handler>();
}

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_CHAIN_CHECK_H_
