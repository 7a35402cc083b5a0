#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "protoc-gen-hawkmount/emit.h"
#include "protoc-gen-hawkmount/holes.h"

namespace hawkmount::protoc {
namespace {

constexpr char kFile[] = R"(
#ifndef TESTING_$guard$
#define TESTING_$guard$

$testing_includes$

$namespace_begin$

$services$

$namespace_end$

#endif  // TESTING_$guard$
)";

constexpr char kService[] = R"(
// Serves $full_name$ with the answers that a test sets: see
// hawkmount/testing/fake.h. A method without one answers UNIMPLEMENTED. In \
the blocking style; $AsyncFake$ is the same in coroutines.
class $Fake$ final : public $Handler$ {
 public:
  $accessors$

  $overrides$

 private:
  $members$
};

class $AsyncFake$ final : public $Handler$ {
 public:
  $accessors$

  $async_overrides$

 private:
  $async_members$
};

#if HAWKMOUNT_HAS_GMOCK
// Mocks of $full_name$ for gMock, in either style.
class $Mock$ : public $Handler$ {
 public:
  $mocks$
};

class $AsyncMock$ : public $Handler$ {
 public:
  $async_mocks$
};
#endif
)";

constexpr char kAccessor[] = R"(
auto& $OnMethod$() { return $OnMethod_$; }
)";

// The templates below print a method in one of its styles: $Form$ is its name
// there, $FormStream$ its stream.

constexpr absl::string_view kMemberOfAny = R"(
hawkmount::testing::FakeMethod<&$Handler$::$Form$> $OnMethod_$;
)";
constexpr ByKind kMember = {
    kMemberOfAny, kMemberOfAny, kMemberOfAny, kMemberOfAny};

constexpr ByKind kOverride = {
    R"(
$Result$ $Form$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $Response$& response) override {
  return $OnMethod_$.Serve(context, request, response);
}
)",
    R"(
$Result$ $Form$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $FormStream$& stream) override {
  return $OnMethod_$.Serve(context, request, stream);
}
)",
    R"(
$Result$ $Form$(\
    $MethodContext$& context, \
    $FormStream$& stream, \
    $Response$& response) override {
  return $OnMethod_$.Serve(context, stream, response);
}
)",
    R"(
$Result$ $Form$(\
    $MethodContext$& context, $FormStream$& stream) override {
  return $OnMethod_$.Serve(context, stream);
}
)"};

constexpr ByKind kMock = {
    R"(
MOCK_METHOD(\
    $Result$, \
    $Form$, \
    ($MethodContext$&, const $Request$&, $Response$&), \
    (override));
)",
    R"(
MOCK_METHOD(\
    $Result$, \
    $Form$, \
    ($MethodContext$&, const $Request$&, $FormStream$&), \
    (override));
)",
    R"(
MOCK_METHOD(\
    $Result$, \
    $Form$, \
    ($MethodContext$&, $FormStream$&, $Response$&), \
    (override));
)",
    R"(
MOCK_METHOD(\
    $Result$, \
    $Form$, \
    ($MethodContext$&, $FormStream$&), \
    (override));
)"};

using Replacements = std::vector<std::pair<absl::string_view, std::string>>;

const Replacements& Blocking() {
  static const auto& form = *new Replacements{
      {"$Form$", "$Method$"},
      {"$FormStream$", "$MethodStream$"},
      {"$Result$", "absl::Status"}};
  return form;
}

const Replacements& Coroutine() {
  static const auto& form = *new Replacements{
      {"$Form$", "$MethodAsync$"},
      {"$FormStream$", "$MethodAsyncStream$"},
      {"$Result$", "hawkmount::Task"}};
  return form;
}

// Each method of a service in one of the styles.
std::string ForEachMethodIn(
    const Replacements& form,
    const ServiceModel& service,
    const ByKind& texts,
    absl::string_view separator) {
  const auto in_form = [&form](absl::string_view text) {
    return absl::StrReplaceAll(text, form);
  };
  const std::string unary = in_form(texts.unary);
  const std::string server_stream = in_form(texts.server_stream);
  const std::string client_stream = in_form(texts.client_stream);
  const std::string bidi_stream = in_form(texts.bidi_stream);
  return ForEachMethod(
      service, {unary, server_stream, client_stream, bidi_stream}, separator);
}

std::string EmitService(const ServiceModel& service) {
  const auto each = [&service](const Replacements& form, const ByKind& texts) {
    return ForEachMethodIn(form, service, texts, "\n");
  };
  Holes holes = HolesOf(service);
  const Holes parts = {
      {"accessors", ForEachMethod(service, kAccessor, "\n")},
      {"members", each(Blocking(), kMember)},
      {"async_members", each(Coroutine(), kMember)},
      {"mocks", each(Blocking(), kMock)},
      {"async_mocks", each(Coroutine(), kMock)},
      {"overrides", each(Blocking(), kOverride)},
      {"async_overrides", each(Coroutine(), kOverride)},
  };
  holes.insert(holes.end(), parts.begin(), parts.end());
  return Fill(kService, holes);
}

}  // namespace

std::string EmitTesting(const FileModel& file) {
  return WholeFile(file, kFile, EmitService);
}

}  // namespace hawkmount::protoc
