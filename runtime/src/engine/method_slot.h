#ifndef HAWKMOUNT_ENGINE_METHOD_SLOT_H_
#define HAWKMOUNT_ENGINE_METHOD_SLOT_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <string_view>
#include <vector>

#include "engine/exception_rules.h"
#include "engine/limit.h"
#include "hawkmount/codegen/call.h"
#include "hawkmount/codegen/service.h"
#include "hawkmount/method.h"

namespace hawkmount::observe {
class Metrics;
}  // namespace hawkmount::observe

namespace hawkmount::engine {

class ServerCall;
class Shard;

// The method, the call's request id, and what its handler threw.
using ExceptionHook = std::function<void(
    const Method&, std::string_view, const std::exception_ptr&)>;

// One method on one shard: what its calls need, and those that are kept.
// Belongs to the shard's thread.
struct MethodSlot {
  Shard* shard = nullptr;
  const codegen::MethodEntry* entry = nullptr;
  Style style = Style::kUnimplemented;
  void* handler = nullptr;
  App* app = nullptr;
  spdlog::logger* logger = nullptr;
  observe::Metrics* metrics = nullptr;    // the owner of
  codegen::MethodCells* cells = nullptr;  // null: not measured
  codegen::CallLog log;
  const ExceptionHook* on_exception = nullptr;  // null: none
  bool observed = true;
  bool trust_request_id = true;
  bool echo_request_id = false;
  bool request_id_in_details = false;
  const ExceptionRules* exceptions = nullptr;
  Limit* server_limit = nullptr;        // null: none
  Limit* method_limit = nullptr;        // null: none
  std::chrono::nanoseconds timeout{0};  // zero: none

  // How large the coroutine frames of the handler are, once one was seen.
  size_t frame_size = 0;
  std::vector<ServerCall*> kept;

  // Workers ask, too.
  std::atomic<bool> told_of_large_details{false};

  MethodSlot() = default;
  MethodSlot(const MethodSlot&) = delete;
  MethodSlot& operator=(const MethodSlot&) = delete;
  ~MethodSlot();

  ServerCall& Take();
  void Keep(ServerCall& call);
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_METHOD_SLOT_H_
