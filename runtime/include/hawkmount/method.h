#ifndef HAWKMOUNT_METHOD_H_
#define HAWKMOUNT_METHOD_H_

#include <string_view>

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

// What a schema says about one rpc. Generated code holds one constant of it a
// method; it lives as long as the program.
struct Method {
  // The path on the wire: "/acme.greeter.v1.Greeter/SayHello".
  std::string_view path;
  MethodKind kind = MethodKind::kUnary;

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
