#ifndef HAWKMOUNT_TLS_PEM_H_
#define HAWKMOUNT_TLS_PEM_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hawkmount::tls {

struct OpenSslFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Certificate = std::unique_ptr<X509, OpenSslFree>;
using Key = std::unique_ptr<EVP_PKEY, OpenSslFree>;
using Bio = std::unique_ptr<BIO, OpenSslFree>;

// A file of TLS, as errors name it: "the certificate file /etc/tls/tls.crt".
struct PemFile {
  std::string_view what;
  std::string_view path;
};

// An error that names the file: "the certificate file /x: WRONG: WAY_OUT".
absl::Status Wrong(
    absl::StatusCode code,
    const PemFile& file,
    std::string_view wrong,
    std::string_view way_out);

// What the file holds. Never waits, whatever the path leads to.
absl::StatusOr<std::string> ReadPem(const PemFile& file);

// All certificates in the text of a file, in their order; at least one.
absl::StatusOr<std::vector<Certificate>> ParseCertificates(
    const PemFile& file, const std::string& text);

// The one private key in the text of a file. Never asks anybody for a password.
absl::StatusOr<Key> ParseKey(const PemFile& file, const std::string& text);

std::string ToPem(const std::vector<Certificate>& certificates);

// What OpenSSL said last on this thread, "key too small"; forgets it.
std::string OpenSslReason();

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_PEM_H_
