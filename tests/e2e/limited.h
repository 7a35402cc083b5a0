#ifndef HAWKMOUNT_TESTS_E2E_LIMITED_H_
#define HAWKMOUNT_TESTS_E2E_LIMITED_H_

// The golden services whose calls are limited, served in both styles.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "hawkmount/app.h"
#include "limits.hawkmount.pb.h"

namespace e2e {

// NOLINTNEXTLINE: the services under test
using namespace acme::limits::v1;

// What stops whoever comes by, until it is opened.
class Gate {
 public:
  void Pass();
  void WaitForEntered(int count);
  void Open();
  int entered() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int entered_ = 0;
  bool open_ = false;
};

// How many handlers run, how many ran at a time at the most, and how many ever
// began and threw.
class Running {
 public:
  // While it lives, a handler runs.
  class Now {
   public:
    explicit Now(Running& running);
    ~Now();
    Now(const Now&) = delete;
    Now& operator=(const Now&) = delete;

   private:
    Running& running_;
  };

  int most() const { return most_; }
  int now() const { return now_; }
  int begun() const { return begun_; }
  int thrown() const { return thrown_; }
  [[noreturn]] void Throw();

 private:
  std::atomic<int> now_{0};
  std::atomic<int> most_{0};
  std::atomic<int> begun_{0};
  std::atomic<int> thrown_{0};
};

// What a handler does is asked for by the text of the call:
//   "stuck"     waits at the gate, whatever happens meanwhile
//   "late"      waits until it is cancelled
//   "throw"     the same, and throws then
//   "stream"    reads and writes for as long as it can
//   "deadline"  answers in how many seconds its deadline is, or "none"
//   "yield"     lets others run for a moment
// Each of them returns OK, and checks that no stream goes on once the call was
// given up.
class BlockingLimited final : public LimitedHandler {
 public:
  absl::Status Timed(
      TimedContext& context, const Ping& request, Ping& response) override;
  absl::Status TimedDown(
      TimedDownContext& context,
      const Ping& request,
      TimedDownStream& stream) override;
  absl::Status TimedUp(
      TimedUpContext& context, TimedUpStream& stream, Ping& response) override;
  absl::Status TimedBoth(
      TimedBothContext& context, TimedBothStream& stream) override;
  absl::Status Patient(
      PatientContext& context, const Ping& request, Ping& response) override;
  absl::Status Untimed(
      UntimedContext& context, const Ping& request, Ping& response) override;

  Gate gate;
  Running running;

 private:
  absl::Status Obey(
      const hawkmount::Context& context,
      const std::string& text,
      Ping* response);
};

class CoroutineLimited final : public LimitedHandler {
 public:
  hawkmount::Task TimedAsync(
      TimedContext& context, const Ping& request, Ping& response) override;
  hawkmount::Task TimedDownAsync(
      TimedDownContext& context,
      const Ping& request,
      TimedDownAsyncStream& stream) override;
  hawkmount::Task TimedUpAsync(
      TimedUpContext& context,
      TimedUpAsyncStream& stream,
      Ping& response) override;
  hawkmount::Task TimedBothAsync(
      TimedBothContext& context, TimedBothAsyncStream& stream) override;
  hawkmount::Task PatientAsync(
      PatientContext& context, const Ping& request, Ping& response) override;
  hawkmount::Task UntimedAsync(
      UntimedContext& context, const Ping& request, Ping& response) override;

  Gate gate;
  Running running;

 private:
  hawkmount::Task Obey(
      const hawkmount::Context& context, std::string text, Ping* response);
};

// The four kinds of call with a short timeout.
inline const std::vector<std::string> kTimedMethods = {
    "Timed", "TimedDown", "TimedUp", "TimedBoth"};

std::string LimitedPath(const std::string& method);

// Makes one call, as it is meant for its text.
absl::Status CallLimited(
    const LimitedClient& client,
    const std::string& method,
    const std::string& text,
    const hawkmount::CallOptions& options,
    bool cancel = false);

// A client over a connection of its own.
LimitedClient LimitedClientOf(int port);

// Waits until a sample has a value, for half a minute, and expects it then.
void ExpectSoon(
    const hawkmount::App& app, const std::string& series, double value);

// `hawkapi_grpc_NAME{method="..."}`, with more labels if need be.
std::string LimitedSeries(
    const std::string& name,
    const std::string& method,
    const std::string& labels = "");

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_LIMITED_H_
