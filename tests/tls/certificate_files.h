#ifndef HAWKMOUNT_TESTS_TLS_CERTIFICATE_FILES_H_
#define HAWKMOUNT_TESTS_TLS_CERTIFICATE_FILES_H_

#include <chrono>
#include <string>

#include "certificates.h"
#include "tls/certificate_check.h"

namespace tls_test {

using hawkmount::ClientCertificate;
using hawkmount::TlsOptions;

// Of the files of these names in Certificates::Get().
inline std::string Path(const std::string& name) {
  return name.empty() ? "" : Certificates::Get().Path(name);
}

inline TlsOptions Options(
    const std::string& certificate,
    const std::string& key,
    const std::string& client_ca = "") {
  return {
      .certificate_file = Path(certificate),
      .key_file = Path(key),
      .client_ca_file = Path(client_ca),
      .client_certificate = client_ca.empty() ? ClientCertificate::kNotAsked
                                              : ClientCertificate::kRequired};
}

inline absl::StatusOr<hawkmount::tls::TlsMaterial> Check(
    const TlsOptions& options) {
  const auto files = hawkmount::tls::ReadTlsFiles(options);
  if (!files.ok()) return files.status();
  return hawkmount::tls::CheckTlsFiles(
      options, *files, std::chrono::system_clock::now());
}

}  // namespace tls_test

#endif  // HAWKMOUNT_TESTS_TLS_CERTIFICATE_FILES_H_
