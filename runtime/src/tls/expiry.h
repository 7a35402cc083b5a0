#ifndef HAWKMOUNT_TLS_EXPIRY_H_
#define HAWKMOUNT_TLS_EXPIRY_H_

#include <chrono>
#include <optional>
#include <string>

namespace hawkmount::tls {

// When to warn that a certificate ends: as soon as it is near, and once a day
// from then on; for a new certificate anew.
class ExpiryWarning {
 public:
  using Time = std::chrono::system_clock::time_point;

  explicit ExpiryWarning(std::chrono::hours before) : before_(before) {}

  // What to say at `now` of a certificate's end, if it is time to.
  std::optional<std::string> Due(Time now, Time not_after);

 private:
  const std::chrono::hours before_;
  Time warned_of_;
  std::optional<Time> warned_at_;
};

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_EXPIRY_H_
