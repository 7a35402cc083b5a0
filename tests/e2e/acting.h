#ifndef HAWKMOUNT_TESTS_E2E_ACTING_H_
#define HAWKMOUNT_TESTS_E2E_ACTING_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "handlers.h"

namespace e2e {

// What a handler does at its end, in the middle of its streams: a message went
// each way that its kind has.
using Act = std::function<absl::Status(hawkmount::Context&)>;

// Copies of a status share what they say, and the thread sanitizer does not see
// all of how they count themselves: this one shares nothing.
absl::Status Unshared(const absl::Status& status);

// Tells the thread sanitizer, which does not see that a call connects what its
// two ends do. Both take their turn before and after.
class Turns {
 public:
  void Take() { std::lock_guard lock(mutex_); }
  Act In(Act act);

 private:
  std::mutex mutex_;
};

// A handler of either style that acts.
std::unique_ptr<GreeterHandler> MakeActor(hawkmount::Style style, Act act);

// An app with one handler, of either style, that acts. What a test does between
// calls, and what the handler does in them, is not at the same time.
class Stage {
 public:
  Stage(hawkmount::Style style, Act act, hawkmount::AppOptions options = {});
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Before the first call.
  hawkmount::App& app() { return app_; }

  // One call of "SayHello", "Count", "Collect" or "Chat", whose messages must
  // have come.
  absl::Status Call(
      std::string_view method, hawkmount::ResponseMetadata* metadata = nullptr);

  int port();

  // Both shut the app down first: all was counted and written then.
  double Sample(const std::string& family, std::string_view method);
  const std::vector<std::string>& Lines();

 private:
  void Start();
  absl::Status CallOnce(
      std::string_view method, hawkmount::ResponseMetadata* metadata);

  Turns turns_;
  std::shared_ptr<std::vector<std::string>> lines_;
  std::unique_ptr<GreeterHandler> handler_;
  hawkmount::App app_;
  hawkmount::MountHandle* mount_;
  bool started_ = false;
};

inline constexpr std::string_view kMethods[] = {
    "SayHello", "Count", "Collect", "Chat"};

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_ACTING_H_
