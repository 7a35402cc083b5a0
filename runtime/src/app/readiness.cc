#include "app/readiness.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"

namespace hawkmount::app {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// One check. Shared with the thread that runs it, as that may outlive the rest.
class Readiness::Check : public std::enable_shared_from_this<Check> {
 public:
  Check(
      std::string name,
      std::function<absl::Status()> check,
      milliseconds timeout)
      : name_(std::move(name)), check_(std::move(check)), timeout_(timeout) {}

  const std::string& name() const { return name_; }

  // Makes sure that it runs. Tells which run is the one to wait for.
  uint64_t Begin() {
    std::lock_guard lock(mutex_);
    if (running_) return run_;
    try {
      std::thread([self = shared_from_this()] { self->RunOnce(); }).detach();
    } catch (const std::system_error& error) {
      ++run_;
      ended_ = run_;
      result_ = absl::ResourceExhaustedError(
          absl::StrCat("there is no thread to run it: ", error.what()));
      return run_;
    }
    running_ = true;
    since_ = steady_clock::now();
    return ++run_;
  }

  Result Wait(uint64_t run) {
    std::unique_lock lock(mutex_);
    over_.wait_until(lock, since_ + timeout_, [&] { return ended_ >= run; });
    if (ended_ < run) {
      return {
          name_,
          false,
          absl::StrCat(
              "no answer within ", timeout_.count(), " ms; it still runs")};
    }
    return {
        name_, result_.ok(), result_.ok() ? std::string() : result_.ToString()};
  }

  void WaitUntilIdle() {
    std::unique_lock lock(mutex_);
    over_.wait_until(lock, since_ + timeout_, [&] { return !running_; });
  }

 private:
  void RunOnce() {
    absl::Status result;
    try {
      result = check_();
    } catch (const std::exception& error) {
      result = absl::UnknownError(absl::StrCat("it threw ", error.what()));
    } catch (...) {
      result = absl::UnknownError("it threw what is no std::exception");
    }
    std::lock_guard lock(mutex_);
    running_ = false;
    ended_ = run_;
    result_ = std::move(result);
    over_.notify_all();
  }

  const std::string name_;
  const std::function<absl::Status()> check_;
  const milliseconds timeout_;

  std::mutex mutex_;
  std::condition_variable over_;
  bool running_ = false;
  steady_clock::time_point since_;
  uint64_t run_ = 0;    // the latest that began
  uint64_t ended_ = 0;  // the latest that ended
  absl::Status result_;
};

Readiness::~Readiness() {
  for (const auto& check : checks_) check->WaitUntilIdle();
}

absl::Status Readiness::Add(
    const std::string& name,
    std::function<absl::Status()> check,
    milliseconds timeout) {
  const std::string which = absl::StrCat("readiness check \"", name, "\"");
  if (name.empty() || check == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(which, " needs a name and a function"));
  }
  if (timeout <= milliseconds(0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        which, ": its timeout of ", timeout.count(), " ms leaves no time"));
  }
  const auto at = std::lower_bound(
      checks_.begin(), checks_.end(), name, [](const auto& a, const auto& b) {
        return a->name() < b;
      });
  if (at != checks_.end() && (*at)->name() == name) {
    return absl::AlreadyExistsError(
        absl::StrCat(which, " is there already: take another name"));
  }
  checks_.insert(at, std::make_shared<Check>(name, std::move(check), timeout));
  return absl::OkStatus();
}

std::vector<Readiness::Result> Readiness::Run() {
  std::vector<uint64_t> runs;
  for (const auto& check : checks_) runs.push_back(check->Begin());
  std::vector<Result> results;
  for (size_t i = 0; i < checks_.size(); ++i) {
    results.push_back(checks_[i]->Wait(runs[i]));
  }
  return results;
}

}  // namespace hawkmount::app
