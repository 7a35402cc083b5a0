#include "app/lifecycle.h"

#include <exception>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "hawkmount/lifecycle.h"

namespace hawkmount {
namespace app {

absl::Status RunHook(
    const std::function<absl::Status()>& hook,
    const std::string& what,
    const std::string& name) {
  const auto failed = [&](absl::StatusCode code, const std::string& why) {
    return absl::Status(code, absl::StrCat(what, " \"", name, "\": ", why));
  };
  try {
    absl::Status status = hook();
    if (status.ok()) return status;
    return failed(status.code(), std::string(status.message()));
  } catch (const std::exception& thrown) {
    return failed(
        absl::StatusCode::kInternal, absl::StrCat("threw ", thrown.what()));
  } catch (...) {
    return failed(absl::StatusCode::kInternal, "threw what is no exception");
  }
}

absl::Status Together(const std::vector<absl::Status>& statuses) {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<std::string> messages;
  for (const absl::Status& status : statuses) {
    if (status.ok()) continue;
    if (code == absl::StatusCode::kOk) code = status.code();
    messages.push_back(std::string(status.message()));
  }
  return absl::Status(code, absl::StrJoin(messages, "; "));
}

}  // namespace app

void Lifecycle::OnStart(std::string name, Hook hook) {
  hooks_.push_back({true, std::move(name), std::move(hook)});
}

void Lifecycle::OnShutdown(std::string name, Hook hook) {
  hooks_.push_back({false, std::move(name), std::move(hook)});
}

void Lifecycle::Merge(Lifecycle other) {
  hooks_.insert(
      hooks_.end(),
      std::make_move_iterator(other.hooks_.begin()),
      std::make_move_iterator(other.hooks_.end()));
}

absl::Status Lifecycle::Start() const {
  for (size_t i = 0; i < hooks_.size(); ++i) {
    if (!hooks_[i].starts) continue;
    absl::Status status =
        app::RunHook(hooks_[i].hook, "start hook", hooks_[i].name);
    if (!status.ok()) return app::Together({status, ShutdownBefore(i)});
  }
  return absl::OkStatus();
}

absl::Status Lifecycle::Shutdown() const {
  return ShutdownBefore(hooks_.size());
}

absl::Status Lifecycle::ShutdownBefore(size_t end) const {
  std::vector<absl::Status> statuses;
  for (size_t i = end; i-- > 0;) {
    if (hooks_[i].starts) continue;
    statuses.push_back(
        app::RunHook(hooks_[i].hook, "shutdown hook", hooks_[i].name));
  }
  return app::Together(statuses);
}

}  // namespace hawkmount
