#ifndef HAWKMOUNT_APP_PLUGINS_H_
#define HAWKMOUNT_APP_PLUGINS_H_

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/mount.h"
#include "hawkmount/plugin.h"

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount::app {

// An app's plugins. Any thread, but for Start and Shutdown, which are the
// operation's. No lock is held while a plugin is called.
class Plugins {
 public:
  explicit Plugins(std::shared_ptr<spdlog::logger> logger)
      : logger_(std::move(logger)) {}

  // Tells the plugin of the mounts that there are.
  void Use(std::string name, std::shared_ptr<Plugin> plugin);
  // Tells the plugins that there are of the mount.
  void AddMount(const Mount& mount);

  // Starts them one after the other, also those that a plugin adds meanwhile.
  // After the first that fails, those before it are shut down.
  absl::Status Start(App& app);
  // Those that were started. The error names each that failed.
  absl::Status Shutdown(App& app);

  void TellException(
      const Method& method,
      std::string_view request_id,
      const std::exception_ptr& exception) const;

 private:
  struct Used {
    std::string name;
    std::shared_ptr<Plugin> plugin;
  };

  std::optional<Used> At(size_t index) const;
  void TellMount(const Used& used, const Mount& mount) const;
  // Calls a plugin; logs what it throws.
  void Guard(
      const Used& used,
      const char* what,
      const std::function<void()>& call) const;

  const std::shared_ptr<spdlog::logger> logger_;
  size_t started_ = 0;  // the first so many

  mutable std::mutex mutex_;
  std::vector<Used> plugins_;
  std::vector<Mount> mounts_;
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_PLUGINS_H_
