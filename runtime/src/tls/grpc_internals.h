#ifndef HAWKMOUNT_TLS_GRPC_INTERNALS_H_
#define HAWKMOUNT_TLS_GRPC_INTERNALS_H_

// What hawkmount's TLS uses of gRPC beyond its public headers: libgrpc exports
// it and declares it in none of them. gRPC's own way to new certificates is a
// provider that reads files by itself and takes them unchecked; these take
// checked texts, at once. A gRPC without them does not link.

#include <grpc/grpc_security.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/types/optional.h"

struct grpc_tls_certificate_distributor;

namespace grpc_core {

class PemKeyCertPair {
 public:
  PemKeyCertPair(std::string private_key, std::string certificate_chain)
      : private_key_(std::move(private_key)),
        certificate_chain_(std::move(certificate_chain)) {}

 private:
  std::string private_key_;
  std::string certificate_chain_;
};

class PolymorphicRefCount;
enum class UnrefBehavior {};

template <typename Child, typename Implementation, UnrefBehavior>
class RefCounted {
 public:
  void Unref();
};

using CountedDistributor = RefCounted<
    grpc_tls_certificate_distributor,
    PolymorphicRefCount,
    UnrefBehavior{}>;

}  // namespace grpc_core

// Hands certificates to all servers that use a provider's credentials. Any
// thread; a server takes the new ones for the handshakes that begin from then
// on.
struct grpc_tls_certificate_distributor {
  void SetKeyMaterials(
      const std::string& name,
      absl::optional<std::string> roots,
      absl::optional<std::vector<grpc_core::PemKeyCertPair>> pairs);
};

namespace grpc_core {

// As core returns its reference: a pointer in memory of the caller's.
class DistributorReference {
 public:
  DistributorReference(const DistributorReference&) = delete;
  DistributorReference& operator=(const DistributorReference&) = delete;
  ~DistributorReference() {
    reinterpret_cast<CountedDistributor*>(distributor_)->Unref();
  }
  grpc_tls_certificate_distributor* operator->() const { return distributor_; }

 private:
  grpc_tls_certificate_distributor* distributor_;
};

// What grpc_tls_certificate_provider_static_data_create makes.
class StaticDataCertificateProvider {
 public:
  DistributorReference distributor() const;
};

}  // namespace grpc_core

namespace hawkmount::tls {

// The provider must be one of static data.
inline void Distribute(
    grpc_tls_certificate_provider* provider,
    absl::optional<std::string> roots,
    const std::string& key,
    const std::string& certificate_chain) {
  std::vector<grpc_core::PemKeyCertPair> pairs;
  pairs.emplace_back(key, certificate_chain);
  reinterpret_cast<grpc_core::StaticDataCertificateProvider*>(provider)
      ->distributor()
      ->SetKeyMaterials("", std::move(roots), std::move(pairs));
}

}  // namespace hawkmount::tls

#endif  // HAWKMOUNT_TLS_GRPC_INTERNALS_H_
