#include "limited.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "hawkmount/await.h"
#include "oracle.h"

namespace e2e {

using namespace std::chrono_literals;
using hawkmount::CallOptions;
using hawkmount::Context;
using hawkmount::Task;

void Gate::Pass() {
  std::unique_lock lock(mutex_);
  ++entered_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return open_; });
}

void Gate::WaitForEntered(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return entered_ >= count; });
}

void Gate::Open() {
  std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

int Gate::entered() const {
  std::lock_guard lock(mutex_);
  return entered_;
}

Running::Now::Now(Running& running) : running_(running) {
  ++running_.begun_;
  const int now = ++running_.now_;
  int most = running_.most_;
  while (most < now && !running_.most_.compare_exchange_weak(most, now)) {
  }
}
Running::Now::~Now() { --running_.now_; }

void Running::Throw() {
  ++thrown_;
  throw std::runtime_error("secret");
}

namespace {

std::string DeadlineText(const Context& context) {
  const auto never = std::chrono::system_clock::time_point::max();
  if (context.deadline() == never) return "none";
  return std::to_string(
      std::chrono::duration<double>(
          context.deadline() - std::chrono::system_clock::now())
          .count());
}

}  // namespace

absl::Status BlockingLimited::Obey(
    const Context& context, const std::string& text, Ping* response) {
  Running::Now now(running);
  if (text == "stuck") gate.Pass();
  if (text == "late" || text == "throw") {
    while (!context.IsCancelled()) std::this_thread::sleep_for(1ms);
  }
  if (text == "throw") running.Throw();
  if (text == "yield") std::this_thread::sleep_for(1ms);
  if (response != nullptr) response->set_text(text);
  if (text == "deadline") response->set_text(DeadlineText(context));
  return absl::OkStatus();
}

absl::Status BlockingLimited::Timed(
    TimedContext& context, const Ping& request, Ping& response) {
  return Obey(context, request.text(), &response);
}

absl::Status BlockingLimited::TimedDown(
    TimedDownContext& context, const Ping& request, TimedDownStream& stream) {
  if (request.text() == "stream") {
    while (stream.Write(request)) {
    }
  }
  const absl::Status status = Obey(context, request.text(), nullptr);
  if (context.IsCancelled()) {
    EXPECT_FALSE(stream.Write(request));
  }
  return status;
}

absl::Status BlockingLimited::TimedUp(
    TimedUpContext& context, TimedUpStream& stream, Ping& response) {
  Ping request;
  if (!stream.Read(request)) return absl::OkStatus();
  const std::string text = request.text();
  if (text == "stream") {
    while (stream.Read(request)) {
    }
  }
  const absl::Status status = Obey(context, text, &response);
  if (context.IsCancelled()) {
    EXPECT_FALSE(stream.Read(request));
  }
  return status;
}

absl::Status BlockingLimited::TimedBoth(
    TimedBothContext& context, TimedBothStream& stream) {
  Ping request;
  if (!stream.Read(request)) return absl::OkStatus();
  const std::string text = request.text();
  if (text == "stream") {
    while (stream.Write(request) && stream.Read(request)) {
    }
  }
  const absl::Status status = Obey(context, text, nullptr);
  if (context.IsCancelled()) {
    EXPECT_FALSE(stream.Write(request));
    EXPECT_FALSE(stream.Read(request));
  }
  return status;
}

absl::Status BlockingLimited::Patient(
    PatientContext& context, const Ping& request, Ping& response) {
  return Obey(context, request.text(), &response);
}

absl::Status BlockingLimited::Untimed(
    UntimedContext& context, const Ping& request, Ping& response) {
  return Obey(context, request.text(), &response);
}

Task CoroutineLimited::Obey(
    const Context& context, std::string text, Ping* response) {
  Running::Now now(running);
  if (text == "stuck") {
    // Begun work is waited for.
    co_await hawkmount::RunBlocking([this] { gate.Pass(); });
  }
  if (text == "late" || text == "throw") {
    bool slept = true;
    while (slept) slept = co_await hawkmount::Sleep(1h);
    EXPECT_TRUE(context.IsCancelled());
  }
  if (text == "throw") running.Throw();
  if (text == "yield") co_await hawkmount::Sleep(1ms);
  if (response != nullptr) response->set_text(text);
  if (text == "deadline") response->set_text(DeadlineText(context));
  co_return absl::OkStatus();
}

Task CoroutineLimited::TimedAsync(
    TimedContext& context, const Ping& request, Ping& response) {
  return Obey(context, request.text(), &response);
}

Task CoroutineLimited::TimedDownAsync(
    TimedDownContext& context,
    const Ping& request,
    TimedDownAsyncStream& stream) {
  bool written = request.text() == "stream";
  while (written) written = co_await stream.Write(request);
  const absl::Status status = co_await Obey(context, request.text(), nullptr);
  if (context.IsCancelled()) {
    written = co_await stream.Write(request);
    EXPECT_FALSE(written);
  }
  co_return status;
}

Task CoroutineLimited::TimedUpAsync(
    TimedUpContext& context, TimedUpAsyncStream& stream, Ping& response) {
  Ping request;
  bool read = co_await stream.Read(request);
  if (!read) co_return absl::OkStatus();
  const std::string text = request.text();
  read = text == "stream";
  while (read) read = co_await stream.Read(request);
  const absl::Status status = co_await Obey(context, text, &response);
  if (context.IsCancelled()) {
    read = co_await stream.Read(request);
    EXPECT_FALSE(read);
  }
  co_return status;
}

Task CoroutineLimited::TimedBothAsync(
    TimedBothContext& context, TimedBothAsyncStream& stream) {
  Ping request;
  bool on = co_await stream.Read(request);
  if (!on) co_return absl::OkStatus();
  const std::string text = request.text();
  on = text == "stream";
  while (on) {
    on = co_await stream.Write(request);
    if (on) on = co_await stream.Read(request);
  }
  const absl::Status status = co_await Obey(context, text, nullptr);
  if (context.IsCancelled()) {
    on = co_await stream.Write(request);
    EXPECT_FALSE(on);
    on = co_await stream.Read(request);
    EXPECT_FALSE(on);
  }
  co_return status;
}

Task CoroutineLimited::PatientAsync(
    PatientContext& context, const Ping& request, Ping& response) {
  return Obey(context, request.text(), &response);
}

Task CoroutineLimited::UntimedAsync(
    UntimedContext& context, const Ping& request, Ping& response) {
  return Obey(context, request.text(), &response);
}

std::string LimitedPath(const std::string& method) {
  return "/acme.limits.v1.Limited/" + method;
}

absl::Status CallLimited(
    const LimitedClient& client,
    const std::string& method,
    const std::string& text,
    const CallOptions& options,
    bool cancel) {
  Ping request;
  Ping response;
  request.set_text(text);
  if (method == "TimedDown") {
    auto stream = client.TimedDown(request, options);
    if (cancel) stream.Cancel();
    while (stream.Read(response)) {
    }
    return stream.Finish();
  }
  if (method == "TimedUp") {
    auto stream = client.TimedUp(options);
    stream.Write(request);
    if (cancel) stream.Cancel();
    if (text == "stream") {
      while (stream.Write(request)) {
      }
    }
    return stream.Finish().status();
  }
  if (method == "TimedBoth") {
    auto stream = client.TimedBoth(options);
    stream.Write(request);
    if (cancel) stream.Cancel();
    while (stream.Read(response)) stream.Write(request);
    return stream.Finish();
  }
  if (method == "Patient") return client.Patient(request, options).status();
  if (method == "Untimed") return client.Untimed(request, options).status();
  return client.Timed(request, options).status();
}

LimitedClient LimitedClientOf(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return LimitedClient(hawkmount::Channel(grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port),
      grpc::InsecureChannelCredentials(),
      arguments)));
}

void ExpectSoon(
    const hawkmount::App& app, const std::string& series, double value) {
  for (int i = 0; i < 6000 && Sample(app, series) != value; ++i) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(Sample(app, series), value) << series;
}

std::string LimitedSeries(
    const std::string& name,
    const std::string& method,
    const std::string& labels) {
  return "hawkapi_grpc_" + name + "{" + MethodLabel(LimitedPath(method)) +
         (labels.empty() ? "" : "," + labels) + "}";
}

}  // namespace e2e
