#ifndef HAWKMOUNT_CONTEXT_H_
#define HAWKMOUNT_CONTEXT_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/codegen/call.h"
#include "hawkmount/codegen/fact_store.h"
#include "hawkmount/method.h"
#include "hawkmount/tls.h"
#include "hawkmount/trace.h"

namespace hawkmount {

// The metadata that came with a call, in its order. A view: valid as long as
// the call. Keys are lower-case; values of keys that end in "-bin" are bytes.
class Metadata {
 public:
  explicit Metadata(const codegen::Call& call) : call_(call) {}

  size_t size() const { return call_.MetadataSize(); }
  MetadataEntry operator[](size_t index) const {
    return call_.MetadataAt(index);
  }

  // The first value of `key`.
  std::optional<std::string_view> Find(std::string_view key) const;

 private:
  const codegen::Call& call_;
};

// What a handler knows of its call, and may add to the answer. Made for each
// call and gone after it. Belongs to the handler: not safe for several threads
// at a time, except IsCancelled.
class Context {
 public:
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // The app that serves the call.
  App& app() const { return *call_.record.app; }

  // Identifies the call in logs: what the caller sent as `x-request-id`, if
  // valid (1 to 128 characters of [A-Za-z0-9._~:+/=-]), or 32 lower-case hex
  // digits of our own.
  std::string_view request_id() const;

  // Where the call stands in its caller's trace; null when the caller sent no
  // valid `traceparent`.
  const TraceContext* trace() const {
    return call_.record.traced ? &call_.record.trace : nullptr;
  }

  const Method& method() const { return *call_.record.method; }

  // The caller's address in gRPC's form: "ipv4:127.0.0.1:50000".
  std::string peer() const { return call_.Peer(); }

  // Who the caller is, by the certificate that it showed: empty without mutual
  // TLS. Made anew by every call of this.
  PeerIdentity identity() const { return call_.Identity(); }

  // When the call ends at the latest: the earliest of the caller's deadline,
  // the method's timeout, and what ShortenDeadline was told.
  // time_point::max() when there is none.
  std::chrono::system_clock::time_point deadline() const {
    return call_.Deadline();
  }

  // Gives the call so long from now on, if it has more, or no end: then it ends
  // as at a timeout of its method, with DEADLINE_EXCEEDED at once, whatever its
  // handler does. For interceptors that set deadlines, in Before.
  void ShortenDeadline(std::chrono::nanoseconds left) {
    call_.ShortenDeadline(left);
  }

  Metadata metadata() const { return Metadata(call_); }

  // Adds a pair to the answer's headers or trailers. INVALID_ARGUMENT for what
  // gRPC does not allow: keys of other characters than [0-9a-z_.-], keys that
  // begin with "grpc-", values that are not printable ASCII unless the key
  // ends in "-bin". FAILED_PRECONDITION for headers after the first message.
  absl::Status AddInitialMetadata(
      std::string_view key, std::string_view value) {
    return call_.AddInitialMetadata(key, value);
  }
  absl::Status AddTrailingMetadata(
      std::string_view key, std::string_view value) {
    return call_.AddTrailingMetadata(key, value);
  }

  // Whether nobody waits for the answer any more: the caller hung up, the
  // deadline passed, or the server stopped. Any thread.
  bool IsCancelled() const { return call_.IsCancelled(); }

  // Whether the message received last came compressed.
  bool request_compressed() const { return call_.RequestCompressed(); }

  // The app's logger; include <spdlog/spdlog.h> to use it.
  spdlog::logger& logger() const { return *call_.record.logger; }

  // What an interceptor put beside the call; null when there is no such thing:
  // it was not put there, or no interceptor of the mount provides it.
  // Interceptors say what they provide, and who needs it is told when the mount
  // is compiled: see hawkmount/interceptor.h.
  template <class Fact>
  Fact* Get() const {
    codegen::FactStore* facts = call_.record.facts;
    if (facts == nullptr) return nullptr;
    return static_cast<Fact*>(facts->Find(&codegen::kFactId<Fact>));
  }

  // Puts it there, in the place of an earlier one. Null when no interceptor of
  // the mount provides a Fact.
  template <class Fact, class... Arguments>
  Fact* Set(Arguments&&... arguments) {
    codegen::FactStore* facts = call_.record.facts;
    if (facts == nullptr) return nullptr;
    void* slot = facts->Slot(&codegen::kFactId<Fact>);
    if (slot == nullptr) return nullptr;
    return &static_cast<std::optional<Fact>*>(slot)->emplace(
        std::forward<Arguments>(arguments)...);
  }

  // For hooks and streams.
  codegen::Call& call() const { return call_; }

 protected:
  explicit Context(codegen::Call& call) : call_(call) {}
  ~Context() = default;

 private:
  codegen::Call& call_;
};

// The context of one method, a type of its own: passing a call to the wrong
// method does not compile.
template <const Method& kMethod>
class ContextOf final : public Context {
 public:
  static constexpr const Method& kInfo = kMethod;

  explicit ContextOf(codegen::Call& call) : Context(call) {}
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_CONTEXT_H_
