#include "hawkmount/interceptors/mtls_identity.h"

#include <algorithm>
#include <string_view>

namespace hawkmount {

namespace {

bool Fits(std::string_view name, std::string_view pattern) {
  if (!pattern.ends_with('*')) return name == pattern;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

bool IsEmpty(const PeerIdentity& identity) {
  return identity.subject.empty() && identity.common_name.empty() &&
         identity.dns_names.empty() && identity.uris.empty() &&
         identity.emails.empty() && identity.ip_addresses.empty();
}

}  // namespace

bool IsAllowed(
    const PeerIdentity& identity, const std::vector<std::string>& allowed) {
  for (const auto* names :
       {&identity.uris,
        &identity.dns_names,
        &identity.emails,
        &identity.ip_addresses}) {
    for (const std::string& name : *names) {
      const auto fits = [&](const std::string& pattern) {
        return Fits(name, pattern);
      };
      if (std::ranges::any_of(allowed, fits)) return true;
    }
  }
  return false;
}

absl::Status MtlsIdentity::Before(Context& context) const {
  const MethodPolicy* policy = context.method().policy;
  const bool is_public = policy != nullptr && policy->is_public;
  PeerIdentity identity = context.identity();
  if (IsEmpty(identity)) {
    if (is_public) return absl::OkStatus();
    return absl::UnauthenticatedError(
        "the caller shows no certificate: use mutual TLS");
  }
  if (!is_public && !options_.allowed.empty() &&
      !IsAllowed(identity, options_.allowed)) {
    return absl::PermissionDeniedError(
        "the caller's certificate is not that of one who may call");
  }
  context.Set<PeerIdentity>(std::move(identity));
  return absl::OkStatus();
}

}  // namespace hawkmount
