// EXPECT: hawkmount: WhoNeedsIt has the Fact in its Needs, but no interceptor
// EXPECT: add one, or put it further to the
// EXPECT: UserId

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

struct UserId {};

struct Auth {
  using Provides = hawkmount::Facts<UserId>;
  absl::Status Before(hawkmount::Context&) { return absl::OkStatus(); }
};
struct RateLimit {
  using Needs = hawkmount::Facts<UserId>;
  absl::Status Before(hawkmount::Context&) { return absl::OkStatus(); }
};

class Handler final : public GreeterHandler {
 public:
  using Needs = hawkmount::Facts<UserId>;
};

GreeterMount MountOf(Handler& handler) {
  return GreeterMount(handler, RateLimit{}, Auth{});
}
