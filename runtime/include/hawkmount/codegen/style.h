#ifndef HAWKMOUNT_CODEGEN_STYLE_H_
#define HAWKMOUNT_CODEGEN_STYLE_H_

#include <concepts>
#include <type_traits>

#include "hawkmount/method.h"

namespace hawkmount::codegen {

// From a virtual function's own type: which class in a handler's ancestry
// declares the function that a handler has in its place.
template <class MemberPointer>
struct Slot;
template <class Base, class Result, class... Arguments>
struct Slot<Result (Base::*)(Arguments...)> {
  // A pointer, as there are no values of abstract classes.
  template <class Owner>
  static Owner* OwnerOf(Result (Owner::*)(Arguments...));
};

}  // namespace hawkmount::codegen

// Sets `style` to the form of a method that `Handler` overrides. A statement in
// a function template over Handler, after HAWKMOUNT_CHECK_HANDLER, which speaks
// for it when Handler is none at all. Where one form is overridden, nothing is
// asked of the other's name: a class that handles two services may not have it.
#define HAWKMOUNT_DETECT_STYLE(Base, Handler, Method, MethodAsync, style)     \
  {                                                                           \
    constexpr bool derived = ::std::is_convertible_v<Handler*, Base*>;        \
    constexpr bool named = requires {                                         \
      ::hawkmount::codegen::Slot<decltype(&Base::Method)>::OwnerOf(           \
          &Handler::Method);                                                  \
    };                                                                        \
    constexpr bool named_async = requires {                                   \
      ::hawkmount::codegen::Slot<decltype(&Base::MethodAsync)>::OwnerOf(      \
          &Handler::MethodAsync);                                             \
    };                                                                        \
    constexpr bool inherited = requires {                                     \
      {                                                                       \
        ::hawkmount::codegen::Slot<decltype(&Base::Method)>::OwnerOf(         \
            &Handler::Method)                                                 \
        } -> ::std::same_as<Base*>;                                           \
    };                                                                        \
    constexpr bool inherited_async = requires {                               \
      {                                                                       \
        ::hawkmount::codegen::Slot<decltype(&Base::MethodAsync)>::OwnerOf(    \
            &Handler::MethodAsync)                                            \
        } -> ::std::same_as<Base*>;                                           \
    };                                                                        \
    constexpr bool overridden = named && !inherited;                          \
    constexpr bool overridden_async = named_async && !inherited_async;        \
    static_assert(                                                            \
        named || overridden_async || !derived,                                \
        "hawkmount: the handler's " #Method                                   \
        " cannot be used: make the override public; if the class declares "   \
        "another function of that name, or has two bases with it, override "  \
        "this one too or say `using " #Base "::" #Method ";`");               \
    static_assert(                                                            \
        named_async || overridden || !derived,                                \
        "hawkmount: the handler's " #MethodAsync                              \
        " cannot be used: make the override public; if the class declares "   \
        "another function of that name, or has two bases with it, override "  \
        "this one too or say `using " #Base "::" #MethodAsync ";`");          \
    static_assert(                                                            \
        !overridden || !overridden_async,                                     \
        "hawkmount: the handler overrides both " #Method " and " #MethodAsync \
        ": keep the blocking form or the coroutine, not both");               \
    style = overridden         ? ::hawkmount::kBlocking                       \
            : overridden_async ? ::hawkmount::kCoroutine                      \
                               : ::hawkmount::kUnimplemented;                 \
  }

// Checks what a mount is made of. A statement in a template over Handler.
#define HAWKMOUNT_CHECK_HANDLER(Base, Handler, Mount)                        \
  static_assert(                                                             \
      ::std::is_convertible_v<Handler*, Base*>,                              \
      "hawkmount: " #Mount                                                   \
      " takes an object, not const, of a class that "                        \
      "derives publicly from " #Base " and is defined here");                \
  static_assert(                                                             \
      !::std::is_same_v<Base, Handler>,                                      \
      "hawkmount: a reference to " #Base                                     \
      " does not show which methods are overridden: pass the handler's own " \
      "class, or say the styles: " #Mount                                    \
      "(handler, {.Method = hawkmount::kBlocking})")

#endif  // HAWKMOUNT_CODEGEN_STYLE_H_
