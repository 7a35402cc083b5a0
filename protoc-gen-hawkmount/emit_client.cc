#include "protoc-gen-hawkmount/emit_client.h"

#include "protoc-gen-hawkmount/holes.h"

namespace hawkmount::protoc {
namespace {

constexpr char kClass[] = R"(
// A client of $full_name$. Copies share the channel. Any thread.
class $Client$ {
 public:
  $types$

  $deprecated$explicit $Client$(hawkmount::Channel channel);

  $declarations$

 private:
  hawkmount::Channel channel_;
};
)";

constexpr ByKind kType = {
    "",
    R"(
using $MethodStream$ = hawkmount::ClientReader<$Response$>;
)",
    R"(
using $MethodStream$ = hawkmount::ClientWriter<$Request$, $Response$>;
)",
    R"(
using $MethodStream$ = hawkmount::ClientStream<$Request$, $Response$>;
)"};

constexpr ByKind kDeclaration = {
    R"(
$comment$
$deprecated$absl::StatusOr<$Response$> $Method$(\
    const $Request$& request, \
    const hawkmount::CallOptions& options = {}) const;
)",
    R"(
$comment$
$deprecated$$MethodStream$ $Method$(\
    const $Request$& request, \
    const hawkmount::CallOptions& options = {}) const;
)",
    R"(
$comment$
$deprecated$$MethodStream$ $Method$(\
    const hawkmount::CallOptions& options = {}) const;
)",
    R"(
$comment$
$deprecated$$MethodStream$ $Method$(\
    const hawkmount::CallOptions& options = {}) const;
)"};

constexpr char kFunctions[] = R"(
$Client$::$Client$(hawkmount::Channel channel) \
    : channel_(std::move(channel)) {}

$definitions$
)";

constexpr ByKind kDefinition = {
    R"(
absl::StatusOr<$Response$> $Client$::$Method$(\
    const $Request$& request, const hawkmount::CallOptions& options) const {
  return hawkmount::codegen::CallUnary<$Response$>(\
      channel_, $Methods$::$kMethod$, options, request);
}
)",
    R"(
$Client$::$MethodStream$ $Client$::$Method$(\
    const $Request$& request, const hawkmount::CallOptions& options) const {
  return $MethodStream$({channel_, $Methods$::$kMethod$, options, &request});
}
)",
    R"(
$Client$::$MethodStream$ $Client$::$Method$(\
    const hawkmount::CallOptions& options) const {
  return $MethodStream$({channel_, $Methods$::$kMethod$, options, nullptr});
}
)",
    R"(
$Client$::$MethodStream$ $Client$::$Method$(\
    const hawkmount::CallOptions& options) const {
  return $MethodStream$({channel_, $Methods$::$kMethod$, options, nullptr});
}
)"};

}  // namespace

std::string EmitClientClass(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  holes.emplace_back(
      "declarations", ForEachMethod(service, kDeclaration, "\n\n"));
  holes.emplace_back("types", ForEachMethod(service, kType, "\n"));
  return Fill(kClass, holes);
}

std::string EmitClientFunctions(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  holes.emplace_back(
      "definitions", ForEachMethod(service, kDefinition, "\n\n"));
  return Fill(kFunctions, holes);
}

}  // namespace hawkmount::protoc
