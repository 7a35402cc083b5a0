#include "engine/arrival.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/batch.h"

namespace hawkmount::engine {
namespace {

void MustBeOk(grpc_call_error error) {
  if (error == GRPC_CALL_OK) return;
  std::fprintf(
      stderr,
      "hawkmount: gRPC refused to take a call: error %d. This is a bug of "
      "hawkmount.\n",
      error);
  std::abort();
}

}  // namespace

Arrival::Arrival(grpc_server* server, void* method, MethodSlot& slot)
    : server_(server),
      method_(method),
      slot_(slot),
      event_(this, [](void* self, bool ok) {
        static_cast<Arrival*>(self)->OnCall(ok);
      }) {
  grpc_metadata_array_init(&arrived_.metadata);
  slot_.shard->AddOutstanding();
}

Arrival::~Arrival() { grpc_metadata_array_destroy(&arrived_.metadata); }

void Arrival::Expect(grpc_server* server, void* method, MethodSlot& slot) {
  (new Arrival(server, method, slot))->Arm();
}

void Arrival::Arm() {
  // Core refuses a place for a payload that it will not read.
  grpc_byte_buffer** payload =
      TakesPayload(slot_.entry->method->kind) ? &arrived_.payload : nullptr;
  MustBeOk(grpc_server_request_registered_call(
      server_,
      method_,
      &arrived_.call,
      &arrived_.deadline,
      &arrived_.metadata,
      payload,
      slot_.shard->queue(),
      slot_.shard->queue(),
      event_.Submit()));
}

void Arrival::OnCall(bool ok) {
  Shard& shard = *slot_.shard;
  if (!ok) {
    delete this;
    return shard.RemoveOutstanding();
  }
  shard.AddOutstanding();
  ServerCall& call = slot_.Take();
  ArrivedCall arrived = arrived_;
  // Begin gives the call's old array of metadata back, to be filled again.
  call.Accept(arrived);
  arrived_ = arrived;
  if (shard.taking()) {
    Arm();
  } else {
    delete this;
    shard.RemoveOutstanding();
  }
  call.Begin();
}

namespace {

// A call of an unknown method on its way out.
class UnknownCall {
 public:
  static void Answer(
      Shard& shard,
      codegen::MethodCells& cells,
      grpc_call* call,
      const std::string& path) {
    auto* self = new UnknownCall(shard, cells, call);
    Batch batch(call);
    batch.SendInitialMetadata({});
    batch.SendStatus(
        absl::UnimplementedError(absl::StrCat("no such method: ", path)), {});
    batch.ReceiveClose(self->cancelled_);
    batch.Submit(self->event_);
  }

 private:
  UnknownCall(Shard& shard, codegen::MethodCells& cells, grpc_call* call)
      : shard_(shard),
        cells_(cells),
        call_(call),
        start_(std::chrono::steady_clock::now()),
        event_(this, [](void* self, bool) {
          static_cast<UnknownCall*>(self)->OnOver();
        }) {
    shard_.AddOutstanding();
    cells_.started.Add();
  }

  void OnOver() {
    const auto code = static_cast<size_t>(
        cancelled_ != 0 ? absl::StatusCode::kCancelled
                        : absl::StatusCode::kUnimplemented);
    const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::steady_clock::now() - start_);
    cells_.AddLatency(code, static_cast<uint64_t>(taken.count()));
    cells_.handled[code].AddRelease();
    grpc_call_unref(call_);
    Shard& shard = shard_;
    delete this;
    shard.RemoveOutstanding();
  }

  Shard& shard_;
  codegen::MethodCells& cells_;
  grpc_call* call_;
  std::chrono::steady_clock::time_point start_;
  int cancelled_ = 0;
  Event event_;
};

}  // namespace

UnknownArrival::UnknownArrival(
    grpc_server* server, Shard& shard, codegen::MethodCells& cells)
    : server_(server),
      shard_(shard),
      cells_(cells),
      event_(this, [](void* self, bool ok) {
        static_cast<UnknownArrival*>(self)->OnCall(ok);
      }) {
  grpc_call_details_init(&details_);
  grpc_metadata_array_init(&metadata_);
  shard_.AddOutstanding();
}

UnknownArrival::~UnknownArrival() {
  grpc_call_details_destroy(&details_);
  grpc_metadata_array_destroy(&metadata_);
}

void UnknownArrival::Expect(
    grpc_server* server, Shard& shard, codegen::MethodCells& cells) {
  (new UnknownArrival(server, shard, cells))->Arm();
}

void UnknownArrival::Arm() {
  MustBeOk(grpc_server_request_call(
      server_,
      &call_,
      &details_,
      &metadata_,
      shard_.queue(),
      shard_.queue(),
      event_.Submit()));
}

void UnknownArrival::OnCall(bool ok) {
  if (!ok) {
    Shard& shard = shard_;
    delete this;
    return shard.RemoveOutstanding();
  }
  const std::string path(
      reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(details_.method)),
      GRPC_SLICE_LENGTH(details_.method));
  UnknownCall::Answer(shard_, cells_, call_, path);
  // The elements of the metadata belong to the call.
  metadata_.count = 0;
  grpc_call_details_destroy(&details_);
  grpc_call_details_init(&details_);
  if (shard_.taking()) return Arm();
  Shard& shard = shard_;
  delete this;
  shard.RemoveOutstanding();
}

}  // namespace hawkmount::engine
