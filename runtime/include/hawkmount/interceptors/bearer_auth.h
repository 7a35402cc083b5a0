#ifndef HAWKMOUNT_INTERCEPTORS_BEARER_AUTH_H_
#define HAWKMOUNT_INTERCEPTORS_BEARER_AUTH_H_

// Callers that show a token: `authorization: Bearer ...`.

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/interceptor.h"

namespace hawkmount {

// Who calls, for validators that need no type of their own.
struct Principal {
  std::string name{};
  std::vector<std::string> scopes{};
};

// Whether they are equal. How long it takes depends on the size of `offered`
// alone: it tells nobody how much of a secret was right.
bool EqualInConstantTime(std::string_view secret, std::string_view offered);

namespace codegen {

// The token that came with a call; empty where none is asked for.
struct BearerToken {
  absl::Status status;
  std::string_view value;
};
BearerToken FindBearerToken(const Context& context);
// What callers are told of a token that its validator refused for `reason`.
absl::Status TokenRefused(const absl::Status& reason);
absl::Status ScopeMissing(std::string_view scope);

}  // namespace codegen

// Lets those in whose token a validator of the user's accepts, and gives what
// it made of the token to later interceptors and the handler:
//
//   const auto validate =
//       [&](std::string_view token, const hawkmount::Method& method)
//       -> absl::StatusOr<hawkmount::Principal> { ... };
//   app.Mount(GreeterMount(handler, hawkmount::BearerAuth(validate)), {...});
//
//   context.Get<hawkmount::Principal>()->name
//
// The validator may come to a StatusOr of any type that can be moved: that is
// the fact. It runs on many threads at the same time, on the event thread for
// coroutines: it must not block. Compare secrets with EqualInConstantTime.
//
// By the method's policy (the `auth` of hawkmount/options.proto):
//   public    The token is not looked at, and there is no fact.
//   scopes    The fact must allow each of them: it has `scopes`, a range of
//             strings, or `bool Allows(std::string_view scope) const`. One that
//             has neither allows none.
//   neither   Any valid token will do.
//
// UNAUTHENTICATED: there is no token, several, one that is none by its form, or
// the validator said no. PERMISSION_DENIED: a scope is missing, or the
// validator said PERMISSION_DENIED. UNAVAILABLE: the validator said so, or
// DEADLINE_EXCEEDED: it cannot tell at the moment. The texts are ours: what the
// validator says or throws goes nowhere, as it may have the token in it.
template <class Validator>
class BearerAuth {
  using Result =
      std::invoke_result_t<Validator&, std::string_view, const Method&>;

 public:
  using Fact = typename Result::value_type;
  using Provides = Facts<Fact>;

  explicit BearerAuth(Validator validator) : validator_(std::move(validator)) {}

  absl::Status Before(Context& context) {
    const MethodPolicy* policy = context.method().policy;
    if (policy != nullptr && policy->is_public) return absl::OkStatus();
    const codegen::BearerToken token = codegen::FindBearerToken(context);
    if (!token.status.ok()) return token.status;
    Result fact = Validate(token.value, context.method());
    if (!fact.ok()) return codegen::TokenRefused(fact.status());
    if (policy != nullptr) {
      for (const std::string_view scope : policy->scopes) {
        if (!Allows(*fact, scope)) return codegen::ScopeMissing(scope);
      }
    }
    context.template Set<Fact>(*std::move(fact));
    return absl::OkStatus();
  }

 private:
  Result Validate(std::string_view token, const Method& method) {
#if defined(__cpp_exceptions)
    try {
      return validator_(token, method);
    } catch (...) {
      return absl::UnauthenticatedError("");
    }
#else
    return validator_(token, method);
#endif
  }

  static bool Allows(const Fact& fact, std::string_view scope) {
    if constexpr (requires {
                    { fact.Allows(scope) } -> std::convertible_to<bool>;
                  }) {
      return fact.Allows(scope);
    } else if constexpr (requires { fact.scopes.begin(); }) {
      for (const auto& each : fact.scopes) {
        if (std::string_view(each) == scope) return true;
      }
    }
    return false;
  }

  Validator validator_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_BEARER_AUTH_H_
