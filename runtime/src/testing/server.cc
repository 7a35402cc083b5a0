#include "hawkmount/testing/server.h"

#include <grpcpp/grpcpp.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace hawkmount::testing {
namespace {

AppOptions Quiet(AppOptions options) {
  if (options.logger == nullptr) {
    options.logger = std::make_shared<spdlog::logger>(
        "quiet", std::make_shared<spdlog::sinks::null_sink_mt>());
  }
  return options;
}

// Of its own, so that the socket's path is short and nobody else's.
std::string MakeDirectory() {
  std::string path = std::filesystem::temp_directory_path() / "test.XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), path);
  }
  return path;
}

void OrThrow(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

TestServer::TestServer(TestServerOptions options)
    : options_(std::move(options)),
      directory_(options_.unix_socket ? MakeDirectory() : ""),
      app_(Quiet(options_.app)) {
  MountOptions& mount = options_.mount;
  mount.addresses.clear();
  if (options_.unix_socket) {
    mount.host = MountOptions().host;
    mount.port = MountOptions().port;
    mount.group.clear();
    mount.addresses.push_back("unix:" + directory_ + "/socket");
  } else {
    mount.host = "127.0.0.1";
    mount.port = 0;
    mount.group = "test";
  }
}

TestServer::TestServer(const hawkmount::Mount& mount, TestServerOptions options)
    : TestServer(std::vector<hawkmount::Mount>{mount}, std::move(options)) {}

TestServer::TestServer(
    const std::vector<hawkmount::Mount>& mounts, TestServerOptions options)
    : TestServer(std::move(options)) {
  for (const hawkmount::Mount& mount : mounts) Mount(mount);
  OrThrow(Start());
}

TestServer::~TestServer() {
  app_.Shutdown(options_.grace).IgnoreError();
  std::error_code gone_already;
  if (!directory_.empty()) {
    std::filesystem::remove_all(directory_, gone_already);
  }
}

MountHandle& TestServer::Mount(const hawkmount::Mount& mount) {
  MountHandle& handle = app_.Mount(mount, options_.mount);
  if (first_ == nullptr) first_ = &handle;
  return handle;
}

absl::Status TestServer::Start() { return app_.Start(); }

absl::Status TestServer::Stop(std::chrono::milliseconds grace) {
  return app_.Shutdown(grace);
}

int TestServer::port() const {
  return first_ == nullptr || options_.unix_socket ? -1 : first_->port();
}

std::string TestServer::address() const {
  if (options_.unix_socket) return options_.mount.addresses.front();
  return options_.mount.host + ":" + std::to_string(port());
}

Channel TestServer::channel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return Channel(grpc::CreateCustomChannel(
      address(), grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace hawkmount::testing
