#include "tls/peer_identity.h"

#include <grpc/grpc_security.h>
#include <grpc/grpc_security_constants.h>

#include <memory>
#include <string>
#include <string_view>

namespace hawkmount::tls {
namespace {

struct ContextRelease {
  void operator()(grpc_auth_context* context) const {
    grpc_auth_context_release(context);
  }
};

}  // namespace

PeerIdentity PeerIdentityOf(grpc_call* call) {
  PeerIdentity identity;
  const std::unique_ptr<grpc_auth_context, ContextRelease> context(
      grpc_call_auth_context(call));
  if (context == nullptr) return identity;
  grpc_auth_property_iterator properties =
      grpc_auth_context_property_iterator(context.get());
  while (const grpc_auth_property* property =
             grpc_auth_property_iterator_next(&properties)) {
    const std::string_view name(property->name);
    std::string value(property->value, property->value_length);
    if (name == GRPC_X509_SUBJECT_PROPERTY_NAME) {
      identity.subject = std::move(value);
    } else if (name == GRPC_X509_CN_PROPERTY_NAME) {
      identity.common_name = std::move(value);
    } else if (name == GRPC_PEER_DNS_PROPERTY_NAME) {
      identity.dns_names.push_back(std::move(value));
    } else if (name == GRPC_PEER_URI_PROPERTY_NAME) {
      identity.uris.push_back(std::move(value));
    } else if (name == GRPC_PEER_EMAIL_PROPERTY_NAME) {
      identity.emails.push_back(std::move(value));
    } else if (name == GRPC_PEER_IP_PROPERTY_NAME) {
      identity.ip_addresses.push_back(std::move(value));
    }
  }
  return identity;
}

}  // namespace hawkmount::tls
