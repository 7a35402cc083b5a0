#include "app/serving.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"

namespace hawkmount::app {

Serving::Serving(PlannedServer plan, engine::ServerConfig config)
    : plan_(std::move(plan)), config_(std::move(config)) {}

Serving::~Serving() { Stop(std::chrono::nanoseconds(0)).IgnoreError(); }

absl::Status Serving::Start() {
  if (running()) return absl::OkStatus();
  int port = 0;
  engine::ServerConfig config = config_;
  config.configure = [&](grpc::ServerBuilder& builder) {
    // gRPC would share a busy port in silence.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(
        plan_.address, grpc::InsecureServerCredentials(), &port);
  };
  absl::StatusOr<std::shared_ptr<engine::Server>> server =
      engine::Server::Start(config);
  if (!server.ok() || port == 0) {
    if (server.ok()) (*server)->Stop(std::chrono::nanoseconds(0)).IgnoreError();
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ",
        plan_.address,
        ": is the port in use, or the host not of this machine?"));
  }
  server_ = *std::move(server);
  port_ = port;
  grpc_server_ = &server_->server();
  config_.logger->info("serving on {}, port {}", plan_.address, port);
  return absl::OkStatus();
}

void Serving::CloseListeners() {}

void Serving::WaitForConnections(std::chrono::steady_clock::time_point) {}

absl::Status Serving::Stop(std::chrono::nanoseconds grace) {
  if (!running()) return absl::OkStatus();
  CloseListeners();
  grpc_server_ = nullptr;
  port_ = -1;
  const std::shared_ptr<engine::Server> server = std::move(server_);
  return server->Stop(grace);
}

}  // namespace hawkmount::app
