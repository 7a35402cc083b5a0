#include "engine/server.h"

#include <grpc/grpc.h>
#include <grpcpp/server_builder.h>
#include <pthread.h>
#include <sched.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "engine/arrival.h"
#include "hawkmount/codegen/service.h"
#include "observe/request_id.h"
#include "system/thread.h"

namespace hawkmount::engine {

namespace {

// Arrivals held out for each method and shard: a burst of that many calls is
// matched without going through the list of those that wait.
constexpr int kArrivals = 32;

}  // namespace

Server::Server(const ServerConfig& config)
    : config_(config), limit_(config.max_concurrent_rpcs) {}

Server::~Server() = default;

absl::StatusOr<std::shared_ptr<Server>> Server::Start(
    const ServerConfig& config) {
  std::shared_ptr<Server> server(new Server(config));
  if (absl::Status built = server->Build(); !built.ok()) return built;
  server->Serve(server->server_->c_server());
  return server;
}

absl::StatusOr<std::shared_ptr<Server>> Server::Attach(
    const ServerConfig& config, grpc::ServerBuilder& builder) {
  std::shared_ptr<Server> server(new Server(config));
  if (absl::Status failed = server->Prepare(builder); !failed.ok()) {
    server->TearDown();
    return failed;
  }
  builder.SetOption(std::make_unique<StartedOption>(
      [weak = std::weak_ptr<Server>(server)](grpc::Server& started) {
        if (auto self = weak.lock()) self->Serve(started.c_server());
      }));
  return server;
}

absl::Status Server::Build() {
  grpc::ServerBuilder builder;
  config_.configure(builder);
  absl::Status status = Prepare(builder);
  if (status.ok()) {
    auto thread = system::StartThread(
        "hawkmount-stop", "stops a server", [this] { ShutDown(); });
    status = thread.status();
    if (status.ok()) shutdown_ = *std::move(thread);
  }
  if (status.ok()) {
    builder.RegisterAsyncGenericService(&unknown_);
    for (const AdoptedService& adopted : config_.adopted) {
      builder.RegisterService(adopted.service.get());
    }
    server_ = builder.BuildAndStart();
    if (server_ != nullptr) return absl::OkStatus();
    status = absl::UnavailableError("gRPC did not start the server");
  }
  TearDown();
  return status;
}

// All that may fail comes before the builder hears of the services.
absl::Status Server::Prepare(grpc::ServerBuilder& builder) {
  absl::Status failed = config_.log_writer->Start();
  if (failed.ok()) failed = config_.watch->Start();
  if (!failed.ok()) return failed;
  for (size_t i = 0; i < config_.event_threads; ++i) {
    shards_.push_back(std::make_unique<Shard>(
        builder.AddCompletionQueue(), config_.workers, [this] {
          std::lock_guard lock(mutex_);
          changed_.notify_all();
        }));
    failed = shards_.back()->Start();
    if (!failed.ok()) return failed;
  }
  for (size_t i = 0; i < shards_.size(); ++i) {
    log_rings_.push_back(config_.log_writer->AddRing(config_.log.buffer_bytes));
  }
  for (const ServedMount& served : config_.mounts) AddMount(served);
  builder.RegisterService(&service_);
  return absl::OkStatus();
}

void Server::AddMount(const ServedMount& served) {
  const codegen::ServiceEntry& service = served.mount.service();
  for (size_t i = 0; i < service.methods.size(); ++i) {
    InterceptedMethod* intercepted = served.interceptors.empty()
                                         ? nullptr
                                         : &intercepted_.emplace_back(
                                               service.methods[i],
                                               served.mount.handler(),
                                               served.interceptors);
    const codegen::MethodEntry& entry =
        intercepted == nullptr ? service.methods[i] : intercepted->entry();
    const uint32_t most = entry.limits.max_in_flight;
    Limit* limit = most == 0 ? nullptr : &method_limits_.emplace_back(most);
    std::vector<MethodSlot*> slots;
    for (size_t shard = 0; shard < shards_.size(); ++shard) {
      MethodSlot& slot = slots_.emplace_back();
      slot.shard = shards_[shard].get();
      slot.entry = &entry;
      slot.style = served.mount.styles()[i];
      slot.handler =
          intercepted == nullptr ? served.mount.handler() : intercepted;
      slot.app = config_.app;
      slot.logger = config_.logger.get();
      if (config_.on_exception) slot.on_exception = &config_.on_exception;
      slot.observed = served.observed;
      slot.trust_request_id = config_.request_id.trust_incoming;
      slot.echo_request_id = config_.request_id.echo_generated;
      slot.request_id_in_details = config_.request_id.in_error_details;
      slot.exceptions = config_.exceptions.get();
      if (!served.exempt && limit_.places() != 0) slot.server_limit = &limit_;
      slot.method_limit = limit;
      slot.timeout = entry.limits.timeout;
      if (served.observed && entry.logged) {
        AddLog(entry, slot, shard);
      }
      if (served.observed && entry.measured) {
        slot.metrics =
            (served.metrics != nullptr ? served.metrics : config_.metrics)
                .get();
        slot.cells = &slot.metrics->TakeCells(*entry.method);
      }
      slots.push_back(&slot);
    }
    const auto add = [&](std::string_view service_name) {
      registrations_.push_back(
          {service_.Add(
               absl::StrCat(
                   "/",
                   std::string(service_name),
                   "/",
                   std::string(entry.method->name())),
               entry.method->kind),
           slots});
    };
    add(service.name);
    for (const std::string_view name : service.serve_as) add(name);
  }
}

void Server::AddLog(
    const codegen::MethodEntry& entry, MethodSlot& slot, size_t shard) {
  double share = entry.log_sampling.value_or(config_.log.sample);
  const auto own =
      config_.log.sample_by_method.find(std::string(entry.method->path));
  if (own != config_.log.sample_by_method.end()) share = own->second;
  slot.log.ring = log_rings_[shard].get();
  slot.log.ids = observe::SeededIdGenerator();
  slot.log.share = static_cast<uint64_t>(share * 4294967296.0);
  if (config_.log.slow.count() > 0) {
    slot.log.slow = static_cast<uint64_t>(
        std::chrono::nanoseconds(config_.log.slow).count());
  }
}

void Server::Serve(grpc_server* core) {
  serving_ = true;
  for (const Registration& registration : registrations_) {
    for (MethodSlot* slot : registration.slots) {
      for (int i = 0; i < kArrivals; ++i) {
        Arrival::Expect(core, service_.CoreTag(registration.index), *slot);
      }
    }
  }
  if (!Attached()) TakeUnknown(core);
  for (auto& shard : shards_) {
    shard->Go();
    config_.watch->Add(*shard);
  }
}

void Server::TakeUnknown(grpc_server* core) {
  for (auto& shard : shards_) {
    codegen::MethodCells& cells =
        config_.metrics->TakeCells(observe::Metrics::kUnknown);
    unknown_cells_.push_back(&cells);
    for (int i = 0; i < kArrivals; ++i) {
      UnknownArrival::Expect(core, *shard, cells);
    }
  }
}

void Server::GiveBackCells() {
  for (MethodSlot& slot : slots_) {
    if (slot.cells == nullptr) continue;
    slot.metrics->GiveBack(*slot.entry->method, *slot.cells);
  }
  for (codegen::MethodCells* cells : unknown_cells_) {
    config_.metrics->GiveBack(observe::Metrics::kUnknown, *cells);
  }
}

size_t DefaultEventThreads() {
  cpu_set_t usable;
  size_t count = std::max(1u, std::thread::hardware_concurrency());
  if (sched_getaffinity(0, sizeof(usable), &usable) == 0) {
    count = static_cast<size_t>(CPU_COUNT(&usable));
  }
  std::ifstream quota("/sys/fs/cgroup/cpu.max");
  double granted = 0;
  double period = 0;
  if (quota >> granted >> period && period > 0) {
    count = std::min(
        count, std::max<size_t>(1, static_cast<size_t>(granted / period)));
  }
  return std::max<size_t>(1, count / 2);
}

}  // namespace hawkmount::engine
