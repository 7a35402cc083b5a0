#include <chrono>
#include <thread>

#include "faults.h"

namespace faults {
namespace {

using namespace acme::greeter::v1;  // NOLINT: the service under test

// Until the call is cancelled, if that is the fault asked for.
template <class Try>
std::optional<absl::Status> Wait(
    const hawkmount::Context& context, Try try_stream) {
  const std::string_view fault = FaultOf(context);
  if (fault != "wait" && fault != "ok-after-cancel" &&
      fault != "use-after-cancel") {
    return std::nullopt;
  }
  TellThatItWaits(context);
  while (!context.IsCancelled()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (fault == "wait") return absl::CancelledError();
  if (fault == "use-after-cancel" && try_stream()) {
    return absl::DataLossError("a stream that was cancelled still works");
  }
  return absl::OkStatus();
}

bool NothingToTry() { return false; }

class BlockingGreeter final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    if (const auto status = StatusOfFault(context)) return *status;
    if (const auto status = Wait(context, NothingToTry)) return *status;
    response.set_greeting(AnswerTo(context, request.name()));
    return absl::OkStatus();
  }

  absl::Status Count(
      CountContext& context,
      const CountRequest& request,
      CountStream& stream) override {
    if (const auto status = StatusOfFault(context)) return *status;
    CountResponse response;
    for (uint32_t i = 1; i <= request.up_to(); ++i) {
      response.set_number(i);
      if (!stream.Write(response)) return absl::AbortedError("not written");
      if (FaultOf(context) == "throw-late") Throw();
    }
    const auto write = [&] { return stream.Write(response); };
    return Wait(context, write).value_or(absl::OkStatus());
  }

  absl::Status Collect(
      CollectContext& context,
      CollectStream& stream,
      CollectResponse& response) override {
    if (const auto status = StatusOfFault(context)) return *status;
    if (FaultOf(context) == "early") return absl::OkStatus();
    CollectRequest request;
    const auto read = [&] { return stream.Read(request); };
    while (stream.Read(request)) {
      if (FaultOf(context) == "throw-late") Throw();
      if (const auto status = Wait(context, read)) return *status;
      response.add_names(AnswerTo(context, request.name()));
    }
    return absl::OkStatus();
  }

  absl::Status Chat(ChatContext& context, ChatStream& stream) override {
    if (const auto status = StatusOfFault(context)) return *status;
    ChatRequest request;
    ChatResponse response;
    const auto use = [&] {
      const bool written = stream.Write(response);
      return stream.Read(request) || written;
    };
    while (stream.Read(request)) {
      response.set_line(AnswerTo(context, request.line()));
      if (!stream.Write(response)) return absl::AbortedError("not written");
      if (FaultOf(context) == "throw-late") Throw();
      if (FaultOf(context) == "early") return absl::OkStatus();
      if (const auto status = Wait(context, use)) return *status;
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<GreeterHandler> MakeBlockingGreeter() {
  return std::make_unique<BlockingGreeter>();
}

}  // namespace faults
