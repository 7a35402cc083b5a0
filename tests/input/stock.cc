#include "stock.h"

#include <grpc/support/log.h>

#include <condition_variable>
#include <mutex>

namespace stock {
namespace {

struct Lines {
  std::mutex mutex;
  std::condition_variable more;
  std::string text;
};

Lines& lines() {
  // Never destroyed: threads of gRPC log to the end.
  static Lines& lines = *new Lines;
  return lines;
}

void Log(gpr_log_func_args* line) {
  const std::lock_guard lock(lines().mutex);
  lines().text += std::string(line->message) + "\n";
  lines().more.notify_all();
}

}  // namespace

GrpcLog::GrpcLog() {
  const std::lock_guard lock(lines().mutex);
  lines().text.clear();
  gpr_set_log_function(Log);
}

GrpcLog::~GrpcLog() { gpr_set_log_function(nullptr); }

std::string GrpcLog::text() const {
  const std::lock_guard lock(lines().mutex);
  return lines().text;
}

bool GrpcLog::WaitFor(const std::string& text) const {
  std::unique_lock lock(lines().mutex);
  return lines().more.wait_for(lock, std::chrono::minutes(1), [&] {
    return lines().text.find(text) != std::string::npos;
  });
}

std::shared_ptr<grpc::Channel> ChannelTo(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port),
      grpc::InsecureChannelCredentials(),
      arguments);
}

void GiveTime(grpc::ClientContext& context, std::chrono::seconds time) {
  context.set_deadline(std::chrono::system_clock::now() + time);
}

}  // namespace stock
