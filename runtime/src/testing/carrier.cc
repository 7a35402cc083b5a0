#include "testing/carrier.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/metadata.h"

namespace hawkmount::testing {

using google::protobuf::MessageLite;

namespace {

std::unique_ptr<App> QuietApp() {
  return std::make_unique<App>(AppOptions{
      .logger = std::make_shared<spdlog::logger>(
          "quiet", std::make_shared<spdlog::sinks::null_sink_mt>())});
}

std::unique_ptr<MessageLite> CopyOf(const MessageLite& message) {
  std::unique_ptr<MessageLite> copy(message.New());
  copy->CheckTypeAndMergeFrom(message);
  return copy;
}

}  // namespace

TestCall::Carrier::Carrier(const Method& method, TestCallOptions options)
    : options_(std::move(options)),
      deadline_(std::chrono::system_clock::time_point::max()) {
  for (const auto& [key, value] : options_.metadata) {
    const absl::Status allowed = engine::CheckMetadata(key, value);
    if (!allowed.ok()) throw std::invalid_argument(allowed.ToString());
  }
  if (options_.timeout.has_value()) {
    deadline_ = Now() + *options_.timeout;
    left_ = options_.timeout;
  }
  if (options_.app == nullptr) own_app_ = QuietApp();
  record.method = &method;
  record.app = own_app_ != nullptr ? own_app_.get() : options_.app;
  record.logger = &record.app->logger();
  record.observed = true;
  record.brings_ids = true;  // for all that is known
  news_.carrier = this;
  news_.run = [](codegen::Work& work) {
    static_cast<News&>(work).carrier->OnNews();
  };
  timeout_.carrier = this;
  timeout_.fire = [](codegen::Timer& timer) {
    static_cast<DeadlineTimer&>(timer).carrier->Cancel();
  };
  if (options_.clock != nullptr && left_.has_value()) {
    StartTimeout(*options_.clock, *left_);
  }
}

TestCall::Carrier::~Carrier() {
  if (options_.clock != nullptr) options_.clock->CancelTimer(timeout_);
}

// The caller's side.

void TestCall::Carrier::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  Tell();
}

void TestCall::Carrier::Push(const MessageLite& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(CopyOf(request));
  Tell();
}

void TestCall::Carrier::End() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  Tell();
}

void TestCall::Carrier::Tell() {
  changed_.notify_all();
  if (clock_ == nullptr || news_.posted) return;
  news_.posted = true;
  clock_->Post(news_);
}

void TestCall::Carrier::Attach(
    ManualClock& clock, codegen::CancelScope& scope) {
  const std::lock_guard lock(mutex_);
  clock_ = &clock;
  scope_ = &scope;
  if (cancelled_) scope.Cancel();
  if (options_.clock != nullptr) return;
  due_.reset();
  if (left_.has_value()) StartTimeout(clock, *left_);
}

std::chrono::system_clock::time_point TestCall::Carrier::Now() const {
  return options_.clock != nullptr ? options_.clock->system()()
                                   : std::chrono::system_clock::now();
}

void TestCall::Carrier::StartTimeout(
    ManualClock& clock, std::chrono::nanoseconds left) {
  due_ = clock.now() + left;
  clock.CancelTimer(timeout_);
  clock.StartTimer(timeout_, left);
}

void TestCall::Carrier::Detach() {
  const std::lock_guard lock(mutex_);
  if (options_.clock == nullptr) clock_->CancelTimer(timeout_);
  clock_->Withdraw(news_);
  news_.posted = false;
  clock_ = nullptr;
}

void TestCall::Carrier::OnNews() {
  std::unique_lock lock(mutex_);
  news_.posted = false;
  if (cancelled_) {
    lock.unlock();
    if (!scope_->cancelled()) scope_->Cancel();
    return;
  }
  if (reader_ == nullptr || (requests_.empty() && !ended_)) return;
  codegen::StreamWaiter& waiter = *std::exchange(reader_, nullptr);
  waiter.ok = TakeRequest(*waiter.message);
  lock.unlock();
  waiter.Unlink();
  waiter.environment.Resume(waiter.coroutine);
}

std::vector<const MessageLite*> TestCall::Carrier::Responses() const {
  const std::lock_guard lock(mutex_);
  std::vector<const MessageLite*> all;
  for (const Message& response : responses_) all.push_back(response.get());
  return all;
}

bool TestCall::Carrier::IsReading() const {
  const std::lock_guard lock(mutex_);
  return reader_ != nullptr && !ended_;
}

// The handler's side.

void TestCall::Carrier::ShortenDeadline(std::chrono::nanoseconds left) {
  left = std::max(left, std::chrono::nanoseconds(0));
  const std::lock_guard lock(mutex_);
  const auto now = Now();
  if (left < deadline_ - now) deadline_ = now + left;
  ManualClock* clock = options_.clock != nullptr ? options_.clock : clock_;
  if (clock == nullptr) {
    left_ = std::min(left, left_.value_or(left));
  } else if (!due_.has_value() || left < *due_ - clock->now()) {
    StartTimeout(*clock, left);
  }
}

absl::Status TestCall::Carrier::AddInitialMetadata(
    std::string_view key, std::string_view value) {
  {
    const std::lock_guard lock(mutex_);
    if (!responses_.empty()) {
      return absl::FailedPreconditionError(
          "initial metadata goes out with the first message: add it before");
    }
  }
  return engine::AddMetadata(key, value, initial_);
}

absl::Status TestCall::Carrier::AddTrailingMetadata(
    std::string_view key, std::string_view value) {
  return engine::AddMetadata(key, value, trailing_);
}

bool TestCall::Carrier::IsCancelled() const {
  const std::lock_guard lock(mutex_);
  if (cancelled_) return true;
  return clock_ == nullptr && options_.clock == nullptr &&
         std::chrono::system_clock::now() >= deadline_;
}

bool TestCall::Carrier::TakeRequest(MessageLite& message) {
  if (cancelled_ || requests_.empty()) return false;
  message.Clear();
  message.CheckTypeAndMergeFrom(*requests_.front());
  requests_.pop_front();
  return true;
}

bool TestCall::Carrier::Read(MessageLite& message) {
  std::unique_lock lock(mutex_);
  const auto patience =
      std::chrono::system_clock::now() + std::chrono::minutes(1);
  const auto deadline = options_.clock == nullptr
                            ? deadline_
                            : std::chrono::system_clock::time_point::max();
  const bool known =
      changed_.wait_until(lock, std::min(patience, deadline), [this] {
        return cancelled_ || ended_ || !requests_.empty();
      });
  if (!known && patience < deadline) {
    throw std::runtime_error(
        "hawkmount::testing::TestStream: the handler has waited for a request "
        "for a minute: say End when there are no more");
  }
  return TakeRequest(message);
}

bool TestCall::Carrier::Write(const MessageLite& message, WriteMode) {
  if (IsCancelled()) return false;
  const std::lock_guard lock(mutex_);
  responses_.push_back(CopyOf(message));
  if (responses_.size() == options_.leaves_after) {
    cancelled_ = true;
    Tell();
  }
  return true;
}

bool TestCall::Carrier::StartRead(codegen::StreamWaiter& waiter) {
  waiter.ok = false;
  if (waiter.environment.scope->cancelled()) return true;
  const std::lock_guard lock(mutex_);
  if (cancelled_ || ended_ || !requests_.empty()) {
    waiter.ok = TakeRequest(*waiter.message);
    return true;
  }
  waiter.environment.scope->Add(waiter);
  reader_ = &waiter;
  return false;
}

bool TestCall::Carrier::StartWrite(
    codegen::StreamWaiter& waiter, WriteMode mode) {
  waiter.ok =
      !waiter.environment.scope->cancelled() && Write(*waiter.message, mode);
  return true;
}

void TestCall::Carrier::GiveUpRead(codegen::StreamWaiter& waiter) {
  {
    const std::lock_guard lock(mutex_);
    reader_ = nullptr;
  }
  waiter.environment.Resume(waiter.coroutine);
}

// As a server tells it: nothing of what it says.
absl::Status TestCall::Carrier::StatusOf(std::exception_ptr) {
  record.threw = true;
  return absl::UnknownError("the handler threw an exception");
}

}  // namespace hawkmount::testing
