#include "hawkmount/app.h"

#include <absl/synchronization/mutex.h>

#include "app/adopted.h"
#include "app/impl.h"

namespace hawkmount {

App::App(AppOptions options)
    : impl_(std::make_unique<Impl>(*this, std::move(options))) {}
App::~App() = default;

MountHandle& App::Mount(const hawkmount::Mount& mount, MountOptions options) {
  return impl_->Mount({mount, std::move(options)});
}

MountHandle& App::Add(
    std::string name,
    std::unique_ptr<grpc::Service> service,
    MountOptions options) {
  const auto adopted =
      std::make_shared<app::Adopted>(std::move(name), std::move(service));
  return impl_->Mount({adopted->mount(), std::move(options), adopted});
}

void App::Register(
    const hawkmount::Mount& mount, grpc::ServerBuilder& builder) {
  impl_->Register(mount, builder);
}
std::unique_ptr<App> Mount::Register(grpc::ServerBuilder& builder) const {
  auto app = std::make_unique<App>();
  app->Register(*this, builder);
  return app;
}
void App::OnStart(std::string name, std::function<absl::Status()> hook) {
  impl_->OnStart(std::move(name), std::move(hook));
}
void App::OnShutdown(std::string name, std::function<absl::Status()> hook) {
  impl_->OnShutdown(std::move(name), std::move(hook));
}
void App::Use(Lifecycle hooks) { impl_->Use(std::move(hooks)); }
void App::Use(std::string name, std::shared_ptr<Plugin> plugin) {
  impl_->Use(std::move(name), std::move(plugin));
}
void App::AddRoute(
    const std::string& method, const std::string& path, HttpHandler handler) {
  impl_->AddRoute(method, path, std::move(handler));
}
void App::AddReadinessCheck(
    const std::string& name,
    std::function<absl::Status()> check,
    std::chrono::milliseconds timeout) {
  impl_->AddReadinessCheck(name, std::move(check), timeout);
}
std::vector<Finding> App::Check() const { return impl_->Check(); }
absl::Status App::Start() { return impl_->Start(); }
void App::Wait() { impl_->Wait(); }
absl::Status App::Shutdown(std::chrono::milliseconds grace) {
  return impl_->Shutdown(grace);
}
absl::Status App::Drain() { return impl_->Drain(); }
int App::Run() { return impl_->Run(); }
std::stop_token App::stopping() const { return impl_->stopping(); }
void App::AddMapping(codegen::ExceptionMapping mapping) {
  impl_->AddMapping(std::move(mapping));
}
void App::SetValue(std::type_index type, std::shared_ptr<void> value) {
  impl_->SetValue(type, std::move(value));
}
std::shared_ptr<void> App::Value(std::type_index type) const {
  return impl_->Value(type);
}
int App::http_port() const { return impl_->http_port(); }
spdlog::logger& App::logger() const { return impl_->logger(); }
Health App::health() const { return impl_->health(); }
std::string App::MetricsText() const { return impl_->MetricsText(); }
std::shared_ptr<prometheus::Collectable> App::Collectable() const {
  return impl_->collectable();
}

MountHandle::MountHandle(App::Impl& app, size_t mount)
    : app_(app), mount_(mount) {}
absl::Status MountHandle::Start() { return app_.StartMount(mount_); }
absl::Status MountHandle::Stop(std::chrono::milliseconds grace) {
  return app_.StopMount(mount_, grace);
}
int MountHandle::port() const { return app_.MountPort(mount_); }
int MountHandle::health_port() const { return app_.ProbePort(mount_); }
grpc::Server* MountHandle::server() const { return app_.MountServer(mount_); }

void TuneProcess() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace hawkmount
