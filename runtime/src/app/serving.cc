#include "app/serving.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "absl/strings/str_cat.h"
#include "app/builder_arguments.h"
#include "reflection/stock_plugin.h"

namespace hawkmount::app {

using std::chrono::steady_clock;

namespace {

// How often a drain looks whether connections are still there.
constexpr std::chrono::milliseconds kLook(20);

// What only grows.
void AddTo(
    observe::ServerSnapshot& snapshot, const listen::ListenerCounts& counts) {
  snapshot.connections_accepted += counts.accepted;
  snapshot.connections_refused += counts.refused;
  snapshot.accept_errors += counts.errors;
}

}  // namespace

Serving::Serving(
    PlannedServer plan,
    engine::ServerConfig config,
    const std::vector<const Mount*>& shown)
    : plan_(std::move(plan)), config_(std::move(config)) {
  config_.max_concurrent_rpcs = plan_.options.max_concurrent_rpcs;
  if (shown.empty()) return;
  reflection_ = std::make_unique<reflection::Service>(shown);
  config_.mounts.push_back(
      {.mount = reflection_->mount(), .observed = false, .exempt = true});
}

Serving::~Serving() { Stop(std::chrono::nanoseconds(0)).IgnoreError(); }

absl::Status Serving::Start() {
  if (running()) return absl::OkStatus();
  std::unique_ptr<tls::TlsKeeper> keeper;
  std::shared_ptr<grpc::ServerCredentials> credentials =
      plan_.options.credentials;
  if (plan_.options.tls.has_value()) {
    auto started = tls::TlsKeeper::Start(*plan_.options.tls, config_.logger);
    if (!started.ok()) return started.status();
    keeper = *std::move(started);
    credentials = keeper->credentials();
  } else if (credentials == nullptr) {
    credentials = grpc::InsecureServerCredentials();
  }
  listen::ListenerOptions options = ForListener(plan_.options);
  // Not by the listener's thread, which a stop waits for.
  options.warn = [writer = config_.log_writer](const std::string& message) {
    writer->Say(spdlog::level::warn, message);
  };
  auto listener = listen::Listener::Bind(plan_.addresses, std::move(options));
  if (!listener.ok()) return listener.status();
  auto server = Build(std::move(credentials), **listener);
  if (!server.ok()) return server.status();
  std::lock_guard lock(mutex_);
  tls_ = std::move(keeper);
  listener_ = *std::move(listener);
  server_ = *std::move(server);
  for (const listen::Address& address : listener_->addresses()) {
    if (address.kind == listen::AddressKind::kTcp) {
      config_.logger->info(
          "serving on {}, port {}", address.ToString(), address.port);
    } else {
      config_.logger->info("serving on {}", address.ToString());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<engine::Server>> Serving::Build(
    std::shared_ptr<grpc::ServerCredentials> credentials,
    listen::Listener& listener) {
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  engine::ServerConfig config = config_;
  config.configure = [&](grpc::ServerBuilder& builder) {
    Apply(plan_.options, builder);
    reflection::RemoveStockServices(builder);
    acceptor = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        std::move(credentials));
    for (const auto& configure : plan_.options.configure) configure(builder);
  };
  absl::StatusOr<std::shared_ptr<engine::Server>> server =
      engine::Server::Start(config);
  if (!server.ok()) {
    return absl::Status(
        server.status().code(),
        absl::StrCat(
            "the server on ", plan_.address, ": ", server.status().message()));
  }
  absl::Status accepts = listener.Serve(std::move(acceptor));
  if (accepts.ok()) return server;
  (*server)->Stop(std::chrono::nanoseconds(0)).IgnoreError();
  return accepts;
}

void Serving::CloseListeners() {
  if (listener_ != nullptr) listener_->Close();
}

void Serving::WaitForConnections(
    steady_clock::time_point since, steady_clock::time_point until) {
  const auto& age = plan_.options.connection.max_connection_age;
  if (!age.has_value() || listener_ == nullptr) return;
  const auto last = std::min(until, since + LatestAge(*age));
  while (steady_clock::now() < last && listener_->counts().open > 0) {
    std::this_thread::sleep_for(kLook);
  }
}

absl::Status Serving::Stop(std::chrono::nanoseconds grace) {
  const Ending ending = BeginStop();
  return ending.server == nullptr ? absl::OkStatus()
                                  : ending.server->Stop(grace);
}

Serving::Ending Serving::BeginStop() {
  CloseListeners();
  std::lock_guard lock(mutex_);
  if (listener_ != nullptr) AddTo(past_, listener_->counts());
  return {
      .tls = std::move(tls_),
      .listener = std::move(listener_),
      .server = std::move(server_)};
}

bool Serving::running() const {
  std::lock_guard lock(mutex_);
  return server_ != nullptr;
}

int Serving::port() const {
  std::lock_guard lock(mutex_);
  return listener_ == nullptr ? -1 : listener_->port();
}

grpc::Server* Serving::grpc_server() const {
  std::lock_guard lock(mutex_);
  return server_ == nullptr ? nullptr : &server_->server();
}

observe::ServerSnapshot Serving::Snapshot() const {
  std::lock_guard lock(mutex_);
  observe::ServerSnapshot snapshot = past_;
  snapshot.address = plan_.address;
  if (tls_ != nullptr) snapshot.certificate_ends = tls_->not_after();
  if (listener_ == nullptr) return snapshot;
  const listen::ListenerCounts counts = listener_->counts();
  snapshot.connections = counts.open;
  AddTo(snapshot, counts);
  return snapshot;
}

ServerStatus Serving::Status() const {
  ServerStatus status{
      .snapshot = Snapshot(),
      .running = running(),
      .addresses = {},
      .services = {},
      .max_connections = ForListener(plan_.options).max_connections,
      .options = Describe(plan_.options)};
  std::lock_guard lock(mutex_);
  for (const listen::Address& address :
       listener_ == nullptr ? plan_.addresses : listener_->addresses()) {
    status.addresses.push_back(address.ToString());
  }
  return status;
}

}  // namespace hawkmount::app
