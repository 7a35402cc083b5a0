#include "servers/guarded_mount.h"

#include <memory>
#include <string>

#include "hawkmount/interceptor.h"
#include "servers/guards.h"

namespace hawkmount::bench {
namespace {

struct User {
  std::string name;
};

// In the forms that cost nothing.
struct Auth {
  using Provides = Facts<User>;
  CallgrindWindow* window;

  absl::Status Before(Context& context) {
    const auto token = context.metadata().Find("authorization");
    if (!token.has_value() || !IsGood(*token)) {
      window->Count();
      return absl::UnauthenticatedError("a token, please");
    }
    context.Set<User>("ann");
    return absl::OkStatus();
  }
};

struct RateLimit {
  using Needs = Facts<User>;
  std::shared_ptr<Rates> rates = std::make_shared<Rates>();

  absl::Status Before(Context& context) {
    if (rates->Take(context.Get<User>()->name)) return absl::OkStatus();
    return absl::ResourceExhaustedError("slower, please");
  }
};

struct Validate {
  absl::Status OnReceive(Context&, const EchoRequest& request) {
    if (IsValid(request)) return absl::OkStatus();
    return absl::InvalidArgumentError("a text, please");
  }
};

// Of another method alone.
struct Elsewhere {
  void Before(EchoHandler::ChatContext&) {}
};

// The same three, listed at run time.
class ListedAuth final : public Interceptor {
 public:
  explicit ListedAuth(CallgrindWindow& window) : window_(window) {}
  Decision Before(Context& context) override {
    const auto token = context.metadata().Find("authorization");
    if (token.has_value() && IsGood(*token)) return Decision();
    window_.Count();
    return absl::UnauthenticatedError("a token, please");
  }

 private:
  CallgrindWindow& window_;
};
class ListedRateLimit final : public Interceptor {
 public:
  Decision Before(Context&) override {
    if (rates_.Take("ann")) return Decision();
    return absl::ResourceExhaustedError("slower, please");
  }

 private:
  Rates rates_;
};
class ListedValidate final : public Interceptor {
 public:
  Decision OnReceive(Context&, google::protobuf::Message& message) override {
    const auto* request = dynamic_cast<const EchoRequest*>(&message);
    if (request == nullptr || IsValid(*request)) return Decision();
    return absl::InvalidArgumentError("a text, please");
  }
};

}  // namespace

EchoMount GuardedMount(
    EchoHandler& handler, const EchoStyles& styles, CallgrindWindow& window) {
  return EchoMount(handler, styles, Auth{&window}, RateLimit{}, Validate{});
}

EchoMount MountGuardedElsewhere(
    EchoHandler& handler, const EchoStyles& styles) {
  return EchoMount(handler, styles, Elsewhere{});
}

std::vector<std::shared_ptr<Interceptor>> ListedGuards(
    CallgrindWindow& window) {
  return {
      std::make_shared<ListedAuth>(window),
      std::make_shared<ListedRateLimit>(),
      std::make_shared<ListedValidate>()};
}

}  // namespace hawkmount::bench
