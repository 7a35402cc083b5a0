#ifndef HAWKMOUNT_CODEGEN_HOOKS_H_
#define HAWKMOUNT_CODEGEN_HOOKS_H_

// The hooks that stand in generated calls. Each is made when the call arrives
// and goes when it is over, always on the call's event thread. No hook can fail
// a call.

#include "hawkmount/codegen/call.h"
#include "hawkmount/context.h"

namespace hawkmount::codegen {

// Counts the call and measures it.
class MetricsHook {
 public:
  explicit MetricsHook(const Context& context)
      : record_(context.call().record) {
    if (record_.cells != nullptr) Start();
  }
  ~MetricsHook() {
    if (record_.cells != nullptr) Count();
  }
  MetricsHook(const MetricsHook&) = delete;
  MetricsHook& operator=(const MetricsHook&) = delete;

 private:
  void Start() const;
  void Count() const;

  CallRecord& record_;
};

// Keeps the request id that the caller sent, if it is valid, and echoes it.
class RequestIdHook {
 public:
  explicit RequestIdHook(const Context& context) { Take(context.call()); }

 private:
  static void Take(Call& call);
};

// Writes a record when the call arrives and one when it is over.
class LogHook {
 public:
  explicit LogHook(const Context& context) : call_(context.call()) {
    LogStart(call_);
  }
  ~LogHook() { LogEnd(call_); }
  LogHook(const LogHook&) = delete;
  LogHook& operator=(const LogHook&) = delete;

 private:
  static void LogStart(Call& call) noexcept;
  static void LogEnd(Call& call) noexcept;

  Call& call_;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_HOOKS_H_
