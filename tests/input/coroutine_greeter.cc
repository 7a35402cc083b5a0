#include <chrono>

#include "faults.h"
#include "hawkmount/await.h"

namespace faults {
namespace {

using namespace acme::greeter::v1;  // NOLINT: the service under test

// Until the call is cancelled, if that is the fault asked for.
hawkmount::TaskOf<bool> Waited(const hawkmount::Context& context) {
  const std::string_view fault = FaultOf(context);
  const bool waits = fault == "wait" || fault == "ok-after-cancel" ||
                     fault == "use-after-cancel";
  if (waits) TellThatItWaits(context);
  while (waits && !context.IsCancelled()) {
    co_await hawkmount::Sleep(std::chrono::hours(1));
  }
  co_return waits;
}

absl::Status StatusAfterWait(const hawkmount::Context& context) {
  return FaultOf(context) == "wait" ? absl::CancelledError() : absl::OkStatus();
}

absl::Status StillWorks() {
  return absl::DataLossError("a stream that was cancelled still works");
}

class CoroutineGreeter final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (const auto status = StatusOfFault(context)) co_return *status;
    const bool waited = co_await Waited(context);
    if (waited) co_return StatusAfterWait(context);
    response.set_greeting(AnswerTo(context, request.name()));
    co_return absl::OkStatus();
  }

  hawkmount::Task CountAsync(
      CountContext& context,
      const CountRequest& request,
      CountAsyncStream& stream) override {
    if (const auto status = StatusOfFault(context)) co_return *status;
    CountResponse response;
    for (uint32_t i = 1; i <= request.up_to(); ++i) {
      response.set_number(i);
      const bool written = co_await stream.Write(response);
      if (!written) co_return absl::AbortedError("not written");
      if (FaultOf(context) == "throw-late") Throw();
    }
    const bool waited = co_await Waited(context);
    if (!waited) co_return absl::OkStatus();
    if (FaultOf(context) == "use-after-cancel") {
      const bool written = co_await stream.Write(response);
      if (written) co_return StillWorks();
    }
    co_return StatusAfterWait(context);
  }

  hawkmount::Task CollectAsync(
      CollectContext& context,
      CollectAsyncStream& stream,
      CollectResponse& response) override {
    if (const auto status = StatusOfFault(context)) co_return *status;
    if (FaultOf(context) == "early") co_return absl::OkStatus();
    CollectRequest request;
    while (co_await stream.Read(request)) {
      if (FaultOf(context) == "throw-late") Throw();
      const bool waited = co_await Waited(context);
      if (waited) {
        const bool read = FaultOf(context) == "use-after-cancel" &&
                          co_await stream.Read(request);
        co_return read ? StillWorks() : StatusAfterWait(context);
      }
      response.add_names(AnswerTo(context, request.name()));
    }
    co_return absl::OkStatus();
  }

  hawkmount::Task ChatAsync(
      ChatContext& context, ChatAsyncStream& stream) override {
    if (const auto status = StatusOfFault(context)) co_return *status;
    ChatRequest request;
    ChatResponse response;
    while (co_await stream.Read(request)) {
      response.set_line(AnswerTo(context, request.line()));
      const bool written = co_await stream.Write(response);
      if (!written) co_return absl::AbortedError("not written");
      if (FaultOf(context) == "throw-late") Throw();
      if (FaultOf(context) == "early") co_return absl::OkStatus();
      const bool waited = co_await Waited(context);
      if (!waited) continue;
      if (FaultOf(context) == "use-after-cancel") {
        const bool rewritten = co_await stream.Write(response);
        const bool reread = co_await stream.Read(request);
        if (rewritten || reread) co_return StillWorks();
      }
      co_return StatusAfterWait(context);
    }
    co_return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<GreeterHandler> MakeCoroutineGreeter() {
  return std::make_unique<CoroutineGreeter>();
}

}  // namespace faults
