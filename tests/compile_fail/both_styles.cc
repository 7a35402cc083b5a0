// EXPECT: hawkmount: the handler overrides both Count and CountAsync
// EXPECT: keep the blocking form or the coroutine, not both

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

class Handler final : public GreeterHandler {
 public:
  absl::Status Count(
      CountContext&, const CountRequest&, CountStream&) override {
    return absl::OkStatus();
  }
  hawkmount::Task CountAsync(
      CountContext&, const CountRequest&, CountAsyncStream&) override {
    return absl::OkStatus();
  }
};

GreeterMount MountOf(Handler& handler) { return GreeterMount(handler); }
