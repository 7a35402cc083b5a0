// The callback server with observability as people write it who know gRPC: an
// interceptor, metrics of prometheus-cpp whose handles are looked up once, a
// random UUID for calls that bring no id, two lines of JSON with spdlog, whose
// asynchronous logger would cost more (it was measured).

#include <grpcpp/support/server_interceptor.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "servers/hand_servers.h"

namespace hawkmount::bench {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

constexpr std::array<const char*, 17> kCodes = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED"};

struct MethodMetrics {
  prometheus::Counter* started;
  prometheus::Gauge* in_flight;
  std::array<prometheus::Counter*, kCodes.size()> handled;
  prometheus::Histogram* seconds;
};

class Metrics {
 public:
  Metrics() {
    auto& started = prometheus::BuildCounter()
                        .Name("grpc_server_started_total")
                        .Register(registry_);
    auto& in_flight = prometheus::BuildGauge()
                          .Name("grpc_server_in_flight")
                          .Register(registry_);
    auto& handled = prometheus::BuildCounter()
                        .Name("grpc_server_handled_total")
                        .Register(registry_);
    auto& seconds = prometheus::BuildHistogram()
                        .Name("grpc_server_handling_seconds")
                        .Register(registry_);
    const auto* service = EchoRequest::descriptor()->file()->service(0);
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string path =
          "/" + service->full_name() + "/" + service->method(i)->name();
      const prometheus::Labels labels = {{"method", path}};
      MethodMetrics& metrics = methods_[path];
      metrics.started = &started.Add(labels);
      metrics.in_flight = &in_flight.Add(labels);
      for (size_t code = 0; code < kCodes.size(); ++code) {
        metrics.handled[code] =
            &handled.Add({{"method", path}, {"code", kCodes[code]}});
      }
      metrics.seconds = &seconds.Add(
          labels,
          prometheus::Histogram::BucketBoundaries{
              .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10});
    }
  }

  MethodMetrics& Of(const char* method) { return methods_.at(method); }

 private:
  prometheus::Registry registry_;
  std::unordered_map<std::string, MethodMetrics> methods_;
};

// A UUID of version 4.
std::string NewUuid() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  const uint64_t high = (random() & ~0xf000ull) | 0x4000ull;
  const uint64_t low = (random() & ~(3ull << 62)) | 1ull << 63;
  return fmt::format(
      "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
      high >> 32,
      high >> 16 & 0xffff,
      high & 0xffff,
      low >> 48,
      low & 0xffffffffffff);
}

class ObservingInterceptor final : public grpc::experimental::Interceptor {
 public:
  ObservingInterceptor(
      ServerRpcInfo* info, Metrics& metrics, spdlog::logger& logger)
      : info_(info), metrics_(metrics.Of(info->method())), logger_(logger) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      OnStart(*methods->GetRecvInitialMetadata());
    }
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      OnEnd(methods->GetSendStatus());
    }
    methods->Proceed();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void OnStart(
      const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
    start_ = Clock::now();
    metrics_.started->Increment();
    metrics_.in_flight->Increment();
    const auto sent = metadata.find("x-request-id");
    request_id_ = sent == metadata.end()
                      ? NewUuid()
                      : std::string(sent->second.data(), sent->second.size());
    logger_.info(
        R"("event":"grpc.request","method":"{}","peer":"{}","request_id":"{}")",
        info_->method(),
        info_->server_context()->peer(),
        request_id_);
  }

  void OnEnd(const grpc::Status& status) {
    const std::chrono::duration<double> taken = Clock::now() - start_;
    const auto code = static_cast<size_t>(status.error_code());
    metrics_.handled[code]->Increment();
    metrics_.in_flight->Decrement();
    metrics_.seconds->Observe(taken.count());
    logger_.info(
        R"("event":"grpc.response","method":"{}","code":"{}","request_id":"{}","duration_ms":{:.3f})",
        info_->method(),
        kCodes[code],
        request_id_,
        taken.count() * 1000);
  }

  ServerRpcInfo* info_;
  MethodMetrics& metrics_;
  spdlog::logger& logger_;
  Clock::time_point start_;
  std::string request_id_;
};

class ObservingFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit ObservingFactory(const std::string& log)
      : logger_(
            "grpc", std::make_shared<spdlog::sinks::basic_file_sink_mt>(log)) {
    logger_.set_pattern(
        R"({"timestamp":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","logger":"%n",%v})",
        spdlog::pattern_time_type::utc);
  }

  grpc::experimental::Interceptor* CreateServerInterceptor(
      ServerRpcInfo* info) override {
    return new ObservingInterceptor(info, metrics_, logger_);
  }

 private:
  Metrics metrics_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
MakeObservingFactory(const std::string& log) {
  return std::make_unique<ObservingFactory>(log);
}

}  // namespace hawkmount::bench
