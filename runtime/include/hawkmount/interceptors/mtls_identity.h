#ifndef HAWKMOUNT_INTERCEPTORS_MTLS_IDENTITY_H_
#define HAWKMOUNT_INTERCEPTORS_MTLS_IDENTITY_H_

// Callers that show a certificate.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/tls.h"

namespace hawkmount {

struct MtlsIdentityOptions {
  // Who may call: one of a certificate's alternative names (URI, DNS, mail or
  // IP) is one of these. With a "*" at its end, it begins like that:
  // "spiffe://acme.example/ns/shop/*". None: whoever has a certificate.
  std::vector<std::string> allowed{};
};

// Lets those in whose certificate is that of one who may call, and gives what
// the certificate says to later interceptors and the handler:
//
//   app.Mount(
//       GreeterMount(
//           handler,
//           hawkmount::MtlsIdentity({.allowed = {"spiffe://acme.example/*"}})),
//       {.tls = ...});
//
//   context.Get<hawkmount::PeerIdentity>()->uris
//
// That the certificate is valid is seen to by TLS: see TlsOptions. The subject
// and its common name count for nothing here.
//
// Methods that are public by their policy take calls without a certificate, and
// of everybody; the fact is there if there is a certificate.
//
// UNAUTHENTICATED: there is no certificate. PERMISSION_DENIED: none of its
// names is allowed. Any thread.
class MtlsIdentity {
 public:
  using Provides = Facts<PeerIdentity>;

  explicit MtlsIdentity(MtlsIdentityOptions options = {})
      : options_(std::move(options)) {}

  absl::Status Before(Context& context) const;

 private:
  MtlsIdentityOptions options_;
};

// Whether one of the identity's alternative names is one of `allowed`.
bool IsAllowed(
    const PeerIdentity& identity, const std::vector<std::string>& allowed);

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_MTLS_IDENTITY_H_
