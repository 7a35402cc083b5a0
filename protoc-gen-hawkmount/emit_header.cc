#include "protoc-gen-hawkmount/emit.h"
#include "protoc-gen-hawkmount/emit_client.h"
#include "protoc-gen-hawkmount/holes.h"

namespace hawkmount::protoc {
namespace {

constexpr char kFile[] = R"(
#ifndef $guard$
#define $guard$

$includes$

static_assert(\
    hawkmount::kGeneratedApi == 1, \
    "$header$ was generated for another version of the hawkmount \
runtime: generate it again with that runtime's protoc-gen-hawkmount, or \
install the runtime that came with this one.");

$namespace_begin$

$services$

$namespace_end$

#endif  // $guard$
)";

constexpr char kService[] = R"(
// The methods of $full_name$.
struct $Methods$ {
  $constants$
};

$comment$
//
// Derive from it and override one of the two forms of each method: `Method`
// runs on a worker thread and may wait, `MethodAsync` is a coroutine on the
// event thread that took the call. A method without either answers
// UNIMPLEMENTED. Calls run at the same time.
class $Handler$ {
 public:
  $handler_types$

  virtual ~$Handler$() = default;

  $virtuals$
};

// In which style a handler serves each method.
struct $Styles$ {
  $styles$

  // What `Handler` overrides, when it is inside of these interceptors.
  template <class Handler, class... Interceptors>
  static constexpr $Styles$ Of() {
    HAWKMOUNT_CHECK_HANDLER($Handler$, Handler, $Mount$);
    hawkmount::codegen::CheckFacts<Handler, Interceptors...>();
    $Styles$ s;
    $detections$
    return s;
  }
};

// A handler inside of interceptors. Owns them, not the handler.
template <class... Interceptors>
class $Chain$ final : public $Handler$ {
  using Chain = hawkmount::codegen::Chain<$Handler$, Interceptors...>;
  $check$

 public:
  explicit $Chain$($Handler$& handler, Interceptors... interceptors) \
      : chain_(handler, std::move(interceptors)...) {
    static_assert(fits_);
  }

  $chained$

 private:
  Chain chain_;
};

// Serves a handler, which must outlive the app that the mount is in. Of \
interceptors the first one is the outermost: see hawkmount/interceptor.h.
class $Mount$ final : public hawkmount::Mount {
 public:
  template <class Handler>
  explicit $Mount$(Handler& handler) \
      : $Mount$(handler, $Styles$::Of<Handler>()) {}

  template <\
      class Handler, \
      hawkmount::codegen::OtherThan<$Styles$> First, \
      class... Rest>
  $Mount$(Handler& handler, First first, Rest... rest) \
      : $Mount$(\
            handler, \
            $Styles$::Of<Handler, First, Rest...>(), \
            std::move(first), \
            std::move(rest)...) {}

  // For a handler whose class is not known here: a mock, or one of a factory.
  $Mount$($Handler$& handler, const $Styles$& styles);

  template <class First, class... Rest>
  $Mount$(\
      $Handler$& handler, const $Styles$& styles, First first, Rest... rest) \
      : $Mount$(\
            std::make_shared<$Chain$<First, Rest...>>(\
                handler, std::move(first), std::move(rest)...), \
            styles) {}

 private:
  $Mount$(const std::shared_ptr<$Handler$>& chain, const $Styles$& styles) \
      : $Mount$(*chain, styles) {
    Keep(chain);
  }
};

$client$
)";

constexpr ByKind kConstant = {
    R"(
$policy$
static constexpr hawkmount::Method $kMethod${\
    "$path$", hawkmount::MethodKind::kUnary$facts$};
)",
    R"(
$policy$
static constexpr hawkmount::Method $kMethod${\
    "$path$", hawkmount::MethodKind::kServerStream$facts$};
)",
    R"(
$policy$
static constexpr hawkmount::Method $kMethod${\
    "$path$", hawkmount::MethodKind::kClientStream$facts$};
)",
    R"(
$policy$
static constexpr hawkmount::Method $kMethod${\
    "$path$", hawkmount::MethodKind::kBidiStream$facts$};
)"};

constexpr ByKind kHandlerTypes = {
    R"(
using $MethodContext$ = hawkmount::ContextOf<$Methods$::$kMethod$>;
)",
    R"(
using $MethodContext$ = hawkmount::ContextOf<$Methods$::$kMethod$>;
using $MethodStream$ = hawkmount::Writer<$Response$>;
using $MethodAsyncStream$ = hawkmount::AsyncWriter<$Response$>;
)",
    R"(
using $MethodContext$ = hawkmount::ContextOf<$Methods$::$kMethod$>;
using $MethodStream$ = hawkmount::Reader<$Request$>;
using $MethodAsyncStream$ = hawkmount::AsyncReader<$Request$>;
)",
    R"(
using $MethodContext$ = hawkmount::ContextOf<$Methods$::$kMethod$>;
using $MethodStream$ = hawkmount::BidiStream<$Request$, $Response$>;
using $MethodAsyncStream$ = hawkmount::AsyncBidiStream<$Request$, $Response$>;
)"};

constexpr ByKind kVirtuals = {
    R"(
$comment$
virtual absl::Status $Method$(\
    $MethodContext$& context, const $Request$& request, $Response$& response);
virtual hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, const $Request$& request, $Response$& response);
)",
    R"(
$comment$
virtual absl::Status $Method$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $MethodStream$& stream);
virtual hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $MethodAsyncStream$& stream);
)",
    R"(
$comment$
virtual absl::Status $Method$(\
    $MethodContext$& context, $MethodStream$& stream, $Response$& response);
virtual hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, \
    $MethodAsyncStream$& stream, \
    $Response$& response);
)",
    R"(
$comment$
virtual absl::Status $Method$(\
    $MethodContext$& context, $MethodStream$& stream);
virtual hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, $MethodAsyncStream$& stream);
)"};

constexpr char kCheck[] = R"(
static constexpr bool fits_ = Chain::Check($functions$);
)";

constexpr ByKind kChained = {
    R"(
absl::Status $Method$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $Response$& response) override {
  return chain_.Run(&$Handler$::$Method$, context, request, response);
}
hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $Response$& response) override {
  return chain_.RunAsync(\
      &$Handler$::$MethodAsync$, context, request, response);
}
)",
    R"(
absl::Status $Method$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $MethodStream$& stream) override {
  return chain_.Run(&$Handler$::$Method$, context, request, stream);
}
hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, \
    const $Request$& request, \
    $MethodAsyncStream$& stream) override {
  return chain_.RunAsync(\
      &$Handler$::$MethodAsync$, context, request, stream);
}
)",
    R"(
absl::Status $Method$(\
    $MethodContext$& context, \
    $MethodStream$& stream, \
    $Response$& response) override {
  return chain_.Run(&$Handler$::$Method$, context, stream, response);
}
hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, \
    $MethodAsyncStream$& stream, \
    $Response$& response) override {
  return chain_.RunAsync(\
      &$Handler$::$MethodAsync$, context, stream, response);
}
)",
    R"(
absl::Status $Method$(\
    $MethodContext$& context, $MethodStream$& stream) override {
  return chain_.Run(&$Handler$::$Method$, context, stream);
}
hawkmount::Task $MethodAsync$(\
    $MethodContext$& context, $MethodAsyncStream$& stream) override {
  return chain_.RunAsync(&$Handler$::$MethodAsync$, context, stream);
}
)"};

constexpr char kStyle[] = R"(
hawkmount::Style $Method$ = hawkmount::kUnimplemented;
)";

constexpr char kDetection[] = R"(
HAWKMOUNT_DETECT_STYLE($Handler$, Handler, $Method$, $MethodAsync$, s.$Method$);
)";

std::string EmitCheck(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  holes.emplace_back(
      "functions", ForEachMethod(service, "&$Handler$::$Method$", ", "));
  return Fill(kCheck, holes);
}

std::string EmitService(const ServiceModel& service) {
  Holes holes = HolesOf(service);
  const Holes parts = {
      {"chained", ForEachMethod(service, kChained, "\n\n")},
      {"check", EmitCheck(service)},
      {"client", EmitClientClass(service)},
      {"constants", ForEachMethod(service, kConstant, "\n")},
      {"detections", ForEachMethod(service, kDetection, "\n")},
      {"handler_types", ForEachMethod(service, kHandlerTypes, "\n\n")},
      {"styles", ForEachMethod(service, kStyle, "\n")},
      {"virtuals", ForEachMethod(service, kVirtuals, "\n\n")},
  };
  holes.insert(holes.end(), parts.begin(), parts.end());
  return Fill(kService, holes);
}

}  // namespace

std::string EmitHeader(const FileModel& file) {
  return WholeFile(file, kFile, EmitService);
}

}  // namespace hawkmount::protoc
