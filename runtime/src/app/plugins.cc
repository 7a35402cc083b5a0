#include "app/plugins.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "app/lifecycle.h"

namespace hawkmount {

absl::Status Plugin::OnStartup(App&) { return absl::OkStatus(); }
absl::Status Plugin::OnShutdown(App&) { return absl::OkStatus(); }
void Plugin::OnMountAdded(const Mount&) {}
void Plugin::OnException(
    const Method&, std::string_view, const std::exception_ptr&) {}

namespace app {

// A plugin and a mount that come at the same time: whichever is kept last sees
// the other, so that the plugin is told once.

void Plugins::Use(std::string name, std::shared_ptr<Plugin> plugin) {
  const Used used{std::move(name), std::move(plugin)};
  std::unique_lock lock(mutex_);
  plugins_.push_back(used);
  const std::vector<Mount> mounts = mounts_;
  lock.unlock();
  for (const Mount& mount : mounts) TellMount(used, mount);
}

void Plugins::AddMount(const Mount& mount) {
  std::unique_lock lock(mutex_);
  mounts_.push_back(mount);
  const std::vector<Used> plugins = plugins_;
  lock.unlock();
  for (const Used& used : plugins) TellMount(used, mount);
}

void Plugins::TellMount(const Used& used, const Mount& mount) const {
  Guard(used, "OnMountAdded", [&] { used.plugin->OnMountAdded(mount); });
}

absl::Status Plugins::Start(App& app) {
  started_ = 0;
  while (const std::optional<Used> used = At(started_)) {
    const absl::Status status = RunHook(
        [&] {
          if (used->plugin != nullptr) return used->plugin->OnStartup(app);
          return absl::InvalidArgumentError("it is null");
        },
        "startup of plugin",
        used->name);
    if (!status.ok()) return Together({status, Shutdown(app)});
    ++started_;
  }
  return absl::OkStatus();
}

absl::Status Plugins::Shutdown(App& app) {
  std::vector<absl::Status> statuses;
  for (size_t i = 0; i < started_; ++i) {
    const std::optional<Used> used = At(i);
    statuses.push_back(RunHook(
        [&] { return used->plugin->OnShutdown(app); },
        "shutdown of plugin",
        used->name));
  }
  started_ = 0;
  return Together(statuses);
}

void Plugins::TellException(
    const Method& method,
    std::string_view request_id,
    const std::exception_ptr& exception) const {
  for (size_t i = 0; const std::optional<Used> used = At(i); ++i) {
    Guard(*used, "OnException", [&] {
      used->plugin->OnException(method, request_id, exception);
    });
  }
}

std::optional<Plugins::Used> Plugins::At(size_t index) const {
  std::lock_guard lock(mutex_);
  if (index >= plugins_.size()) return std::nullopt;
  return plugins_[index];
}

void Plugins::Guard(
    const Used& used,
    const char* what,
    const std::function<void()>& call) const {
  if (used.plugin == nullptr) return;  // the start says so
  try {
    try {
      call();
    } catch (const std::exception& thrown) {
      logger_->error(
          "{} of plugin \"{}\" threw {}", what, used.name, thrown.what());
    } catch (...) {
      logger_->error(
          "{} of plugin \"{}\" threw what is no exception", what, used.name);
    }
  } catch (...) {
    // Nor is a log that cannot be written anybody's trouble.
  }
}

}  // namespace app
}  // namespace hawkmount
