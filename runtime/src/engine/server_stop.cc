// How a server comes to its end.

#include <grpc/grpc.h>
#include <grpcpp/server.h>
#include <pthread.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/server.h"

namespace hawkmount::engine {

using std::chrono::steady_clock;

namespace {

// How much later than our own calls those are cancelled that core accepted when
// it took no more.
constexpr std::chrono::milliseconds kForStrays(100);

// Calls that a stop names; more are counted.
constexpr size_t kNamed = 20;

// How long handlers get to notice that their calls were cancelled.
constexpr std::chrono::milliseconds kAfterCancel(800);

// How long connections without calls get to hear of the end and to close. One
// that does not is closed then.
constexpr std::chrono::milliseconds kGoodbye(500);

}  // namespace

// With the mutex. gRPC's shutdown does not return before the last handler of a
// service by hand has.
bool Server::Idle() const {
  if (HasForeign() && stop_by_.has_value() && !shut_down_) return false;
  return std::all_of(shards_.begin(), shards_.end(), [](const auto& shard) {
    return shard->outstanding() == 0;
  });
}

bool Server::WaitUntilIdle(TimePoint until) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, until, [this] { return Idle(); });
}

absl::Status Server::Stop(std::chrono::nanoseconds grace) {
  return StopAll({shared_from_this()}, grace).front();
}

// The order that survives: no more requests for calls; the server's shutdown
// while the event threads run; nothing outstanding; the queues; the threads;
// the server itself.
std::vector<absl::Status> Server::StopAll(
    const std::vector<std::shared_ptr<Server>>& servers,
    std::chrono::nanoseconds grace) {
  const auto end = steady_clock::now() + grace;
  for (const auto& server : servers) server->BeginStop(end);
  for (const auto& server : servers) {
    if (!server->WaitUntilIdle(end)) server->CancelAll();
  }
  const auto now = steady_clock::now();
  std::vector<absl::Status> results;
  for (const auto& server : servers) {
    results.push_back(server->EndStop(now + kAfterCancel, now + kGoodbye));
  }
  return results;
}

void Server::BeginStop(TimePoint end) {
  if (serving_) {
    for (auto& shard : shards_) shard->StopTaking();
  }
  if (Attached()) return;
  std::lock_guard lock(mutex_);
  stop_by_ = end;
  changed_.notify_all();
}

void Server::CancelAll() {
  for (auto& shard : shards_) shard->CancelAll();
}

absl::Status Server::EndStop(TimePoint last, TimePoint goodbye) {
  if (WaitUntilIdle(last)) {
    CloseConnections(goodbye);
    TearDown();
    return absl::OkStatus();
  }
  std::string calls = DescribeCalls();
  if (calls.empty() && HasForeign()) calls = DescribeForeign();
  LeaveBehind();
  if (Attached() && calls.empty()) {
    return absl::FailedPreconditionError(
        "the grpc::Server that the mounts are registered with still runs: "
        "shut it down first");
  }
  return absl::DeadlineExceededError(
      absl::StrCat("handlers did not end within the grace: ", calls));
}

// When no call is left. gRPC alone would wait until the grace is over for
// callers that do not close their connections when they are told to.
void Server::CloseConnections(TimePoint goodbye) {
  if (Attached()) return;
  std::unique_lock lock(mutex_);
  if (changed_.wait_until(lock, goodbye, [this] { return shut_down_; })) return;
  lock.unlock();
  grpc_server_cancel_all_calls(server_->c_server());
}

void Server::ShutDown() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return over_ || stop_by_.has_value(); });
  if (over_) return;
  const auto by = (*stop_by_ + kForStrays).time_since_epoch();
  lock.unlock();
  // Its own cancelling is for the calls that no handler was found for.
  server_->Shutdown(gpr_time_from_nanos(
      std::chrono::nanoseconds(by).count(), GPR_CLOCK_MONOTONIC));
  lock.lock();
  shut_down_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return over_ || left_ != nullptr; });
  const std::shared_ptr<Server> self = std::move(left_);
  lock.unlock();
  if (self == nullptr) return;
  WaitUntilIdle(TimePoint::max());
  TearDown();
}

void Server::LeaveBehind() {
  if (Attached()) {
    // Nobody tells when the grpc::Server lets go of our queues: they stay.
    static std::mutex mutex;
    static auto& left = *new std::vector<std::shared_ptr<Server>>;
    std::lock_guard lock(mutex);
    left.push_back(shared_from_this());
    return;
  }
  pthread_setname_np(shutdown_.native_handle(), "hawkmount-left");
  shutdown_.detach();
  std::lock_guard lock(mutex_);
  left_ = shared_from_this();
  changed_.notify_all();
}

void Server::TearDown() {
  {
    std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  if (shutdown_.joinable()) shutdown_.join();
  for (auto& shard : shards_) {
    config_.watch->Remove(*shard);
    shard->Finish();
  }
  server_.reset();
  GiveBackCells();
  log_rings_.clear();
}

std::string Server::DescribeCalls() {
  std::vector<std::string> lines;
  for (auto& shard : shards_) {
    if (shard->outstanding() == 0) continue;
    for (std::string& line : shard->DescribeCalls()) {
      lines.push_back(std::move(line));
    }
  }
  if (lines.size() > kNamed) {
    const size_t more = lines.size() - kNamed;
    lines.resize(kNamed);
    lines.push_back(absl::StrCat("and ", more, " more"));
  }
  return absl::StrJoin(lines, "; ");
}

std::string Server::DescribeForeign() const {
  std::vector<std::string> names;
  for (const AdoptedService& adopted : config_.adopted) {
    names.push_back(adopted.name);
  }
  if (config_.foreign) names.push_back("what MountOptions::configure added");
  return absl::StrCat(
      "calls of services that gRPC calls itself: ", absl::StrJoin(names, ", "));
}

}  // namespace hawkmount::engine
