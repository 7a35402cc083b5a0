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
    record_.start = Now();
    record_.cells->started.Add();
  }
  ~MetricsHook() { CountEnd(record_); }
  MetricsHook(const MetricsHook&) = delete;
  MetricsHook& operator=(const MetricsHook&) = delete;

  // For a call that is answered before its handler is over, too.
  static void CountEnd(const CallRecord& record) {
    if (record.cells == nullptr) return;
    MethodCells& cells = *record.cells;
    const auto code = static_cast<size_t>(record.code);
    cells.AddLatency(
        code,
        static_cast<uint64_t>(
            std::chrono::nanoseconds(record.end - record.start).count()));
    // Neither, as a rule: one look at both.
    if ((static_cast<unsigned>(record.threw) |
         static_cast<unsigned>(record.rejection)) != 0) [[unlikely]] {
      if (record.threw) cells.exceptions.Add();
      if (record.rejection != Rejection::kNone) {
        cells.rejected[static_cast<size_t>(record.rejection)].Add();
      }
    }
    // Last: who sees it, sees the rest.
    cells.handled[code].AddRelease();
  }

 private:
  CallRecord& record_;
};

// Keeps the request id and the trace that the caller sent, if they are valid,
// and echoes the id.
class RequestIdHook {
 public:
  explicit RequestIdHook(const Context& context) {
    const CallRecord& record = context.call().record;
    if (record.observed && !record.plain) Take(context.call());
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
    if (call_.record.log != nullptr) LogEnd(call_, call_.record);
  }
  LogHook(const LogHook&) = delete;
  LogHook& operator=(const LogHook&) = delete;

  // For a call that is answered before its handler is over, too: `record` says
  // what it came to.
  static void LogEnd(const Call& call, const CallRecord& record);

 private:
  static void LogStart(Call& call);

  Call& call_;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_HOOKS_H_
