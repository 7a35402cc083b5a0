#include "hawkmount/codegen/hooks.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "hawkmount/codegen/source.h"
#include "observe/codes.h"
#include "observe/request_id.h"

namespace hawkmount::codegen {
namespace {

void StartClock(CallRecord& record) {
  if (record.start == std::chrono::steady_clock::time_point()) {
    record.start = std::chrono::steady_clock::now();
  }
}

spdlog::level::level_enum LevelOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return spdlog::level::info;
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return spdlog::level::err;
    default:
      return spdlog::level::warn;
  }
}

void Write(
    spdlog::logger& logger,
    spdlog::level::level_enum level,
    const nlohmann::ordered_json& fields) {
  logger.log(
      level,
      fields.dump(
          -1,
          ' ',
          /*ensure_ascii=*/false,
          nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

void MetricsHook::Start() const {
  StartClock(record_);
  record_.cells->started.Add();
}

void MetricsHook::Count() const {
  MethodCells& cells = *record_.cells;
  const auto taken = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(
          record_.end - record_.start)
          .count());
  cells.latency.Add(taken);
  if (record_.threw) cells.exceptions.Add();
  if (record_.rejection != Rejection::kNone) {
    cells.rejected[static_cast<size_t>(record_.rejection)].Add();
  }
  // Last: who sees it, sees the rest.
  cells.handled[static_cast<size_t>(record_.code)].AddRelease();
}

void LogHook::LogStart(Call& call) noexcept try {
  CallRecord& record = call.record;
  if (!record.observed) return;
  StartClock(record);
  if (!record.logger->should_log(spdlog::level::info)) return;
  Write(
      *record.logger,
      spdlog::level::info,
      {{"event", "grpc.request"},
       {"method", record.method->path},
       {"peer", call.Peer()},
       {"request_id", observe::RequestIdOf(call)}});
} catch (...) {
  // A log that cannot be written must not take the call with it.
}

void LogHook::LogEnd(Call& call) noexcept try {
  CallRecord& record = call.record;
  if (!record.observed) return;
  const spdlog::level::level_enum level = LevelOf(record.code);
  if (!record.logger->should_log(level)) return;
  const double milliseconds =
      std::chrono::duration<double, std::milli>(record.end - record.start)
          .count();
  nlohmann::ordered_json fields = {
      {"event", "grpc.response"},
      {"method", record.method->path},
      {"request_id", observe::RequestIdOf(call)},
      {"code", observe::CodeName(record.code)},
      {"duration_ms", std::round(milliseconds * 1000) / 1000}};
  if (record.handler_code != record.code) {
    fields["handler_code"] = observe::CodeName(record.handler_code);
  }
  Write(*record.logger, level, fields);
} catch (...) {
  // As above.
}

absl::Status Unimplemented(const Method& method) {
  return absl::UnimplementedError(
      std::string(method.path) + " is not implemented");
}

}  // namespace hawkmount::codegen

namespace hawkmount {

std::string_view ToString(MethodKind kind) {
  switch (kind) {
    case MethodKind::kUnary:
      return "unary";
    case MethodKind::kClientStream:
      return "client_stream";
    case MethodKind::kServerStream:
      return "server_stream";
    case MethodKind::kBidiStream:
      break;
  }
  return "bidi_stream";
}

}  // namespace hawkmount
