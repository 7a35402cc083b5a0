#include "engine/server_call.h"

#include <google/protobuf/message_lite.h>

#include <cstdlib>
#include <new>

#include "absl/strings/str_cat.h"
#include "engine/batch.h"
#include "engine/message.h"
#include "hawkmount/codegen/fact_store.h"
#include "hawkmount/codegen/source.h"

namespace hawkmount::engine {

using google::protobuf::MessageLite;

ServerCall* ServerCall::Make(MethodSlot& slot) {
  const size_t size = RoundUp(sizeof(ServerCall)) +
                      RoundUp(slot.entry->block_size) + slot.frame_size;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) ServerCall(slot);
}

void ServerCall::Destroy(ServerCall* call) {
  call->~ServerCall();
  std::free(call);
}

ServerCall::ServerCall(MethodSlot& slot)
    : slot_(slot),
      shard_(*slot.shard),
      frame_(block() + RoundUp(slot.entry->block_size)),
      frame_capacity_(slot.frame_size),
      close_event_(
          this,
          [](void* call, bool) { static_cast<ServerCall*>(call)->OnClose(); }),
      finish_event_(
          this,
          [](void* call, bool ok) {
            static_cast<ServerCall*>(call)->OnFinish(ok);
          }),
      read_event_(
          this,
          [](void* call, bool ok) {
            static_cast<ServerCall*>(call)->OnRead(ok);
          }),
      write_event_(this, [](void* call, bool ok) {
        static_cast<ServerCall*>(call)->OnWrite(ok);
      }) {
  grpc_metadata_array_init(&metadata_);
  record.method = slot.entry->method;
  record.app = slot.app;
  record.logger = slot.logger;
  record.cells = slot.cells;
  record.log = slot.log.ring != nullptr ? &slot.log : nullptr;
  record.observed = slot.observed;
  record.trust_request_id = slot.trust_request_id;
  record.echo_request_id = slot.echo_request_id;
  job_.call = this;
  job_.run = [](codegen::Work& work) {
    static_cast<WorkerJob&>(work).call->RunBlocking();
  };
  timeout_.call = this;
  timeout_.fire = [](codegen::Timer& timer) {
    static_cast<TimeoutTimer&>(timer).call->OnTimeout();
  };
  shortened_work_.call = this;
  shortened_work_.run = [](codegen::Work& work) {
    static_cast<ShortenedWork&>(work).call->OnShortened();
  };
  slot.entry->construct(block());
}

ServerCall::~ServerCall() {
  slot_.entry->destroy(block());
  grpc_metadata_array_destroy(&metadata_);
}

char* ServerCall::block() {
  return reinterpret_cast<char*>(this) + RoundUp(sizeof(ServerCall));
}

void ServerCall::Accept(ArrivedCall& arrived) {
  call_ = std::exchange(arrived.call, nullptr);
  deadline_ = arrived.deadline;
  std::swap(metadata_, arrived.metadata);
  received_ = std::exchange(arrived.payload, nullptr);
}

void ServerCall::Begin() {
  shard_.Enter(*this);
  owed_ = 1;  // the end of the final batch
  if (record.observed || record.log != nullptr) LookAtCaller();
  slot_.entry->begin(block(), *this);
  if (slot_.timeout.count() != 0) SetTimeout();
  if (shard_.cancelling()) CancelForStop();
  RunHandler();
}

void ServerCall::RunHandler() {
  if (slot_.style == Style::kUnimplemented) {
    return Finish(codegen::Unimplemented(*record.method));
  }
  if (absl::Status placed = TakePlaces(); !placed.ok()) {
    return Finish(std::move(placed));
  }
  if (TakesPayload(record.method->kind)) {
    if (absl::Status parsed = ParsePayload(); !parsed.ok()) {
      record.rejection = codegen::Rejection::kBadRequest;
      return Finish(std::move(parsed));
    }
  }
  slot_.style == Style::kCoroutine ? RunCoroutine() : HandToWorker();
}

absl::Status ServerCall::ParsePayload() {
  if (received_ == nullptr) {
    return absl::InternalError("the call has no request message");
  }
  const size_t bytes = Length(received_);
  if (!TakeMessage(*slot_.entry->request(block()))) {
    bad_message_ = false;  // that is for messages of streams
    return absl::InternalError("the request does not parse");
  }
  if (record.cells != nullptr) {
    record.cells->received.Add();
    record.cells->received_bytes.Add(bytes);
  }
  return absl::OkStatus();
}

void ServerCall::ListenForClose() {
  listening_ = true;
  ++owed_;
  StartTimeout();
  Batch(call_).ReceiveClose(closed_by_core_).Submit(close_event_);
}

void ServerCall::RunCoroutine() {
  shard_.running.store(record.method, std::memory_order_relaxed);
  try {
    task_.emplace(slot_.entry->handle_async(block(), slot_.handler));
  } catch (...) {
    absl::Status status = StatusOf(std::current_exception());
    ReleaseFacts();
    return Finish(std::move(status));
  }
  if (task_->ready()) return OnTaskDone();
  auto& promise = task_->handle().promise();
  promise.environment = {&shard_, &scope_, record.method};
  promise.on_done = [](void* call) { *static_cast<bool*>(call) = true; };
  bool done = false;
  promise.owner = &done;
  task_->handle().resume();
  if (done) return OnTaskDone();
  promise.owner = this;
  promise.on_done = [](void* call) {
    static_cast<ServerCall*>(call)->OnTaskDone();
  };
  ListenForClose();
}

void ServerCall::ReleaseFacts() {
  while (record.facts != nullptr) record.facts->Release();
}

void ServerCall::OnTaskDone() {
  absl::Status status;
  try {
    status = task_->TakeResult();
  } catch (...) {
    status = StatusOf(std::current_exception());
    // What the handler said itself goes before what its end threw.
    const absl::Status* said = task_->returned();
    if (said != nullptr && !said->ok()) status = *said;
  }
  task_.reset();
  ReleaseFacts();
  Finish(std::move(status));
}

void ServerCall::HandToWorker() {
  ListenForClose();
  if (shard_.workers().Submit(job_)) return;
  record.rejection = codegen::Rejection::kQueueFull;
  Finish(absl::ResourceExhaustedError(
      "all workers are busy and the queue for them is full"));
}

void ServerCall::RunBlocking() {
  if (record.start != std::chrono::steady_clock::time_point()) {
    shard_.workers().Waited(std::chrono::steady_clock::now() - record.start);
  }
  absl::Status status;
  try {
    status = slot_.entry->handle(block(), slot_.handler);
  } catch (...) {
    status = StatusOf(std::current_exception());
  }
  Finish(std::move(status));
}

void ServerCall::Finish(absl::Status status) {
  // Before the answer goes out: who has it may call again.
  if (placed_) GiveBackPlaces();
  status_ = std::move(status);
  if (bad_message_) {
    status_ = absl::InternalError("a message of the stream does not parse");
  }
  if (record.start != std::chrono::steady_clock::time_point()) {
    record.end = codegen::Now();
  }
  Batch batch(call_);
  if (!initial_sent_) batch.SendInitialMetadata(initial_, echoed_id_);
  if (MessageLite* response = slot_.entry->response(block());
      response != nullptr && status_.ok()) {
    sending_ = Serialize(*response);
    if (sending_ != nullptr) {
      large_ = large_ || Length(sending_) > kKeptMessageBytes;
      batch.SendMessage(sending_, 0);
    } else {
      status_ = absl::ResourceExhaustedError("the response is over 2 GiB");
    }
  }
  if (!status_.ok()) [[unlikely]]
    AttachDetails();
  batch.SendStatus(status_, trailing_);
  if (!listening_) batch.ReceiveClose(closed_by_core_);
  batch.Submit(finish_event_);  // the call may be gone after this
}

void ServerCall::OnFinish(bool ok) {
  if (!listening_ && closed_by_core_ != 0) {
    cancelled_.store(true, std::memory_order_release);
    ok = false;  // a batch that receives the close always ends well
  }
  finish_ok_ = ok;
  if (shortened_work_.posted.load(std::memory_order_acquire)) [[unlikely]] {
    shortened_work_.awaited = true;
    ++owed_;
  }
  Settle();
}

void ServerCall::OnClose() {
  if (closed_by_core_ != 0) {
    cancelled_.store(true, std::memory_order_release);
    if (timed_out_ && record.cells != nullptr) record.cells->timeouts.Add();
    if (slot_.style == Style::kBlocking && shard_.workers().TakeBack(job_)) {
      record.rejection = stopped_ ? codegen::Rejection::kDraining
                                  : codegen::Rejection::kExpiredInQueue;
      Finish(absl::CancelledError("the call ended before a worker was free"));
    } else if (timed_out_) {
      CountAnswered();
    }
    scope_.Cancel();
  }
  Settle();
}

void ServerCall::CancelForStop() {
  if (timed_out_) return;
  stopped_ = true;
  grpc_call_cancel_with_status(
      call_, GRPC_STATUS_UNAVAILABLE, "the server is stopping", nullptr);
}

void ServerCall::Settle() {
  if (--owed_ == 0) Over();
}

void ServerCall::Over() {
  record.handler_code = status_.code();
  record.message = {status_.message().data(), status_.message().size()};
  record.code = Outcome();
  if (record.rejection == codegen::Rejection::kBadRequest && IsCancelled()) {
    // The caller left in the middle of its request, which was not a bad one.
    record.rejection = codegen::Rejection::kNone;
  }
  if (record.cells != nullptr && finish_ok_ && sending_ != nullptr) {
    CountSent();
  }
  CountLateResult();
  shard_.CancelTimer(timeout_);
  slot_.entry->end(block());
  shard_.Leave(*this);
  Shard& shard = shard_;
  Recycle();
  shard.RemoveOutstanding();
}

absl::StatusCode ServerCall::Outcome() const {
  if (!IsCancelled()) return status_.code();
  if (stopped_) return absl::StatusCode::kUnavailable;
  return timed_out_ || DeadlinePassed() ? absl::StatusCode::kDeadlineExceeded
                                        : absl::StatusCode::kCancelled;
}

// The caller gives up at its own deadline, and says so, a little before ours:
// gRPC rounds the timeout that it sends up by one per cent at the most.
bool ServerCall::DeadlinePassed() const {
  const gpr_timespec never = gpr_inf_future(deadline_.clock_type);
  if (gpr_time_cmp(deadline_, never) == 0) return false;
  const int64_t left_ms = gpr_time_to_millis(
      gpr_time_sub(deadline_, gpr_now(deadline_.clock_type)));
  const int64_t taken_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(
          std::chrono::steady_clock::now() - record.start)
          .count();
  const bool timed = record.start != std::chrono::steady_clock::time_point();
  return left_ms <= 10 + (timed ? taken_ms / 100 : 0);
}

void ServerCall::Recycle() {
  if (received_ != nullptr) {
    grpc_byte_buffer_destroy(std::exchange(received_, nullptr));
  }
  if (sending_ != nullptr) {
    grpc_byte_buffer_destroy(std::exchange(sending_, nullptr));
  }
  metadata_.count = 0;  // its elements belong to core's call
  grpc_call_unref(std::exchange(call_, nullptr));
  if (large_) return Destroy(this);

  if (!initial_.empty()) initial_.clear();
  echoed_id_ = {};
  if (!trailing_.empty()) trailing_.clear();
  if (MessageLite* request = slot_.entry->request(block())) request->Clear();
  if (MessageLite* response = slot_.entry->response(block())) {
    response->Clear();
  }
  initial_sent_ = false;
  first_sent_ = false;
  listening_ = false;
  bad_message_ = false;
  finish_ok_ = false;
  stopped_ = false;
  placed_ = false;
  timed_out_ = false;
  answered_ = false;
  kept_ = false;
  end_.store(kNever, std::memory_order_relaxed);
  shortened_.store(false, std::memory_order_relaxed);
  cancelled_.store(false, std::memory_order_relaxed);
  scope_.Reset();
  status_ = absl::OkStatus();
  record.cells = slot_.cells;
  record.log = slot_.log.ring != nullptr ? &slot_.log : nullptr;
  record.request_id.Reset();
  record.start = {};
  record.end = {};
  record.rejection = codegen::Rejection::kNone;
  record.threw = false;
  record.logged = false;
  record.message = {};
  record.traced = false;
  if (!record.exception.empty()) record.exception.clear();
  slot_.Keep(*this);
}

MethodSlot::~MethodSlot() {
  for (ServerCall* call : kept) ServerCall::Destroy(call);
}

ServerCall& MethodSlot::Take() {
  if (kept.empty()) return *ServerCall::Make(*this);
  ServerCall& call = *kept.back();
  kept.pop_back();
  return call;
}

}  // namespace hawkmount::engine
