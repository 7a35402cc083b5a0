#ifndef HAWKMOUNT_PROTOC_HOLES_H_
#define HAWKMOUNT_PROTOC_HOLES_H_

// The model as holes of templates: what the two emitters share.

#include <string>

#include "absl/strings/string_view.h"
#include "protoc-gen-hawkmount/model.h"
#include "protoc-gen-hawkmount/text.h"

namespace hawkmount::protoc {

// A template for each kind of method.
struct ByKind {
  absl::string_view unary;
  absl::string_view server_stream;
  absl::string_view client_stream;
  absl::string_view bidi_stream;
};

// $Handler$, $Mount$ ...: what a service is called.
Holes HolesOf(const ServiceModel& service);

// Fills a template for each method of a service. Its holes are the service's,
// and $Method$, $MethodContext$, $Request$ ...
std::string ForEachMethod(
    const ServiceModel& service,
    const ByKind& texts,
    absl::string_view separator);
std::string ForEachMethod(
    const ServiceModel& service,
    absl::string_view text,
    absl::string_view separator);

// A whole file: the lines that say where it comes from, and `text`, filled and
// laid out, with what `emit_service` prints as its $services$.
std::string WholeFile(
    const FileModel& file,
    absl::string_view text,
    std::string (*emit_service)(const ServiceModel&));

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_HOLES_H_
