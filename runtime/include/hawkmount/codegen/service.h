#ifndef HAWKMOUNT_CODEGEN_SERVICE_H_
#define HAWKMOUNT_CODEGEN_SERVICE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "hawkmount/codegen/call.h"
#include "hawkmount/method.h"
#include "hawkmount/task.h"

namespace hawkmount {
class Context;
}  // namespace hawkmount

namespace hawkmount::codegen {

// What a schema limits of a method.
struct Limits {
  // How long a call may take; zero: as long as its caller's deadline allows.
  std::chrono::nanoseconds timeout{0};
  // Handlers that run at a time on one server; 0: any number.
  uint32_t max_in_flight = 0;
};

// A method as the engine serves it: functions over a block of memory that
// belongs to one call at a time and keeps its messages from call to call.
struct MethodEntry {
  const Method* method;
  // Whether its calls have a MetricsHook.
  bool measured;
  // Whether they have a LogHook.
  bool logged;
  size_t block_size;
  void (*construct)(void* block);
  void (*destroy)(void* block);
  google::protobuf::MessageLite* (*request)(void* block);
  google::protobuf::MessageLite* (*response)(void* block);
  // A call arrives: its context and hooks come to life.
  void (*begin)(void* block, Call& call);
  Context& (*context)(void* block);
  // It is over: they go, the last first.
  void (*end)(void* block);
  // The handler, in either style.
  absl::Status (*handle)(void* block, void* handler);
  Task (*handle_async)(void* block, void* handler);
  Limits limits{};
  // The share of the calls that are logged, 0 to 1. Unset: the app's.
  std::optional<double> log_sampling{};
};

// A service as the engine serves it.
struct ServiceEntry {
  std::string_view name;
  std::span<const MethodEntry> methods;
  // Further full names that the service answers to.
  std::span<const std::string_view> serve_as;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_SERVICE_H_
