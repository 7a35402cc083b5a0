// The parts of a ServerCall that make and send its status.

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

#include "engine/batch.h"
#include "engine/exception_rules.h"
#include "engine/server_call.h"
#include "hawkmount/error_details.h"
#include "observe/request_id.h"
#include "status/rpc_status.h"

namespace hawkmount::engine {
namespace {

// How much of headers and trailers gRPC's callers take, unless they say more.
constexpr size_t kMostTrailers = 8192;

// HTTP/2 counts each with so much beside its name and value.
constexpr size_t kPerTrailer = 32;

// For what gRPC itself sends, in a block of headers or of trailers: the status,
// and what stands in their place when there are no headers of their own.
constexpr size_t kOfGrpc = 256;

size_t SentSize(std::string_view key, std::string_view value) {
  const bool base64 = key.ends_with("-bin");
  return kPerTrailer + key.size() +
         (base64 ? (value.size() * 4 + 2) / 3 : value.size());
}

}  // namespace

absl::Status ServerCall::StatusOf(std::exception_ptr exception) {
  ExceptionRules::Verdict verdict = slot_.exceptions->Judge(exception, *this);
  if (verdict.unknown.empty()) return std::move(verdict.status);
  record.threw = true;
  record.exception = std::move(verdict.unknown);
  TellException(exception);
  // Else there will be no record of the call to tell it.
  if (record.log == nullptr) LogException();
  return std::move(verdict.status);
}

void ServerCall::TellException(const std::exception_ptr& exception) {
  if (slot_.on_exception == nullptr) return;
  try {
    (*slot_.on_exception)(
        *record.method, observe::RequestIdOf(*this), exception);
  } catch (...) {
    // Whoever wants to know of it must not take the call with it.
  }
}

void ServerCall::LogException() {
  try {
    record.logger->error(
        "{} threw {} (request {})",
        record.method->path,
        record.exception,
        observe::RequestIdOf(*this));
  } catch (...) {
    // A log that cannot be written must not take the call with it.
  }
}

void ServerCall::AttachDetails() {
  if (!rpc::HasDetails(status_)) return;
  absl::Status detailed = status_;
  if (slot_.request_id_in_details && !RequestInfoOf(detailed).has_value()) {
    detailed = WithDetail(
        std::move(detailed),
        RequestInfo{
            .request_id = std::string(observe::RequestIdOf(*this)),
            .serving_data = {}});
  }
  const SentMessage message = MessageToSend(detailed.message());
  std::string bytes = rpc::EncodeStatus(detailed, message.text);
  size_t size = kOfGrpc + message.size + SentSize(rpc::kDetailsKey, bytes);
  for (const auto& [key, value] : trailing_) size += SentSize(key, value);
  if (size <= kMostTrailers) {
    trailing_.emplace_back(rpc::kDetailsKey, std::move(bytes));
  } else if (!slot_.told_of_large_details.exchange(true)) {
    LogLargeDetails(bytes.size());
  }
}

void ServerCall::LogLargeDetails(size_t bytes) {
  try {
    record.logger->warn(
        "{}: {} bytes of error details do not fit into the 8 KiB of trailers "
        "that callers take, and were left out; not said again of this method "
        "(request {})",
        record.method->path,
        bytes,
        observe::RequestIdOf(*this));
  } catch (...) {
    // As above.
  }
}

}  // namespace hawkmount::engine
