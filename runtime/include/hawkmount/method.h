#ifndef HAWKMOUNT_METHOD_H_
#define HAWKMOUNT_METHOD_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"

namespace hawkmount {

// The four kinds of rpc.
enum class MethodKind : unsigned char {
  kUnary,
  kClientStream,
  kServerStream,
  kBidiStream,
};

// "unary", "client_stream", "server_stream" or "bidi_stream".
std::string_view ToString(MethodKind kind);

// Whether calling a method again does what calling it once does: the schema's
// idempotency_level, or `idempotent` of hawkmount/options.proto.
enum class Idempotency : unsigned char {
  // Nobody says so: who repeats a call may do twice what was wanted once.
  kUnknown,
  // It changes nothing, and can be repeated, cached or left out.
  kNoSideEffects,
  // It can be repeated.
  kIdempotent,
};

// Whose calls a rate counts together.
enum class RateKey : unsigned char {
  kPeer,      // who comes from one address
  kUser,      // who showed the same credentials
  kMetadata,  // who sent the same value of Rate::metadata
};

// How often a method may be called: a token bucket for each key.
struct Rate {
  // Tokens that a bucket gets each second, 1e-6 to 1e9. 0: nothing is said,
  // unless it is `none`.
  double per_second = 0;
  // Tokens that it holds, and has at first: at least 1 where there is a rate.
  uint32_t burst = 0;
  RateKey key = RateKey::kPeer;
  // "x-tenant": with kMetadata, empty with any other key.
  std::string_view metadata{};
  // The schema's `none`: nothing limits these calls, also no rate that an
  // interceptor has for methods that say nothing. Nothing else is set then.
  bool none = false;

  constexpr bool limited() const { return per_second > 0; }
};

// What a schema, or a policy beside it, wants of the calls of one rpc. It is
// what interceptors go by: nothing of it is in force without one that is.
// Generated code holds a constant of it for methods of which anything is said.
struct MethodPolicy {
  // What a caller's credentials must allow, all of them, as the schema lists
  // them. None: it is enough to have credentials.
  std::span<const std::string_view> scopes{};
  // Whether callers need no credentials; there are no scopes then.
  bool is_public = false;
  Rate rate{};
  // The full names of the fields that nobody is to see in logs, out of all that
  // the request or the response can have in them, sorted:
  // "acme.v1.User.password". Of a field that is a message, all of it. What an
  // Any holds is not among them.
  std::span<const std::string_view> redacted{};
};

// What a schema says about one rpc. Generated code holds one constant of it a
// method; it lives as long as the program.
struct Method {
  // The path on the wire: "/acme.greeter.v1.Greeter/SayHello".
  std::string_view path;
  MethodKind kind = MethodKind::kUnary;
  Idempotency idempotency = Idempotency::kUnknown;
  // Null: nothing is said, which is what a MethodPolicy{} says. Lives as long
  // as the program.
  const MethodPolicy* policy = nullptr;

  // "acme.greeter.v1.Greeter"
  constexpr std::string_view service() const {
    return path.substr(1, path.rfind('/') - 1);
  }

  // "acme.greeter.v1", empty for a file without a package.
  constexpr std::string_view package() const {
    const size_t dot = service().rfind('.');
    return dot == std::string_view::npos ? "" : service().substr(0, dot);
  }

  // "SayHello"
  constexpr std::string_view name() const {
    return path.substr(path.rfind('/') + 1);
  }
};

// The parts of a path. Views of it.
struct MethodName {
  std::string_view package;                  // "acme.greeter.v1", or empty
  std::string_view service;                  // "Greeter"
  std::string_view fully_qualified_service;  // "acme.greeter.v1.Greeter"
  std::string_view method;                   // "SayHello"
};

// Of "/acme.greeter.v1.Greeter/SayHello". INVALID_ARGUMENT, naming it, for
// anything else.
absl::StatusOr<MethodName> ParseMethodName(std::string_view path);

// In which of its two forms a handler serves a method.
enum class Style : unsigned char {
  // Neither form is overridden: callers get UNIMPLEMENTED.
  kUnimplemented,
  // `Method` is overridden: it runs on a worker thread and may wait.
  kBlocking,
  // `MethodAsync` is overridden: it runs on the event thread that took the
  // call, and must not block it.
  kCoroutine,
};

inline constexpr Style kUnimplemented = Style::kUnimplemented;
inline constexpr Style kBlocking = Style::kBlocking;
inline constexpr Style kCoroutine = Style::kCoroutine;

}  // namespace hawkmount

#endif  // HAWKMOUNT_METHOD_H_
