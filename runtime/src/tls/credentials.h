#ifndef HAWKMOUNT_TLS_CREDENTIALS_H_
#define HAWKMOUNT_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>

#include <memory>

#include "hawkmount/tls.h"
#include "tls/certificate_check.h"

namespace hawkmount::tls {

// Credentials whose certificates can be replaced while a server uses them.
class ReloadableCredentials {
 public:
  ReloadableCredentials(ClientCertificate mode, const TlsMaterial& material);

  // For one start of one server, with any number of addresses: once that server
  // is gone, the certificates are the first ones again.
  const std::shared_ptr<grpc::ServerCredentials>& credentials() const {
    return credentials_;
  }

  // Handshakes that begin from now on use these; connections that there are go
  // on. Any thread.
  void Replace(const TlsMaterial& material);

 private:
  std::shared_ptr<grpc::experimental::StaticDataCertificateProvider> provider_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;
};

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_CREDENTIALS_H_
