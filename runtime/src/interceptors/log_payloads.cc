#include "hawkmount/interceptors/log_payloads.h"

#include <google/protobuf/message.h>
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

#include "interceptors/payload_text.h"

namespace hawkmount {

namespace {

void Write(
    const Context& context,
    std::string_view direction,
    const google::protobuf::Message& message,
    size_t max_bytes) {
  if (!context.logger().should_log(spdlog::level::info)) return;
  const MethodPolicy* policy = context.method().policy;
  std::string line(direction);
  line += " of ";
  line += context.method().path;
  if (!context.request_id().empty()) {
    line += ' ';
    line += context.request_id();
  }
  line += ": ";
  line += interceptors::PayloadText(
      message,
      policy == nullptr ? std::span<const std::string_view>()
                        : policy->redacted,
      max_bytes);
  context.logger().info(line);
}

}  // namespace

void LogPayloads::OnReceive(
    Context& context, const google::protobuf::Message& request) {
  if (options_.requests) {
    Write(context, "request", request, options_.max_bytes);
  }
}

void LogPayloads::OnSend(
    Context& context, const google::protobuf::Message& response) {
  if (options_.responses) {
    Write(context, "response", response, options_.max_bytes);
  }
}

}  // namespace hawkmount
