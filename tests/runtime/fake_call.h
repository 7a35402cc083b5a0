#ifndef HAWKMOUNT_TESTS_RUNTIME_FAKE_CALL_H_
#define HAWKMOUNT_TESTS_RUNTIME_FAKE_CALL_H_

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "hawkmount/codegen/call.h"
#include "hawkmount/context.h"
#include "hawkmount/method.h"

namespace hawkmount {

inline constexpr Method kFakeMethod{"/pkg.Service/Method", MethodKind::kUnary};

// A call that nothing carries: for what only looks at it.
class FakeCall : public codegen::Call {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  FakeCall() {
    record.method = &kFakeMethod;
    record.brings_ids = true;  // for all that is known
  }
  virtual ~FakeCall() = default;

  std::string Peer() const override { return peer; }
  size_t CopyPeer(char* to, size_t capacity) const override {
    return peer.copy(to, capacity);
  }
  PeerIdentity Identity() const override { return {}; }
  std::chrono::system_clock::time_point Deadline() const override {
    return std::chrono::system_clock::time_point::max();
  }
  void ShortenDeadline(std::chrono::nanoseconds) override {}
  size_t MetadataSize() const override { return received.size(); }
  MetadataEntry MetadataAt(size_t index) const override {
    return {received[index].first, received[index].second};
  }
  absl::Status AddInitialMetadata(
      std::string_view key, std::string_view value) override {
    initial.emplace_back(key, value);
    return absl::OkStatus();
  }
  absl::Status AddTrailingMetadata(
      std::string_view, std::string_view) override {
    return absl::OkStatus();
  }
  void EchoRequestId(std::string_view id) override {
    initial.emplace_back("x-request-id", id);
  }
  bool IsCancelled() const override { return false; }
  bool RequestCompressed() const override { return false; }
  bool Read(google::protobuf::MessageLite&) override { return false; }
  bool Write(const google::protobuf::MessageLite&, WriteMode) override {
    return false;
  }
  bool StartRead(codegen::StreamWaiter&) override { return true; }
  bool StartWrite(codegen::StreamWaiter&, WriteMode) override { return true; }
  void GiveUpRead(codegen::StreamWaiter&) override {}
  void* TakeFrame(size_t) override { return nullptr; }
  void ReturnFrame(void*, size_t) override {}
  absl::Status StatusOf(std::exception_ptr) override {
    return absl::UnknownError("");
  }

  std::string peer = "ipv4:127.0.0.1:1";
  Pairs received;
  Pairs initial;
};

using FakeContext = ContextOf<kFakeMethod>;

}  // namespace hawkmount

#endif  // HAWKMOUNT_TESTS_RUNTIME_FAKE_CALL_H_
