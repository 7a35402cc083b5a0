// The pieces of C++ in docs/guide/ and docs/http.md, word by word, in the order
// in which they are there, within what they leave out. That they compile is the
// test; guide_test.py compares.

#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guide.grpc.pb.h"
#include "guide.hawkmount.pb.h"
#include "hawkmount/app.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/metrics_registry.h"
#include "hawkmount/plugin.h"
#include "hawkmount/settings.h"

namespace acme::guide::v1 {

using namespace std::chrono_literals;

struct PoliteGreeter final : GreeterHandler {
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return absl::OkStatus();
  }
};

struct Database {
  absl::Status Connect();
  absl::Status Close();
  absl::Status Ping();
};
struct Cache {};
class LegacyService final : public Legacy::Service {};

WatchResponse LastWord();
std::string Store(const std::string& order);

// docs/guide/lifecycle.md

int Main(PoliteGreeter& greeter) {
  hawkmount::App app({.http = {.port = 9464}, .grace = 8s, .drain_delay = 5s});
  app.Mount(GreeterMount(greeter), {.port = 50051});
  return app.Run();
}

void Hooks(hawkmount::App& app, Database& database) {
  app.OnStart("database", [&] { return database.Connect(); });
  app.OnShutdown("database", [&] { return database.Close(); });
  app.Set(std::make_shared<Cache>());  // handlers: context.app().Get<Cache>()
}

struct LongCalls final : GreeterHandler {
  hawkmount::Task WatchAsync(
      WatchContext& context,
      const WatchRequest&,
      WatchAsyncStream& stream) override {
    const std::optional<bool> stops =
        co_await hawkmount::UntilStop(context.app().stopping());
    if (stops) co_await stream.Write(LastWord());
    co_return absl::OkStatus();
  }

  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse&) override {
    std::condition_variable_any condition;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    const auto ready = [] { return false; };
    condition.wait(lock, context.app().stopping(), ready);
    (void)context.app().Get<Cache>();
    return absl::OkStatus();
  }
};

void OwnServer(PoliteGreeter& greeter, LegacyService& old_service) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("[::]:50051", grpc::InsecureServerCredentials());
  builder.RegisterService(&old_service);
  std::unique_ptr<hawkmount::App> app = GreeterMount(greeter).Register(builder);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();

  server->Shutdown();
  const absl::Status status = app->Shutdown(1s);
  (void)status;
}

void OldServices(
    hawkmount::App& app,
    PoliteGreeter& greeter,
    const hawkmount::TlsOptions& files) {
  app.Add(
      Legacy::service_full_name(),
      std::make_unique<LegacyService>(),
      {.port = 50051, .tls = files});
  app.Mount(GreeterMount(greeter), {.port = 50051});
}

void Builder(hawkmount::MountOptions& options, grpc::ResourceQuota& quota) {
  options.configure = [&](grpc::ServerBuilder& builder) {
    builder.SetResourceQuota(quota);
  };
}

class Reporter final : public hawkmount::Plugin {
 public:
  absl::Status OnStartup(hawkmount::App& app) override;
  absl::Status OnShutdown(hawkmount::App& app) override;
  void OnMountAdded(const hawkmount::Mount& mount) override;
  void OnException(
      const hawkmount::Method& method,
      std::string_view request_id,
      const std::exception_ptr& exception) override;
};

void Plugins(hawkmount::App& app) {
  app.Use("reporter", std::make_unique<Reporter>());
}

// docs/guide/settings.md

int ReadSettings(
    std::string& database,
    std::vector<std::string>& admins,
    hawkmount::MountOptions& mount_options,
    hawkmount::AppOptions& app_options) {
  absl::StatusOr<hawkmount::Settings> settings = hawkmount::Settings::Load();
  absl::Status read = settings.status();
  if (read.ok()) {
    read = settings->Read({
        {"DATABASE_URL", database, hawkmount::kRequired},
        {"ADMINS", admins},
        {"PORT", mount_options.port},
        {"MAX_CALLS", mount_options.max_concurrent_rpcs},
        {"HTTP_PORT", app_options.http.port},
        {"GRACE", app_options.grace},
        {"LOG_FORMAT", app_options.log.format},
    });
  }
  if (!read.ok()) {
    std::fprintf(stderr, "%s\n", read.ToString().c_str());
    return 1;
  }
  return 0;
}

void GetSettings(const hawkmount::Settings& settings) {
  absl::StatusOr<bool> debug = settings.Get<bool>("DEBUG", false);
  auto age = settings.Get<std::chrono::seconds>("MAX_AGE");  // required
  (void)debug;
  (void)age;
}

void LoadForTests() {
  auto settings = hawkmount::Settings::Load({
      .profile = "test",
      .overrides = {{"PORT", "0"}},
      .environment = std::map<std::string, std::string>{},
  });
  (void)settings;
}

enum class Color { kRed, kGreen };

absl::Status ParseSetting(std::string_view text, Color& color) {
  if (text != "red" && text != "green") {
    return absl::InvalidArgumentError("is no color: red or green");
  }
  color = text == "red" ? Color::kRed : Color::kGreen;
  return absl::OkStatus();
}

// docs/guide/tls.md

void Tls(hawkmount::App& app, PoliteGreeter& greeter) {
  app.Mount(
      GreeterMount(greeter),
      {.port = 50051,
       .tls = hawkmount::TlsOptions{
           .certificate_file = "/etc/tls/tls.crt",
           .key_file = "/etc/tls/tls.key"}});
}

const hawkmount::MountOptions kMutual{
    .tls = hawkmount::TlsOptions{
        .certificate_file = "/etc/tls/tls.crt",
        .key_file = "/etc/tls/tls.key",
        .client_ca_file = "/etc/tls/ca.crt",
        .client_certificate = hawkmount::ClientCertificate::kRequired}};

struct Identity final : GreeterHandler {
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override {
    const hawkmount::PeerIdentity caller = context.identity();
    if (!std::ranges::count(caller.uris, "spiffe://acme.example/billing")) {
      return absl::PermissionDeniedError("for billing only");
    }
    response.MergeFromString(request.SerializeAsString());
    return absl::OkStatus();
  }
};

// docs/guide/health_reflection.md

void Health(hawkmount::App& app, PoliteGreeter& greeter) {
  app.health().SetServing("acme.greeter.v1.Greeter", false);

  app.Mount(GreeterMount(greeter), {.reflection = true});
}

// docs/http.md

void Http(hawkmount::App& app, Database& pool) {
  app.AddReadinessCheck(
      "database", [&] { return pool.Ping(); }, 500ms);

  app.AddRoute("POST", "/orders", [&](const hawkmount::HttpRequest& request) {
    return hawkmount::HttpResponse{
        .status = 201,
        .content_type = "application/json",
        .body = Store(request.body)};
  });
}

// docs/guide/interceptors.md

struct UserId {
  std::string value;
};

class Identify {
 public:
  using Provides = hawkmount::Facts<UserId>;

  explicit Identify(std::map<std::string, std::string> users)
      : users_(std::move(users)) {}

  absl::Status Before(hawkmount::Context& context) {
    const auto key = context.metadata().Find("x-api-key");
    const auto user = users_.find(std::string(key.value_or("")));
    if (user == users_.end()) {
      return absl::UnauthenticatedError("the call has no valid x-api-key");
    }
    context.Set<UserId>(user->second);
    return absl::OkStatus();
  }

 private:
  std::map<std::string, std::string> users_;
};

class PersonalGreeter final : public GreeterHandler {
 public:
  using Needs = hawkmount::Facts<UserId>;

  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest& request,
      SayHelloResponse& response) override;
};

struct CapText {
  void OnReceive(hawkmount::Context&, SayHelloRequest& request) {
    if (request.name().size() > 100) request.mutable_name()->resize(100);
  }
};

void CountedApart(hawkmount::App& app, PoliteGreeter& greeter) {
  auto partners = std::make_shared<hawkmount::MetricsRegistry>();
  app.Mount(GreeterMount(greeter), {.port = 50052, .metrics = partners});
  app.AddRoute("GET", "/metrics/partners", [partners](const auto& request) {
    return partners->Page(request);
  });
}

void Intercepted(hawkmount::App& app, PersonalGreeter& greeter) {
  app.Mount(GreeterMount(
      greeter, Identify({{"k1", "ann"}, {"k2", "bob"}}), CapText{}));
}

void Note(const std::string& peer);

class Audit final : public hawkmount::Interceptor {
 public:
  void After(hawkmount::Context& context, absl::Status& status) override {
    if (absl::IsPermissionDenied(status)) Note(context.peer());
  }
};

void Listed(hawkmount::App& app, PoliteGreeter& greeter) {
  app.Mount(
      GreeterMount(greeter), {.interceptors = {std::make_shared<Audit>()}});
}

}  // namespace acme::guide::v1
