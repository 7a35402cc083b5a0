// The parts of a ServerCall that limit it: how many run at a time, and for how
// long.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/server_call.h"
#include "hawkmount/codegen/hooks.h"

namespace hawkmount::engine {

using std::chrono::steady_clock;

absl::Status ServerCall::TakePlaces() {
  if (slot_.server_limit != nullptr && !slot_.server_limit->Enter()) {
    record.rejection = codegen::Rejection::kMaxConcurrentRpcs;
    return absl::ResourceExhaustedError(absl::StrCat(
        "the server has ",
        slot_.server_limit->places(),
        " calls in flight, its max_concurrent_rpcs"));
  }
  if (slot_.method_limit != nullptr && !slot_.method_limit->Enter()) {
    if (slot_.server_limit != nullptr) slot_.server_limit->Leave();
    record.rejection = codegen::Rejection::kMaxInFlight;
    return absl::ResourceExhaustedError(absl::StrCat(
        "the method has ",
        slot_.method_limit->places(),
        " calls in flight, its max_in_flight"));
  }
  placed_ = true;
  return absl::OkStatus();
}

void ServerCall::GiveBackPlaces() {
  placed_ = false;
  if (slot_.server_limit != nullptr) slot_.server_limit->Leave();
  if (slot_.method_limit != nullptr) slot_.method_limit->Leave();
}

void ServerCall::SetTimeout() {
  const bool timed = record.start != steady_clock::time_point();
  end_.store(
      (timed ? record.start : steady_clock::now()) + slot_.timeout,
      std::memory_order_relaxed);
}

void ServerCall::ShortenDeadline(std::chrono::nanoseconds left) {
  left = std::max(left, std::chrono::nanoseconds(0));
  const auto now = steady_clock::now();
  const TimePoint end = left < kNever - now ? now + left : kNever;
  const auto callers = CallersDeadline();
  if (end >= end_.load(std::memory_order_relaxed) ||
      (callers != std::chrono::system_clock::time_point::max() &&
       callers - std::chrono::system_clock::now() <= left)) {
    return;
  }
  shortened_.store(true, std::memory_order_relaxed);
  end_.store(end, std::memory_order_relaxed);
  if (shard_.IsThisThread()) return StartTimeout();
  // One that is under way sees this end, too.
  if (!shortened_work_.posted.exchange(true, std::memory_order_acq_rel)) {
    shard_.Post(shortened_work_);
  }
}

void ServerCall::OnShortened() {
  shortened_work_.posted.exchange(false, std::memory_order_acq_rel);
  if (std::exchange(shortened_work_.awaited, false)) return Settle();
  StartTimeout();
}

// Before the call listens nobody would hear of it.
void ServerCall::StartTimeout() {
  const TimePoint end = end_.load(std::memory_order_relaxed);
  if (end == kNever || !listening_) return;
  shard_.CancelTimer(timeout_);
  timeout_.due = end;
  shard_.StartTimer(timeout_);
}

// Core answers, and gives up whatever the handler has under way, as when the
// caller's own deadline passes.
void ServerCall::OnTimeout() {
  if (stopped_ || timed_out_ || IsCancelled()) return;
  timed_out_ = true;
  const std::string message =
      shortened_.load(std::memory_order_relaxed)
          ? "the call took longer than the server gives it"
          : absl::StrCat(
                "the call took longer than ",
                absl::FormatDuration(absl::FromChrono(slot_.timeout)),
                ", the timeout of its method");
  grpc_call_cancel_with_status(
      call_, GRPC_STATUS_DEADLINE_EXCEEDED, message.c_str(), nullptr);
}

// The handler's thread may write to the record at the same time: what is said
// of the call now stands in one of its own, of what that thread only reads.
void ServerCall::CountAnswered() {
  answered_ = true;
  codegen::CallRecord end;
  end.method = record.method;
  end.cells = record.cells;
  end.log = record.log;
  end.logged = record.logged;
  end.start = record.start;
  end.end = steady_clock::now();
  end.code = absl::StatusCode::kDeadlineExceeded;
  end.handler_code = end.code;
  end.message = shortened_.load(std::memory_order_relaxed)
                    ? "the time that the server gives it passed"
                    : "the timeout of its method passed";
  if (record.log != nullptr) {
    // Decided when the record of the beginning was made.
    end.request_id.given = record.request_id.given;
    end.request_id.high = record.request_id.high;
    end.request_id.low = record.request_id.low;
    end.traced = record.traced;
    end.trace = record.trace;
    codegen::LogHook::LogEnd(*this, end);
  }
  codegen::MetricsHook::CountEnd(end);
}

void ServerCall::CountLateResult() {
  if (!IsCancelled() || record.code != absl::StatusCode::kDeadlineExceeded ||
      record.rejection != codegen::Rejection::kNone) {
    return;
  }
  if (record.cells != nullptr) record.cells->late_results.Add();
  if (!answered_) return;
  if (record.threw) {
    if (record.cells != nullptr) record.cells->exceptions.Add();
    if (record.log != nullptr) LogException();
  }
  // Its hooks have nothing more to say.
  record.cells = nullptr;
  record.log = nullptr;
}

}  // namespace hawkmount::engine
