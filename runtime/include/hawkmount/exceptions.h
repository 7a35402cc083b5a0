#ifndef HAWKMOUNT_EXCEPTIONS_H_
#define HAWKMOUNT_EXCEPTIONS_H_

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/status.h"

namespace hawkmount {

class Context;

// What becomes of an exception that leaves a handler and that nobody gave a
// meaning: it is no StatusError, and App::MapException does not know it. It is
// counted as an exception, and its type is logged, whatever is said here.
struct ExceptionPolicy {
  // What the call ends with. OK is refused by App::Start.
  absl::StatusCode code = absl::StatusCode::kUnknown;
  // Whether callers are told what() of a std::exception, in place of a fixed
  // text. Such texts may hold anything: paths, addresses, passwords. The log
  // then has it as well, as what the status says.
  bool expose = false;
  // Whether the log has what() beside the type.
  bool log_text = false;
};

namespace codegen {

// Makes a status of an exception; nothing of one that it is not for.
using ExceptionMapping = std::function<std::optional<absl::Status>(
    const std::exception_ptr& exception, Context& context)>;

#ifdef __cpp_exceptions
template <class E, class Map>
ExceptionMapping MakeExceptionMapping(Map map) {
  return [map = std::move(map)](
             const std::exception_ptr& exception,
             [[maybe_unused]] Context& context) -> std::optional<absl::Status> {
    try {
      std::rethrow_exception(exception);
    } catch (const E& caught) {
      if constexpr (std::is_invocable_v<const Map&, const E&, Context&>) {
        return map(caught, context);
      } else {
        return map(caught);
      }
    } catch (...) {
      return std::nullopt;
    }
  };
}
#endif

}  // namespace codegen
}  // namespace hawkmount

#endif  // HAWKMOUNT_EXCEPTIONS_H_
