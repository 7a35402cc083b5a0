// How an app waits for its end, and comes to it.

#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "app/impl.h"
#include "app/signals.h"

namespace hawkmount {

void App::Impl::Wait() {
  pollfd waited{.fd = wake_, .events = POLLIN, .revents = 0};
  while (poll(&waited, 1, -1) < 0) {
  }
}

void App::Impl::Wake() {
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t written = write(wake_, &one, sizeof(one));
}

// What woke Wait before has been heard.
void App::Impl::ForgetWake() {
  uint64_t count = 0;
  [[maybe_unused]] ssize_t taken = read(wake_, &count, sizeof(count));
}

absl::Status App::Impl::Shutdown(std::chrono::milliseconds grace) {
  Wake();
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  return End(grace);
}

absl::Status App::Impl::Drain() {
  Wake();
  OperationLock operation(*this);
  if (!operation.status().ok()) return operation.status();
  if (started_) {
    http_.SetState(app::State::kDraining);
    board_->SetDraining();
    if (options_.drain_delay.count() > 0) {
      log_writer_->Say(
          spdlog::level::info,
          absl::StrCat(
              "draining: still serving for ",
              options_.drain_delay.count(),
              " ms"));
      std::this_thread::sleep_for(options_.drain_delay);
    }
    TellStopping();
    for (const auto& server : servers_) {
      // Those for probes stay: whoever asks whether the process lives is told.
      if (!server->plan().mounts.empty()) server->CloseListeners();
    }
    const auto closed = std::chrono::steady_clock::now();
    for (const auto& server : servers_) {
      server->WaitForConnections(closed, closed + options_.max_connection_wait);
    }
  }
  return End(options_.grace);
}

// With the operation's lock.
absl::Status App::Impl::End(std::chrono::milliseconds grace) {
  const bool started = std::exchange(started_, false);
  board_->SetDraining();
  TellStopping();
  absl::Status stopped = StopAll(grace);
  if (!started) return stopped;
  return app::Together({stopped, Hooks().Shutdown(), plugins_->Shutdown(app_)});
}

void App::Impl::TellStopping() {
  std::unique_lock lock(mutex_);
  const std::stop_source stop = stop_;
  lock.unlock();
  stop.request_stop();
}

// All servers at the same time: the grace is for all of them together.
absl::Status App::Impl::StopAll(std::chrono::milliseconds grace) {
  http_.SetState(app::State::kDraining);
  board_->EndWatches();
  std::unique_lock lock(mutex_);
  const auto attached = std::move(attached_);
  attached_.clear();
  lock.unlock();
  std::vector<app::Serving::Ending> endings;
  std::vector<std::shared_ptr<engine::Server>> stopped;
  for (const auto& server : servers_) {
    if (!server->running()) continue;
    endings.push_back(server->BeginStop());
    stopped.push_back(endings.back().server);
  }
  stopped.insert(stopped.end(), attached.begin(), attached.end());
  std::vector<absl::Status> results = engine::Server::StopAll(stopped, grace);
  stopped.clear();
  endings.clear();
  http_.Stop();
  http_.SetState(app::State::kStarting);
  if (!log_writer_->Flush(std::chrono::seconds(1))) {
    results.push_back(absl::DeadlineExceededError(
        "the log could not be written within a second"));
  }
  return app::Together(results);
}

int App::Impl::Run() {
  if (options_.tune_process) TuneProcess();
  ForgetWake();
  app::SignalCatcher catcher(wake_);
  if (absl::Status status = Serve(); !status.ok()) {
    logger_->error("cannot start: {}", std::string(status.message()));
    logger_->flush();
    return 1;
  }
  Wait();
  // Not by this thread: a sink that blocks would keep the process.
  log_writer_->Say(
      spdlog::level::info,
      absl::StrCat("stopping, with ", options_.grace.count(), " ms of grace"));
  const absl::Status status = Drain();
  if (!status.ok()) {
    log_writer_->Say(spdlog::level::err, std::string(status.message()));
  }
  log_writer_->Say(spdlog::level::info, "stopped");
  if (log_writer_->Flush(std::chrono::seconds(1))) logger_->flush();
  return status.ok() ? 0 : 1;
}

}  // namespace hawkmount
