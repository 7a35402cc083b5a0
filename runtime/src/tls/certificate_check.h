#ifndef HAWKMOUNT_TLS_CERTIFICATE_CHECK_H_
#define HAWKMOUNT_TLS_CERTIFICATE_CHECK_H_

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/tls.h"

namespace hawkmount::tls {

// What the files of TlsOptions hold.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string client_ca;

  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

// Files that are fit to serve with.
struct TlsMaterial {
  std::string certificate_chain;  // PEM, the server's own first
  std::string key;                // PEM
  std::string client_ca;          // PEM; empty when callers are not asked
  // The server's own certificate.
  PeerIdentity identity;
  std::chrono::system_clock::time_point not_after;
};

// What is wrong with the options themselves.
absl::Status CheckTlsOptions(const TlsOptions& options);

// The statuses of these name the file, what is wrong and the way out.
// NOT_FOUND, PERMISSION_DENIED and UNAVAILABLE for what cannot be read;
// FAILED_PRECONDITION for what is not valid at `now`; INVALID_ARGUMENT for the
// rest.
absl::StatusOr<TlsFiles> ReadTlsFiles(const TlsOptions& options);
absl::StatusOr<TlsMaterial> CheckTlsFiles(
    const TlsOptions& options,
    const TlsFiles& files,
    std::chrono::system_clock::time_point now);

// "2026-11-21 08:30 UTC"
std::string UtcTime(std::chrono::system_clock::time_point time);

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_CERTIFICATE_CHECK_H_
