#include "hawkmount/method.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace hawkmount {

std::string_view ToString(MethodKind kind) {
  switch (kind) {
    case MethodKind::kUnary:
      return "unary";
    case MethodKind::kClientStream:
      return "client_stream";
    case MethodKind::kServerStream:
      return "server_stream";
    case MethodKind::kBidiStream:
      break;
  }
  return "bidi_stream";
}

absl::StatusOr<MethodName> ParseMethodName(std::string_view path) {
  const size_t slash = path.rfind('/');
  const bool sound = path.size() > 3 && path[0] == '/' && slash > 1 &&
                     slash != std::string_view::npos &&
                     slash + 1 < path.size() && path.find('/', 1) == slash;
  if (!sound) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not the path of a method, as \"/package.Service/Method\": ",
        std::string(path)));
  }
  MethodName name;
  name.fully_qualified_service = path.substr(1, slash - 1);
  name.method = path.substr(slash + 1);
  const size_t dot = name.fully_qualified_service.rfind('.');
  if (dot == std::string_view::npos) {
    name.service = name.fully_qualified_service;
  } else {
    name.package = name.fully_qualified_service.substr(0, dot);
    name.service = name.fully_qualified_service.substr(dot + 1);
  }
  if (name.service.empty() || (dot != std::string_view::npos && dot == 0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the path of a method without a service or with an empty package: ",
        std::string(path)));
  }
  return name;
}

}  // namespace hawkmount
