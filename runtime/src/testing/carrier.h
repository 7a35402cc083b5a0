#ifndef HAWKMOUNT_TESTING_CARRIER_H_
#define HAWKMOUNT_TESTING_CARRIER_H_

#include <google/protobuf/message_lite.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hawkmount/testing/call.h"
#include "hawkmount/testing/clock.h"

namespace hawkmount::testing {

// A call whose messages stay in memory.
class TestCall::Carrier final : public codegen::Call {
 public:
  Carrier(const Method& method, TestCallOptions options);
  ~Carrier();

  // What the test says. Any thread, but Attach.
  void Cancel();
  void Push(const google::protobuf::MessageLite& request);
  void End();
  void Attach(ManualClock& clock, codegen::CancelScope& scope);
  void Detach();

  // What it asks.
  std::vector<const google::protobuf::MessageLite*> Responses() const;
  bool IsReading() const;
  const Pairs& initial() const { return initial_; }
  const Pairs& trailing() const { return trailing_; }

  // Call.
  std::string Peer() const override { return options_.peer; }
  size_t CopyPeer(char* to, size_t capacity) const override {
    return options_.peer.copy(to, capacity);
  }
  PeerIdentity Identity() const override { return options_.identity; }
  std::chrono::system_clock::time_point Deadline() const override {
    return deadline_;
  }
  void ShortenDeadline(std::chrono::nanoseconds left) override;
  size_t MetadataSize() const override { return options_.metadata.size(); }
  MetadataEntry MetadataAt(size_t index) const override {
    const auto& [key, value] = options_.metadata[index];
    return {key, value};
  }
  absl::Status AddInitialMetadata(
      std::string_view key, std::string_view value) override;
  absl::Status AddTrailingMetadata(
      std::string_view key, std::string_view value) override;
  // It is not the handler that adds it.
  void EchoRequestId(std::string_view) override {}
  bool IsCancelled() const override;
  bool RequestCompressed() const override {
    return options_.request_compressed;
  }
  bool Read(google::protobuf::MessageLite& message) override;
  bool Write(
      const google::protobuf::MessageLite& message, WriteMode mode) override;
  bool StartRead(codegen::StreamWaiter& waiter) override;
  bool StartWrite(codegen::StreamWaiter& waiter, WriteMode mode) override;
  void GiveUpRead(codegen::StreamWaiter& waiter) override;
  void* TakeFrame(size_t) override { return nullptr; }
  void ReturnFrame(void*, size_t) override {}
  absl::Status StatusOf(std::exception_ptr exception) override;

 private:
  using Message = std::unique_ptr<google::protobuf::MessageLite>;
  // On the clock's thread: what has changed meanwhile.
  struct News : codegen::Work {
    Carrier* carrier = nullptr;
    bool posted = false;
  };

  // By the call's own clock, if it has one.
  std::chrono::system_clock::time_point Now() const;

  // With the mutex.
  void StartTimeout(ManualClock& clock, std::chrono::nanoseconds left);
  bool TakeRequest(google::protobuf::MessageLite& message);
  void Tell();

  void OnNews();

  const TestCallOptions options_;
  std::chrono::system_clock::time_point deadline_;
  // The same by the test's clock: from when it is attached, and by its time.
  std::optional<std::chrono::nanoseconds> left_;
  std::optional<std::chrono::nanoseconds> due_;
  std::unique_ptr<App> own_app_;
  Pairs initial_;
  Pairs trailing_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
  bool ended_ = false;
  std::deque<Message> requests_;
  std::vector<Message> responses_;
  ManualClock* clock_ = nullptr;
  News news_;

  // The clock's thread.
  codegen::CancelScope* scope_ = nullptr;
  codegen::StreamWaiter* reader_ = nullptr;
  struct DeadlineTimer : codegen::Timer {
    Carrier* carrier = nullptr;
  } timeout_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_CARRIER_H_
