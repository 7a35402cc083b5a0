#include "tls/credentials.h"

#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <optional>
#include <vector>

#include "tls/grpc_internals.h"

namespace hawkmount::tls {
namespace {

namespace experimental = grpc::experimental;

grpc_ssl_client_certificate_request_type RequestType(ClientCertificate mode) {
  switch (mode) {
    case ClientCertificate::kOptional:
      return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
    case ClientCertificate::kRequired:
      return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
    case ClientCertificate::kNotAsked:
      break;
  }
  return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
}

}  // namespace

ReloadableCredentials::ReloadableCredentials(
    ClientCertificate mode, const TlsMaterial& material)
    : provider_(std::make_shared<experimental::StaticDataCertificateProvider>(
          material.client_ca,
          std::vector<experimental::IdentityKeyCertPair>{
              {material.key, material.certificate_chain}})) {
  experimental::TlsServerCredentialsOptions options(provider_);
  options.watch_identity_key_cert_pairs();
  if (mode != ClientCertificate::kNotAsked) options.watch_root_certs();
  options.set_cert_request_type(RequestType(mode));
  // Callers have no host name to hold their certificate against. OpenSSL has
  // verified its chain and dates by then.
  options.set_certificate_verifier(
      std::make_shared<experimental::NoOpCertificateVerifier>());
  options.set_check_call_host(false);
  credentials_ = experimental::TlsServerCredentials(options);
}

void ReloadableCredentials::Replace(const TlsMaterial& material) {
  absl::optional<std::string> roots;
  if (!material.client_ca.empty()) roots = material.client_ca;
  Distribute(
      provider_->c_provider(),
      std::move(roots),
      material.key,
      material.certificate_chain);
}

}  // namespace hawkmount::tls
