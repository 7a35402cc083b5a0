#ifndef HAWKMOUNT_CODEGEN_HOOKS_H_
#define HAWKMOUNT_CODEGEN_HOOKS_H_

// The hooks that stand in generated calls. Each is made when the call arrives
// and goes when it is over, always on the call's event thread. No hook can fail
// a call.

#include <chrono>
#include <cstdint>

#include "hawkmount/codegen/call.h"
#include "hawkmount/context.h"

namespace hawkmount::codegen {

// Counts the call and measures it.
class MetricsHook {
 public:
  explicit MetricsHook(const Context& context)
      : record_(context.call().record) {
    if (record_.cells == nullptr) return;
    record_.start = std::chrono::steady_clock::now();
    record_.cells->started.Add();
  }
  ~MetricsHook() {
    if (record_.cells == nullptr) return;
    MethodCells& cells = *record_.cells;
    cells.latency.Add(static_cast<uint64_t>(
        std::chrono::nanoseconds(record_.end - record_.start).count()));
    if (record_.threw) cells.exceptions.Add();
    if (record_.rejection != Rejection::kNone) {
      cells.rejected[static_cast<size_t>(record_.rejection)].Add();
    }
    // Last: who sees it, sees the rest.
    cells.handled[static_cast<size_t>(record_.code)].AddRelease();
  }
  MetricsHook(const MetricsHook&) = delete;
  MetricsHook& operator=(const MetricsHook&) = delete;

 private:
  CallRecord& record_;
};

// Keeps the request id and the trace that the caller sent, if they are valid,
// and echoes the id.
class RequestIdHook {
 public:
  explicit RequestIdHook(const Context& context) {
    if (context.call().record.observed) Take(context.call());
  }

 private:
  static void Take(Call& call);
};

// Writes a record when the call arrives and one when it is over.
class LogHook {
 public:
  explicit LogHook(const Context& context) : call_(context.call()) {
    if (call_.record.log != nullptr) LogStart(call_);
  }
  ~LogHook() {
    if (call_.record.log != nullptr) LogEnd(call_);
  }
  LogHook(const LogHook&) = delete;
  LogHook& operator=(const LogHook&) = delete;

 private:
  static void LogStart(Call& call);
  static void LogEnd(Call& call);

  Call& call_;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_HOOKS_H_
