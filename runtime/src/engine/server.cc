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
#include "absl/strings/str_join.h"
#include "engine/arrival.h"
#include "hawkmount/codegen/service.h"
#include "observe/request_id.h"

namespace hawkmount::engine {

using std::chrono::steady_clock;

namespace {

// Arrivals held out for each method and shard: a burst of that many calls is
// matched without going through the list of those that wait.
constexpr int kArrivals = 32;

// How much later than our own calls those are cancelled that core accepted when
// it took no more.
constexpr std::chrono::milliseconds kForStrays(100);

// Calls that a stop names; more are counted.
constexpr size_t kNamed = 20;

// How long handlers get to notice that their calls were cancelled.
constexpr std::chrono::milliseconds kAfterCancel(800);

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

std::shared_ptr<Server> Server::Attach(
    const ServerConfig& config, grpc::ServerBuilder& builder) {
  std::shared_ptr<Server> server(new Server(config));
  server->Prepare(builder);
  builder.SetOption(std::make_unique<StartedOption>(
      [weak = std::weak_ptr<Server>(server)](grpc::Server& started) {
        if (auto self = weak.lock()) self->Serve(started.c_server());
      }));
  return server;
}

absl::Status Server::Build() {
  grpc::ServerBuilder builder;
  config_.configure(builder);
  Prepare(builder);
  builder.RegisterAsyncGenericService(&unknown_);
  for (const AdoptedService& adopted : config_.adopted) {
    builder.RegisterService(adopted.service.get());
  }
  server_ = builder.BuildAndStart();
  if (server_ != nullptr) return absl::OkStatus();
  for (auto& shard : shards_) shard->Finish();
  GiveBackCells();
  return absl::UnavailableError("gRPC did not start the server");
}

void Server::Prepare(grpc::ServerBuilder& builder) {
  for (size_t i = 0; i < config_.event_threads; ++i) {
    shards_.push_back(std::make_unique<Shard>(
        builder.AddCompletionQueue(), config_.workers, [this] {
          std::lock_guard lock(mutex_);
          idle_.notify_all();
        }));
  }
  for (size_t i = 0; i < shards_.size(); ++i) {
    log_rings_.push_back(config_.log_writer->AddRing(config_.log.buffer_bytes));
  }
  for (const ServedMount& served : config_.mounts) AddMount(served);
  builder.RegisterService(&service_);
}

void Server::AddMount(const ServedMount& served) {
  const codegen::ServiceEntry& service = served.mount.service();
  for (size_t i = 0; i < service.methods.size(); ++i) {
    const codegen::MethodEntry& entry = service.methods[i];
    const uint32_t most = entry.limits.max_in_flight;
    Limit* limit = most == 0 ? nullptr : &method_limits_.emplace_back(most);
    std::vector<MethodSlot*> slots;
    for (size_t shard = 0; shard < shards_.size(); ++shard) {
      MethodSlot& slot = slots_.emplace_back();
      slot.shard = shards_[shard].get();
      slot.entry = &entry;
      slot.style = served.mount.styles()[i];
      slot.handler = served.mount.handler();
      slot.app = config_.app;
      slot.logger = config_.logger.get();
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
        slot.cells = &config_.metrics->TakeCells(*entry.method);
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
    shard->Start();
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

// With the mutex. gRPC's shutdown does not return before the last handler of a
// service by hand has.
bool Server::Idle() const {
  if (HasForeign() && shutdown_.joinable() && !shut_down_) return false;
  return std::all_of(shards_.begin(), shards_.end(), [](const auto& shard) {
    return shard->outstanding() == 0;
  });
}

bool Server::WaitUntilIdle(steady_clock::time_point until) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, until, [this] { return Idle(); });
}

// The order that survives: no more requests for calls; the server's shutdown
// while the event threads run; nothing outstanding; the queues; the threads;
// the server itself.
absl::Status Server::Stop(std::chrono::nanoseconds grace) {
  const auto end = steady_clock::now() + grace;
  if (serving_) {
    for (auto& shard : shards_) shard->StopTaking();
  }
  if (!Attached()) {
    shutdown_ = std::thread([this, grace] {
      // Its own cancelling is for the calls that no handler was found for.
      server_->Shutdown(
          std::chrono::system_clock::now() +
          std::chrono::duration_cast<std::chrono::system_clock::duration>(
              grace + kForStrays));
      std::lock_guard lock(mutex_);
      shut_down_ = true;
      idle_.notify_all();
    });
  }
  if (!WaitUntilIdle(end)) {
    for (auto& shard : shards_) shard->CancelAll();
    if (!WaitUntilIdle(steady_clock::now() + kAfterCancel)) {
      std::string calls = DescribeCalls();
      if (calls.empty() && HasForeign()) calls = DescribeForeign();
      LeaveBehind();
      if (Attached() && calls.empty()) {
        return absl::FailedPreconditionError(
            "the grpc::Server that the mounts are registered with still runs: "
            "shut it down first");
      }
      return absl::DeadlineExceededError(
          absl::StrCat("handlers did not end within the grace: ", calls));
    }
  }
  TearDown();
  return absl::OkStatus();
}

void Server::LeaveBehind() {
  if (Attached()) {
    // Nobody tells when the grpc::Server lets go of our queues: they stay.
    static std::mutex mutex;
    static auto& left = *new std::vector<std::shared_ptr<Server>>;
    std::lock_guard lock(mutex);
    left.push_back(shared_from_this());
    return;
  }
  std::thread([self = shared_from_this()] {
    pthread_setname_np(pthread_self(), "hawkmount-left");
    self->WaitUntilIdle(steady_clock::time_point::max());
    self->TearDown();
  }).detach();
}

void Server::TearDown() {
  if (shutdown_.joinable()) shutdown_.join();
  for (auto& shard : shards_) {
    config_.watch->Remove(*shard);
    shard->Finish();
  }
  server_.reset();
  GiveBackCells();
  log_rings_.clear();
}

void Server::GiveBackCells() {
  for (MethodSlot& slot : slots_) {
    if (slot.cells == nullptr) continue;
    config_.metrics->GiveBack(*slot.entry->method, *slot.cells);
  }
  for (codegen::MethodCells* cells : unknown_cells_) {
    config_.metrics->GiveBack(observe::Metrics::kUnknown, *cells);
  }
}

std::string Server::DescribeCalls() {
  std::vector<std::string> lines;
  for (auto& shard : shards_) {
    if (shard->outstanding() == 0) continue;
    for (std::string& line : shard->DescribeCalls()) {
      lines.push_back(std::move(line));
    }
  }
  if (lines.size() > kNamed) {
    const size_t more = lines.size() - kNamed;
    lines.resize(kNamed);
    lines.push_back(absl::StrCat("and ", more, " more"));
  }
  return absl::StrJoin(lines, "; ");
}

std::string Server::DescribeForeign() const {
  std::vector<std::string> names;
  for (const AdoptedService& adopted : config_.adopted) {
    names.push_back(adopted.name);
  }
  if (config_.foreign) names.push_back("what MountOptions::configure added");
  return absl::StrCat(
      "calls of services that gRPC calls itself: ", absl::StrJoin(names, ", "));
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
