#include "protoc-gen-hawkmount/emit.h"
#include "protoc-gen-hawkmount/holes.h"

namespace hawkmount::protoc {
namespace {

constexpr char kFile[] = R"(
#ifndef TESTING_$guard$
#define TESTING_$guard$

#include "$header$"
#include "hawkmount/testing/generated.h"

$namespace_begin$

$services$

$namespace_end$

#endif  // TESTING_$guard$
)";

constexpr char kService[] = R"(
// Serves $full_name$ with the answers that a test sets: see
// hawkmount/testing/fake.h. A method without one answers UNIMPLEMENTED.
class $Fake$ final : public $Handler$ {
 public:
  $accessors$

  $overrides$

 private:
  $members$
};

#if HAWKMOUNT_HAS_GMOCK
// A mock of $full_name$ for gMock, in the blocking style.
class $Mock$ : public $Handler$ {
 public:
  $mocks$
};
#endif
)";

constexpr char kAccessor[] = R"(
auto& $OnMethod$() { return $OnMethod_$; }
)";

constexpr char kMember[] = R"(
hawkmount::testing::FakeMethod<&$Handler$::$Method$> $OnMethod_$;
)";

constexpr ByKind kOverride = {
    R"(
absl::Status $Method$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $Response$& response) override {
  return $OnMethod_$.Serve(context, request, response);
}
)",
    R"(
absl::Status $Method$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $MethodStream$& stream) override {
  return $OnMethod_$.Serve(context, request, stream);
}
)",
    R"(
absl::Status $Method$(\
    $MethodContext$& context, \
    $MethodStream$& stream, \
    $Response$& response) override {
  return $OnMethod_$.Serve(context, stream, response);
}
)",
    R"(
absl::Status $Method$(\
    $MethodContext$& context, $MethodStream$& stream) override {
  return $OnMethod_$.Serve(context, stream);
}
)"};

constexpr ByKind kMock = {
    R"(
MOCK_METHOD(\
    absl::Status, \
    $Method$, \
    ($MethodContext$&, const $Request$&, $Response$&), \
    (override));
)",
    R"(
MOCK_METHOD(\
    absl::Status, \
    $Method$, \
    ($MethodContext$&, const $Request$&, $MethodStream$&), \
    (override));
)",
    R"(
MOCK_METHOD(\
    absl::Status, \
    $Method$, \
    ($MethodContext$&, $MethodStream$&, $Response$&), \
    (override));
)",
    R"(
MOCK_METHOD(\
    absl::Status, \
    $Method$, \
    ($MethodContext$&, $MethodStream$&), \
    (override));
)"};

std::string EmitService(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  const Holes parts = {
      {"accessors", ForEachMethod(service, kAccessor, "\n")},
      {"members", ForEachMethod(service, kMember, "\n")},
      {"mocks", ForEachMethod(service, kMock, "\n")},
      {"overrides", ForEachMethod(service, kOverride, "\n")},
  };
  holes.insert(holes.end(), parts.begin(), parts.end());
  return Fill(kService, holes);
}

}  // namespace

std::string EmitTesting(const FileModel& file) {
  return WholeFile(file, kFile, EmitService);
}

}  // namespace hawkmount::protoc
