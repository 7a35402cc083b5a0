#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "protoc-gen-hawkmount/emit.h"
#include "protoc-gen-hawkmount/emit_client.h"
#include "protoc-gen-hawkmount/holes.h"

namespace hawkmount::protoc {
namespace {

constexpr char kFile[] = R"(
#include "$header$"

#include "hawkmount/codegen/source.h"

$namespace_begin$
$services$

$namespace_end$
)";

constexpr char kFileWithoutServices[] = R"(
#include "$header$"
)";

constexpr char kService[] = R"(
namespace {

// The calls of $full_name$. Each struct is one call, from its \
arrival to its end: the context, the hooks around the handler with the \
outermost first, the handler in either style. The hooks hear the end when \
they go.
struct $Calls$ {
  $calls$

  $entries$
  $serve_as$
  static constexpr hawkmount::codegen::ServiceEntry kService = {\
      "$full_name$", kMethods, kServeAs};
};

}  // namespace

$defaults$

$mount$

$client$
)";

constexpr char kEntries[] = R"(
static constexpr hawkmount::codegen::MethodEntry kMethods[] = {
    $entries$
};
)";

constexpr char kNoEntries[] = R"(
static constexpr std::array<hawkmount::codegen::MethodEntry, 0> kMethods = {};
)";

constexpr char kServeAs[] = R"(
static constexpr std::array<std::string_view, $count$> kServeAs = {
    $names$
};
)";

constexpr char kServeAsNothing[] = R"(
static constexpr std::array<std::string_view, 0> kServeAs = {};
)";

constexpr char kMount[] = R"(
$Mount$::$Mount$($Handler$& handler, const $Styles$& styles)
    : Mount(
          $Calls$::kService,
          &handler,
          {
              $styles$
          }) {}
)";

constexpr char kMountWithoutMethods[] = R"(
$Mount$::$Mount$($Handler$& handler, const $Styles$&) \
    : Mount($Calls$::kService, &handler, {}) {}
)";

// One call: its context, the hooks, a line each, the handler inside of them.
constexpr ByKind kCall = {
    R"(
struct $MethodCall$ : hawkmount::codegen::UnaryCall<$Request$, $Response$> {
  $beginning$

  absl::Status Handle($Handler$& handler) {
    return handler.$Method$(context, request, response);
  }
  hawkmount::Task HandleAsync($Handler$& handler) {
    return handler.$MethodAsync$(context, request, response);
  }
};
)",
    R"(
struct $MethodCall$ \
    : hawkmount::codegen::ServerStreamCall<$Request$, $Response$> {
  $beginning$
  $Handler$::$MethodStream$ stream{call};
  $Handler$::$MethodAsyncStream$ async_stream{call};

  absl::Status Handle($Handler$& handler) {
    return handler.$Method$(context, request, stream);
  }
  hawkmount::Task HandleAsync($Handler$& handler) {
    return handler.$MethodAsync$(context, request, async_stream);
  }
};
)",
    R"(
struct $MethodCall$ \
    : hawkmount::codegen::ClientStreamCall<$Request$, $Response$> {
  $beginning$
  $Handler$::$MethodStream$ stream{call};
  $Handler$::$MethodAsyncStream$ async_stream{call};

  absl::Status Handle($Handler$& handler) {
    return handler.$Method$(context, stream, response);
  }
  hawkmount::Task HandleAsync($Handler$& handler) {
    return handler.$MethodAsync$(context, async_stream, response);
  }
};
)",
    R"(
struct $MethodCall$ \
    : hawkmount::codegen::BidiStreamCall<$Request$, $Response$> {
  $beginning$
  $Handler$::$MethodStream$ stream{call};
  $Handler$::$MethodAsyncStream$ async_stream{call};

  absl::Status Handle($Handler$& handler) {
    return handler.$Method$(context, stream);
  }
  hawkmount::Task HandleAsync($Handler$& handler) {
    return handler.$MethodAsync$(context, async_stream);
  }
};
)"};

constexpr char kEntry[] = R"(
hawkmount::codegen::MakeEntry<$Handler$, $MethodCall$, $Methods$::$kMethod$>(),
)";

constexpr ByKind kDefaults = {
    R"(
absl::Status $Handler$::$Method$(\
    $MethodContext$&, const $Request$&, $Response$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}

hawkmount::Task $Handler$::$MethodAsync$(\
    $MethodContext$&, const $Request$&, $Response$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}
)",
    R"(
absl::Status $Handler$::$Method$(\
    $MethodContext$&, const $Request$&, $MethodStream$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}

hawkmount::Task $Handler$::$MethodAsync$(\
    $MethodContext$&, const $Request$&, $MethodAsyncStream$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}
)",
    R"(
absl::Status $Handler$::$Method$(\
    $MethodContext$&, $MethodStream$&, $Response$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}

hawkmount::Task $Handler$::$MethodAsync$(\
    $MethodContext$&, $MethodAsyncStream$&, $Response$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}
)",
    R"(
absl::Status $Handler$::$Method$($MethodContext$&, $MethodStream$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}

hawkmount::Task $Handler$::$MethodAsync$(\
    $MethodContext$&, $MethodAsyncStream$&) {
  return hawkmount::codegen::Unimplemented($Methods$::$kMethod$);
}
)"};

std::string EmitEntries(const ServiceModel& service) {
  if (service.methods.empty()) return Fill(kNoEntries, {});
  return Fill(kEntries, {{"entries", ForEachMethod(service, kEntry, "\n")}});
}

std::string EmitServeAs(const ServiceModel& service) {
  if (service.serve_as.empty()) return Fill(kServeAsNothing, {});
  const std::string names = absl::StrJoin(service.serve_as, "\",\n\"");
  return Fill(
      kServeAs,
      {{"count", absl::StrCat(service.serve_as.size())},
       {"names", absl::StrCat("\"", names, "\",")}});
}

std::string EmitMount(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  holes.emplace_back(
      "styles", ForEachMethod(service, "styles.$Method$,", "\n"));
  return Fill(service.methods.empty() ? kMountWithoutMethods : kMount, holes);
}

std::string EmitService(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  const Holes parts = {
      {"calls", ForEachMethod(service, kCall, "\n\n")},
      {"client", EmitClientFunctions(service)},
      {"defaults", ForEachMethod(service, kDefaults, "\n\n")},
      {"entries", EmitEntries(service)},
      {"mount", EmitMount(service)},
      {"serve_as", EmitServeAs(service)},
  };
  holes.insert(holes.end(), parts.begin(), parts.end());
  return Fill(kService, holes);
}

}  // namespace

std::string EmitSource(const FileModel& file) {
  return WholeFile(
      file, file.services.empty() ? kFileWithoutServices : kFile, EmitService);
}

}  // namespace hawkmount::protoc
