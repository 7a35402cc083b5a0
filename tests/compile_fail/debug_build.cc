// Coroutines give no warnings where nothing is optimised, either: some are of
// the middle of the compiler.
// FLAGS: -O0 -g

#include "greeter.hawkmount.pb.h"
#include "hawkmount/app.h"
#include "hawkmount/await.h"

using namespace acme::greeter::v1;  // NOLINT
using std::chrono_literals::operator""ms;

namespace {

hawkmount::TaskOf<int> Number(hawkmount::Context&) { co_return 1; }

class Greeter final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse&) override {
    const bool slept = co_await hawkmount::Sleep(1ms);
    const auto [one, other] =
        co_await hawkmount::WhenAll(Number(context), Number(context));
    co_return slept&& one == other ? absl::OkStatus() : absl::InternalError("");
  }
};

}  // namespace

hawkmount::Mount MakeMount() {
  static Greeter greeter;
  return GreeterMount(greeter);
}
