#ifndef HAWKMOUNT_TESTS_E2E_NOTING_PLUGIN_H_
#define HAWKMOUNT_TESTS_E2E_NOTING_PLUGIN_H_

// Plugins for tests.

#include <algorithm>
#include <exception>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "hawkmount/app.h"

namespace e2e {

using Words = std::vector<std::string>;

// What was noted, in order. Any thread.
class Diary {
 public:
  void Note(const std::string& word) {
    std::lock_guard lock(mutex_);
    words_.push_back(word);
  }
  Words words() const {
    std::lock_guard lock(mutex_);
    return words_;
  }
  Words WithoutMounts() const {
    Words all = words();
    std::erase_if(all, [](const std::string& word) {
      return word.find(" mount ") != std::string::npos;
    });
    return all;
  }

 private:
  mutable std::mutex mutex_;
  Words words_;
};

// Type and text of what was thrown.
inline std::string WordsOf(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::runtime_error& error) {
    return std::string("runtime_error ") + error.what();
  } catch (int number) {
    return "int " + std::to_string(number);
  } catch (...) {
    return "something else";
  }
}

// Notes what it is told.
class Noting : public hawkmount::Plugin {
 public:
  Noting(std::string name, Diary& diary)
      : name_(std::move(name)), diary_(diary) {}

  absl::Status OnStartup(hawkmount::App& app) override {
    diary_.Note(name_ + " up");
    return startup ? startup(app) : absl::OkStatus();
  }
  absl::Status OnShutdown(hawkmount::App& app) override {
    diary_.Note(name_ + " down");
    return shutdown ? shutdown(app) : absl::OkStatus();
  }
  void OnMountAdded(const hawkmount::Mount& mount) override {
    diary_.Note(name_ + " mount " + std::string(mount.service_name()));
  }
  void OnException(
      const hawkmount::Method& method,
      std::string_view request_id,
      const std::exception_ptr& exception) override {
    diary_.Note(
        name_ + " " + std::string(method.name()) + " " +
        std::string(request_id) + " " + WordsOf(exception));
  }

  std::function<absl::Status(hawkmount::App&)> startup;
  std::function<absl::Status(hawkmount::App&)> shutdown;

 private:
  const std::string name_;
  Diary& diary_;
};

// Throws whatever it is asked.
class Throwing final : public hawkmount::Plugin {
 public:
  absl::Status OnShutdown(hawkmount::App&) override { throw 5; }
  void OnMountAdded(const hawkmount::Mount&) override {
    throw std::runtime_error("no mounts");
  }
  void OnException(
      const hawkmount::Method&,
      std::string_view,
      const std::exception_ptr& exception) override {
    std::rethrow_exception(exception);
  }
};

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_NOTING_PLUGIN_H_
