#ifndef HAWKMOUNT_FINDING_H_
#define HAWKMOUNT_FINDING_H_

#include <string>
#include <string_view>

namespace hawkmount {

// Something about an app's configuration that App::Check noticed.
struct Finding {
  enum class Severity : unsigned char {
    // As some want it.
    kInfo,
    // It serves, and will hurt one day.
    kWarning,
    // It does not start.
    kError,
  };

  // For machines; stays the same over versions: "reflection-without-tls".
  std::string id;
  Severity severity = Severity::kInfo;
  std::string what;
  std::string fix;
};

// "info", "warning" or "error".
std::string_view ToString(Finding::Severity severity);

}  // namespace hawkmount

#endif  // HAWKMOUNT_FINDING_H_
