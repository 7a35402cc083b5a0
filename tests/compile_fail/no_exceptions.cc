// Who builds without exceptions has all that is not about catching them.
// FLAGS: -fno-exceptions

#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"
#include "hawkmount/await.h"
#include "hawkmount/error_details.h"
#include "hawkmount/status.h"

using namespace acme::greeter::v1;  // NOLINT

namespace {

class Greeter final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    const hawkmount::NotFoundError error("none", hawkmount::ErrorInfo{});
    if (error.code() == absl::StatusCode::kAborted) {
      hawkmount::ThrowStatus(absl::AbortedError(""));
    }
    return WithDetail(error.status(), hawkmount::RetryInfo{});
  }

  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream&) override {
    const absl::Status status = co_await hawkmount::RunBlocking([] {});
    const auto both = co_await hawkmount::WhenAll(
        hawkmount::Sleep(std::chrono::seconds(1)),
        hawkmount::RunBlocking([] { return 1; }));
    co_return std::get<1>(both).ok() ? status : absl::AbortedError("");
  }
};

}  // namespace

int Serve() {
  Greeter greeter;
  hawkmount::App app({.exceptions = {.code = absl::StatusCode::kInternal}});
  app.Mount(GreeterMount(greeter));
  return app.Run();
}
