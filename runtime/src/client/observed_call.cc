#include "client/observed_call.h"

#include <spdlog/spdlog.h>

#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <shared_mutex>
#include <unordered_map>

#include "observe/codes.h"
#include "observe/metrics.h"

namespace hawkmount::client {
namespace {

// Methods are constants of generated code: each has its cells for good.
codegen::MethodCells& CellsOf(const Method& method) {
  static std::shared_mutex& mutex = *new std::shared_mutex;
  static auto& cells =
      *new std::unordered_map<const char*, codegen::MethodCells*>;
  {
    std::shared_lock lock(mutex);
    const auto found = cells.find(method.path.data());
    if (found != cells.end()) return *found->second;
  }
  std::unique_lock lock(mutex);
  codegen::MethodCells*& slot = cells[method.path.data()];
  if (slot == nullptr) slot = &observe::Metrics::Clients().TakeCells(method);
  return *slot;
}

void Log(
    const Channel& channel,
    spdlog::level::level_enum level,
    const nlohmann::ordered_json& fields) noexcept try {
  channel.options().logger->log(
      level,
      fields.dump(
          -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
} catch (...) {
  // A log that cannot be written must not take the call with it.
}

}  // namespace

ObservedCall::ObservedCall(
    const Channel& channel, const Method& method, const std::string& request_id)
    : channel_(channel),
      method_(method),
      request_id_(request_id),
      cells_(CellsOf(method)),
      start_(std::chrono::steady_clock::now()) {
  cells_.started.AddShared();
  if (channel_.options().logger != nullptr) {
    Log(channel_,
        spdlog::level::info,
        {{"event", "grpc.client.request"},
         {"method", method_.path},
         {"request_id", request_id_}});
  }
}

ObservedCall::~ObservedCall() {
  if (!finished_) Finish(absl::CancelledError());
}

void ObservedCall::Finish(const absl::Status& status) {
  finished_ = true;
  const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::steady_clock::now() - start_);
  const auto code = static_cast<size_t>(status.code());
  cells_.AddLatencyShared(code, static_cast<uint64_t>(taken.count()));
  cells_.handled[code].AddShared();
  if (channel_.options().logger != nullptr) {
    Log(channel_,
        status.ok() ? spdlog::level::info : spdlog::level::warn,
        {{"event", "grpc.client.response"},
         {"method", method_.path},
         {"request_id", request_id_},
         {"code", observe::CodeName(status.code())},
         {"duration_ms", std::round(taken.count() / 1e3) / 1e3}});
  }
}

}  // namespace hawkmount::client
