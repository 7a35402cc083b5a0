#include "hawkmount/interceptors/bearer_auth.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace hawkmount {

bool EqualInConstantTime(std::string_view secret, std::string_view offered) {
  // Volatile, so that the compiler does not end the loop when it could.
  volatile unsigned char difference = secret.size() == offered.size() ? 0 : 1;
  for (size_t i = 0; i < offered.size(); ++i) {
    const char expected =
        secret.empty() ? '\0' : secret[i < secret.size() ? i : 0];
    difference = static_cast<unsigned char>(
        difference | static_cast<unsigned char>(expected ^ offered[i]));
  }
  return difference == 0;
}

namespace codegen {

namespace {

constexpr std::string_view kScheme = "bearer ";

// RFC 6750's b64token.
bool IsToken(std::string_view text) {
  size_t end = text.size();
  while (end > 0 && text[end - 1] == '=') --end;
  if (end == 0) return false;
  for (const char each : text.substr(0, end)) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(each)) &&
        std::string_view("-._~+/").find(each) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

BearerToken Malformed() {
  return {
      absl::UnauthenticatedError(
          "the call's authorization is not one bearer token"),
      {}};
}

}  // namespace

BearerToken FindBearerToken(const Context& context) {
  const Metadata metadata = context.metadata();
  bool found = false;
  std::string_view value;
  for (size_t i = 0; i < metadata.size(); ++i) {
    const MetadataEntry entry = metadata[i];
    if (entry.key != "authorization") continue;
    // Who else looks might take another one than we do.
    if (found) return Malformed();
    found = true;
    value = entry.value;
  }
  if (!found) {
    return {
        absl::UnauthenticatedError(
            "the call has no authorization: send a bearer token"),
        {}};
  }
  if (!absl::StartsWithIgnoreCase(
          {value.data(), value.size()}, {kScheme.data(), kScheme.size()})) {
    return Malformed();
  }
  value.remove_prefix(kScheme.size());
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (!IsToken(value)) return Malformed();
  return {absl::OkStatus(), value};
}

absl::Status TokenRefused(const absl::Status& reason) {
  switch (reason.code()) {
    case absl::StatusCode::kPermissionDenied:
      return absl::PermissionDeniedError(
          "the caller's token does not allow this call");
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return absl::UnavailableError("tokens cannot be checked at the moment");
    default:
      return absl::UnauthenticatedError("the call's bearer token is not valid");
  }
}

absl::Status ScopeMissing(std::string_view scope) {
  return absl::PermissionDeniedError(absl::StrCat(
      "the caller's token lacks the scope \"",
      absl::string_view(scope.data(), scope.size()),
      "\""));
}

}  // namespace codegen
}  // namespace hawkmount
