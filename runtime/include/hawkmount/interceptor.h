#ifndef HAWKMOUNT_INTERCEPTOR_H_
#define HAWKMOUNT_INTERCEPTOR_H_

// What runs around handlers. An interceptor is a class that has some of these
// parts, for all four kinds of calls and both styles of handlers:
//
//   struct Auth {
//     // Facts for whoever comes later: context.Set<UserId>(...).
//     using Provides = hawkmount::Facts<UserId>;
//     // Facts that an interceptor before this one provides.
//     using Needs = hawkmount::Facts<>;
//
//     // When the call arrives. Anything but OK ends it there.
//     absl::Status Before(hawkmount::Context& context);
//     // In the place of Before where the handler is a coroutine, for
//     // interceptors that must wait.
//     hawkmount::Task BeforeAsync(hawkmount::Context& context);
//     // Each message that came in, before the handler sees it, and that goes
//     // out, after it was written. Both may change it.
//     absl::Status OnReceive(hawkmount::Context& context, auto& request);
//     absl::Status OnSend(hawkmount::Context& context, auto& response);
//     // When the handler is over; the status may be changed.
//     void After(hawkmount::Context& context, absl::Status& status);
//   };
//
//   app.Mount(GreeterMount(handler, Auth{...}, RateLimit{...}), {...});
//
// The first one is the outermost: it sees a call and its requests first, its
// responses and its status last. All of them are inside of what hawkmount does
// itself: a refused call is counted and logged like any other, and an exception
// is caught wherever it is thrown.
//
// Parts are found by name when the mount is compiled, and cost nothing when
// they are not there. A part may ask for more than the above and is then called
// where it fits: `Before(GreeterHandler::SayHelloContext&)` for one method,
// `OnReceive(Context&, SayHelloRequest&)` for messages of one type,
// `google::protobuf::Message&` for all that are not of the lite runtime. One
// that fits none of the service's methods is an error of the compiler's.
//
// Before, OnReceive and OnSend may return nothing, an absl::Status or a
// Decision. Before and OnReceive with the signature
// `(Context&, const Request&, Response&)` may also answer a unary call in the
// handler's place: fill in the response and return Decision::Answered().
//
// In the middle of a stream, an error of OnReceive or OnSend makes the
// handler's Read or Write false, and is the status of the call whatever the
// handler returns then.
//
// After is called for those whose Before went well, the innermost first, with
// the status that the call is to end with: the handler's, a refusal, or what
// became of an exception. The first error counts: what an After throws when the
// status is an error already is dropped.
//
// Calls run at the same time, on many threads: so do interceptors. On the event
// thread (coroutines) no part may block. The mount owns its interceptors; one
// that several mounts share is given as std::shared_ptr or std::ref.

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "hawkmount/codegen/cells.h"
#include "hawkmount/context.h"
#include "hawkmount/task.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace hawkmount {

// A list of types that are put beside a call: see Context::Get. A fact is of a
// type of its own, and lives until the handler's call is over; the last one of
// the list goes first.
template <class... Fact>
struct Facts {};

// Why a call was refused: the `reason` of requests_rejected_total.
using codegen::Rejection;

// What an interceptor decides about a call.
class [[nodiscard]] Decision {
 public:
  // OK: it goes on. Anything else: it ends with that.
  Decision(absl::Status status = absl::OkStatus())  // NOLINT: a status is one
      : status_(std::move(status)) {}
  Decision(absl::Status status, Rejection reason)
      : status_(std::move(status)), reason_(reason) {}

  // The call ends OK without the handler. The response of a unary call is what
  // the interceptor made of it; a stream ends.
  static Decision Answered() {
    Decision result;
    result.answered_ = true;
    return result;
  }

  bool GoesOn() const { return !answered_ && status_.ok(); }
  bool answered() const { return answered_; }
  const absl::Status& status() const { return status_; }
  Rejection reason() const { return reason_; }

 private:
  absl::Status status_;
  Rejection reason_ = Rejection::kInterceptor;
  bool answered_ = false;
};

// An interceptor for lists that are made at run time:
// MountOptions::interceptors. Its parts are called for every method, with
// messages that are not of the lite runtime. They come before those that the
// mount was compiled with.
class Interceptor {
 public:
  virtual ~Interceptor() = default;

  virtual Decision Before(Context& context);
  virtual Decision OnReceive(
      Context& context, google::protobuf::Message& request);
  virtual absl::Status OnSend(
      Context& context, google::protobuf::Message& response);
  virtual void After(Context& context, absl::Status& status);
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTOR_H_
