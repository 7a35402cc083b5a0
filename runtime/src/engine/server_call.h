#ifndef HAWKMOUNT_ENGINE_SERVER_CALL_H_
#define HAWKMOUNT_ENGINE_SERVER_CALL_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/event.h"
#include "engine/futex.h"
#include "engine/grpc_internals.h"
#include "engine/method_slot.h"
#include "engine/shard.h"
#include "hawkmount/codegen/call.h"
#include "hawkmount/codegen/service.h"

namespace hawkmount::engine {

// Whether core reads the one request of a call before it hands the call over.
inline bool TakesPayload(MethodKind kind) {
  return kind == MethodKind::kUnary || kind == MethodKind::kServerStream;
}

// What core hands over when a call arrives.
struct ArrivedCall {
  grpc_call* call = nullptr;
  gpr_timespec deadline;
  grpc_metadata_array metadata;
  grpc_byte_buffer* payload = nullptr;  // of methods that take one request
};

// One call on its way through the engine. The object is kept for the next call
// of its method, with its messages and the memory of its handler's coroutine.
//
// It belongs to its shard's thread. While a blocking handler runs, its worker
// uses the parts marked so; the last thing that it does is to submit the final
// batch, and the call may be gone right after. It is over when all events that
// core owes it have come.
class ServerCall final : public codegen::Call {
 public:
  // The memory also holds the method's block and coroutine frame.
  static ServerCall* Make(MethodSlot& slot);
  static void Destroy(ServerCall* call);

  // Takes a call over; leaves an array of metadata to be filled by the next.
  void Accept(ArrivedCall& arrived);
  // Runs its handler, here or on a worker.
  void Begin();
  // The server's grace is over: tells the caller UNAVAILABLE.
  void CancelForStop();
  std::string Describe();
  size_t frame_capacity() const { return frame_capacity_; }

  // codegen::Call.
  std::string Peer() const override;
  size_t CopyPeer(char* to, size_t capacity) const override;
  PeerIdentity Identity() const override;
  std::chrono::system_clock::time_point Deadline() const override;
  void ShortenDeadline(std::chrono::nanoseconds left) override;
  size_t MetadataSize() const override { return metadata_.count; }
  MetadataEntry MetadataAt(size_t index) const override;
  std::optional<std::string_view> FindMetadata(
      std::string_view key) const override;
  absl::Status AddInitialMetadata(
      std::string_view key, std::string_view value) override;
  absl::Status AddTrailingMetadata(
      std::string_view key, std::string_view value) override;
  void EchoRequestId(std::string_view id) override { echoed_id_ = id; }
  bool IsCancelled() const override {
    return cancelled_.load(std::memory_order_acquire);
  }
  bool RequestCompressed() const override { return ReceivedCompressed(call_); }
  bool Read(google::protobuf::MessageLite& message) override;
  bool Write(
      const google::protobuf::MessageLite& message, WriteMode mode) override;
  bool StartRead(codegen::StreamWaiter& waiter) override;
  void GiveUpRead(codegen::StreamWaiter& waiter) override;
  bool StartWrite(codegen::StreamWaiter& waiter, WriteMode mode) override;
  void* TakeFrame(size_t size) override;
  void ReturnFrame(void* memory, size_t size) override;
  absl::Status StatusOf(std::exception_ptr exception) override;

 private:
  friend class Shard;
  using MetadataList = std::vector<std::pair<std::string, std::string>>;

  explicit ServerCall(MethodSlot& slot);
  ~ServerCall();

  // The shard's thread.
  void LookAtCaller();
  absl::Status ParsePayload();
  void RunHandler();
  void RunCoroutine();
  void OnTaskDone();
  // What the chain around a coroutine left in the call for it.
  void ReleaseFacts();
  // Has core tell at once when the call is given up. A handler that is over in
  // one go does without: this thread would hear of it only afterwards, and the
  // final batch tells it too, for a tenth of the call's instructions less.
  void ListenForClose();
  void HandToWorker();
  void OnClose();
  void OnFinish(bool ok);
  void OnRead(bool ok);
  void OnWrite(bool ok);
  void CountSent();
  void Settle();
  void Over();
  absl::StatusCode Outcome() const;
  bool DeadlinePassed() const;
  std::chrono::system_clock::time_point CallersDeadline() const;
  void Recycle();

  // Limits. RESOURCE_EXHAUSTED when the server or the method has no place left.
  absl::Status TakePlaces();
  void SetTimeout();
  void StartTimeout();
  void OnShortened();
  void OnTimeout();
  // Says in the books that the caller was answered, while the handler runs on.
  void CountAnswered();
  // Says that the handler's result came too late.
  void CountLateResult();

  // A worker's thread.
  void RunBlocking();

  // Either, the one whose turn it is.
  void Finish(absl::Status status);
  void SubmitRead();
  bool SubmitWrite(
      const google::protobuf::MessageLite& message, WriteMode mode);
  bool TakeMessage(google::protobuf::MessageLite& message);
  void GiveBackPlaces();
  void TellException(const std::exception_ptr& exception);
  void LogException();
  // Adds the trailer that carries the details of a status that is an error.
  void AttachDetails();
  void LogLargeDetails(size_t bytes);

  static constexpr size_t RoundUp(size_t size) {
    constexpr size_t kAlignment = alignof(std::max_align_t);
    return (size + kAlignment - 1) / kAlignment * kAlignment;
  }

  char* block();

  MethodSlot& slot_;
  Shard& shard_;
  char* const frame_;
  const size_t frame_capacity_;
  size_t frame_used_ = 0;
  int frames_ = 0;  // that lie there

  grpc_call* call_ = nullptr;
  gpr_timespec deadline_{};
  grpc_metadata_array metadata_;
  MetadataList initial_;
  std::string_view echoed_id_;  // goes with them
  MetadataList trailing_;
  bool initial_sent_ = false;
  bool first_sent_ = false;  // the first message of a response stream was
  bool listening_ = false;
  bool bad_message_ = false;
  bool finish_ok_ = false;
  bool stopped_ = false;
  bool placed_ = false;     // it has places under its limits
  bool timed_out_ = false;  // it was ended at its method's timeout
  bool answered_ = false;   // and counted then
  bool large_ = false;
  int owed_ = 0;  // events that core has yet to send
  int closed_by_core_ = 0;
  std::atomic<bool> cancelled_{false};
  absl::Status status_;

  // The one read and the one write that may be under way.
  grpc_byte_buffer* received_ = nullptr;
  grpc_byte_buffer* sending_ = nullptr;
  codegen::StreamWaiter* reader_ = nullptr;
  codegen::StreamWaiter* writer_ = nullptr;
  Signal read_signal_;
  Signal write_signal_;
  bool read_ok_ = false;
  bool write_ok_ = false;
  bool reading_ = false;  // a coroutine's read is at core
  bool kept_ = false;     // what was read waits for the next reader

  codegen::CancelScope scope_;
  std::optional<Task> task_;
  struct WorkerJob : codegen::Work {
    ServerCall* call;
  } job_;

  // When the call ends here at the latest, whatever its caller wants; kNever
  // without such an end. Written by the one whose turn it is.
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr TimePoint kNever = TimePoint::max();
  std::atomic<TimePoint> end_{kNever};
  std::atomic<bool> shortened_{false};  // it is not the method's timeout
  struct TimeoutTimer : codegen::Timer {
    ServerCall* call;
  } timeout_;  // set while the call listens for its close and has an end
  // Has the shard's thread look at the end that another thread has set.
  struct ShortenedWork : codegen::Work {
    ServerCall* call;
    std::atomic<bool> posted{false};
    bool awaited = false;  // the call is over but for this
  } shortened_work_;

  Event close_event_;
  Event finish_event_;
  Event read_event_;
  Event write_event_;

  ServerCall* next_live_ = nullptr;
  ServerCall** previous_live_ = nullptr;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_SERVER_CALL_H_
