#include "hawkmount/interceptors/inject_faults.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "hawkmount/await.h"

namespace hawkmount {

namespace {

// How often a worker looks whether its call was given up.
constexpr std::chrono::milliseconds kLook{20};

std::optional<int32_t> Number(const Context& context, std::string_view key) {
  const auto text = context.metadata().Find(key);
  int32_t number = 0;
  if (!text.has_value() ||
      !absl::SimpleAtoi(
          absl::string_view(text->data(), text->size()), &number) ||
      number < 0) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

InjectFaults::InjectFaults(InjectFaultsOptions options)
    : state_(std::make_shared<State>()) {
  state_->options = std::move(options);
}

InjectFaults::Fault InjectFaults::Next(const Context& context) {
  const InjectFaultsOptions& options = state_->options;
  Fault fault;
  bool faulty = false;
  if (options.by_metadata) {
    const auto code = Number(context, "x-fault-code");
    const auto delay = Number(context, "x-fault-delay-ms");
    if (delay.has_value()) fault.delay = std::chrono::milliseconds(*delay);
    if (code.has_value() && *code <= 16) {
      fault.status =
          absl::Status(static_cast<absl::StatusCode>(*code), "fault injected");
    }
    faulty = code.has_value() || delay.has_value();
  }
  if (!faulty) {
    // In 2^32ths, so that no sum of parts is off.
    const auto share = static_cast<uint64_t>(
        std::clamp(options.share, 0.0, 1.0) * (uint64_t{1} << 32));
    const uint64_t call = state_->calls++ & UINT32_MAX;
    faulty = ((call + 1) * share) >> 32 != (call * share) >> 32;
    if (faulty) fault = {options.delay, options.status};
  }
  if (faulty) ++state_->injected;
  return fault;
}

absl::Status InjectFaults::Before(Context& context) {
  Fault fault = Next(context);
  const auto start = std::chrono::steady_clock::now();
  for (auto left = fault.delay; left.count() > 0 && !context.IsCancelled();
       left = fault.delay - (std::chrono::steady_clock::now() - start)) {
    std::this_thread::sleep_for(
        std::min<std::chrono::nanoseconds>(left, kLook));
  }
  return std::move(fault.status);
}

Task InjectFaults::BeforeAsync(Context& context) {
  Fault fault = Next(context);
  if (fault.delay.count() <= 0) return std::move(fault.status);
  return Wait(std::move(fault));
}

Task InjectFaults::Wait(Fault fault) {
  co_await Sleep(fault.delay);
  co_return std::move(fault.status);
}

}  // namespace hawkmount
