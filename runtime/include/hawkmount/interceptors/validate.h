#ifndef HAWKMOUNT_INTERCEPTORS_VALIDATE_H_
#define HAWKMOUNT_INTERCEPTORS_VALIDATE_H_

// Requests that are looked at before the handler sees them.

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/error_details.h"
#include "hawkmount/interceptor.h"

namespace hawkmount {

// What is wrong with a request, field by field.
class Violations {
 public:
  // A path as "person.emails[2].address", a text for people, and for programs
  // maybe UPPER_SNAKE_CASE.
  void Add(
      std::string field, std::string description, std::string reason = {}) {
    found_.field_violations.push_back(
        {std::move(field), std::move(description), std::move(reason)});
  }

  const BadRequest& found() const { return found_; }

  // OK when there are none; else INVALID_ARGUMENT with all of them as its
  // BadRequest, and the first of them in its message.
  absl::Status ToStatus() const;

 private:
  BadRequest found_;
};

namespace codegen::validation {

// Hides the class of that name from what follows.
void Validate();

// Finds the functions that stand beside a message.
struct Beside {
  template <class Request>
  auto operator()(const Request& request) const -> decltype(Validate(request)) {
    return Validate(request);
  }
  template <class Request>
  auto operator()(const Request& request, Violations& violations) const
      -> decltype(Validate(request, violations)) {
    return Validate(request, violations);
  }
};

template <class Validator, class Request>
concept Collects = std::invocable<Validator&, const Request&, Violations&>;
template <class Validator, class Request>
concept Decides = requires(Validator& validator, const Request& request) {
  { validator(request) } -> std::convertible_to<absl::Status>;
};

}  // namespace codegen::validation

// Calls a function of the user's for every message that comes in, of all kinds
// of calls, before the handler sees it:
//
//   namespace acme::greeter::v1 {
//   void Validate(
//       const SayHelloRequest& request, hawkmount::Violations& violations) {
//     if (request.name().empty()) violations.Add("name", "must not be empty");
//   }
//   }
//
//   app.Mount(GreeterMount(handler, hawkmount::Validate()), {...});
//
// The function stands in the namespace of its message, in no unnamed one inside
// of it, and is declared before the mount is made; or it is a function
// object's, which is given: `Validate(Rules())`. Instead of Violations it may
// take the request alone and return an absl::Status, which is the call's if it
// is not OK. Messages without such a function are not looked at; when there is
// none for any request of a service, the mount does not compile.
//
// INVALID_ARGUMENT, with a BadRequest that names the fields. In the middle of a
// stream, the handler's Read is false then, and the call ends with that.
template <class Validator = codegen::validation::Beside>
class Validate {
 public:
  explicit Validate(Validator validator = {})
      : validator_(std::move(validator)) {}

  template <class Request>
  requires codegen::validation::Collects<Validator, Request> ||
      codegen::validation::Decides<Validator, Request>
          absl::Status OnReceive(Context&, const Request& request) {
    if constexpr (codegen::validation::Collects<Validator, Request>) {
      Violations violations;
      validator_(request, violations);
      return violations.ToStatus();
    } else {
      return validator_(request);
    }
  }

 private:
  Validator validator_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_VALIDATE_H_
