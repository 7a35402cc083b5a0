#ifndef HAWKMOUNT_ENGINE_ARRIVAL_H_
#define HAWKMOUNT_ENGINE_ARRIVAL_H_

#include "engine/event.h"
#include "engine/grpc_internals.h"
#include "engine/server_call.h"

namespace hawkmount::engine {

// An open hand for the next call of one method: when one comes, it is passed
// on and the hand held out again. It goes when the server shuts down. Belongs
// to its shard's thread.
class Arrival {
 public:
  // `method` is what core calls the method.
  static void Expect(grpc_server* server, void* method, MethodSlot& slot);

 private:
  Arrival(grpc_server* server, void* method, MethodSlot& slot);
  ~Arrival();

  void Arm();
  void OnCall(bool ok);

  grpc_server* server_;
  void* method_;
  MethodSlot& slot_;
  ArrivedCall arrived_;
  Event event_;
};

// The same for calls of methods that the server does not have: answers
// UNIMPLEMENTED, and counts them all in one place, so that no caller can make
// the metrics grow.
class UnknownArrival {
 public:
  static void Expect(
      grpc_server* server, Shard& shard, codegen::MethodCells& cells);

 private:
  UnknownArrival(
      grpc_server* server, Shard& shard, codegen::MethodCells& cells);
  ~UnknownArrival();

  void Arm();
  void OnCall(bool ok);

  grpc_server* server_;
  Shard& shard_;
  codegen::MethodCells& cells_;
  grpc_call* call_ = nullptr;
  grpc_call_details details_;
  grpc_metadata_array metadata_;
  Event event_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_ARRIVAL_H_
