#include "health/service.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "app/standard_service.h"
#include "hawkmount/health.h"
#include "health/health.hawkmount.pb.h"
#include "health/readiness_probe.h"

namespace hawkmount::health {
namespace {

constexpr std::string_view kNames[] = {"grpc.health.v1.Health"};
constexpr std::array<Method, 3> kMethods = {
    Method{"/grpc.health.v1.Health/Check", MethodKind::kUnary},
    Method{"/grpc.health.v1.Health/List", MethodKind::kUnary},
    Method{"/grpc.health.v1.Health/Watch", MethodKind::kServerStream}};

// The most that List tells, by gRFC A90.
constexpr size_t kMaxListed = 100;

HealthCheckResponse::ServingStatus OnTheWire(Status status) {
  return static_cast<HealthCheckResponse::ServingStatus>(status);
}

}  // namespace

class Service::Handler final : public HealthHandler {
 public:
  Handler(std::shared_ptr<Board> board, std::function<bool()> readiness)
      : board_(std::move(board)),
        service_(HealthMount(*this).service(), kMethods, kNames),
        mount_(
            service_.entry(),
            static_cast<HealthHandler*>(this),
            {kCoroutine, kCoroutine, kCoroutine}) {
    if (readiness == nullptr) return;
    probe_.emplace(
        std::move(readiness), [this](bool ready) { board_->SetReady(ready); });
  }

  const Mount& mount() const { return mount_; }

  Task CheckAsync(
      CheckContext&,
      const HealthCheckRequest& request,
      HealthCheckResponse& response) override {
    const std::string& service = request.service();
    if (board_->Get(service) == Status::kServiceUnknown) {
      co_return absl::NotFoundError(
          absl::StrCat("there is no service \"", service, "\" here"));
    }
    if (service != kLiveService) co_await Refresh();
    response.set_status(OnTheWire(board_->Get(service)));
    co_return absl::OkStatus();
  }

  Task ListAsync(
      ListContext&,
      const HealthListRequest&,
      HealthListResponse& response) override {
    const auto before = board_->List();
    if (before.size() > kMaxListed) {
      co_return absl::ResourceExhaustedError(absl::StrCat(
          "there are ",
          before.size(),
          " services, and List tells of ",
          kMaxListed,
          " at the most: ask Check"));
    }
    co_await Refresh();
    for (const auto& [service, status] : board_->List()) {
      (*response.mutable_statuses())[service].set_status(OnTheWire(status));
    }
    co_return absl::OkStatus();
  }

  Task WatchAsync(
      WatchContext&,
      const HealthCheckRequest& request,
      WatchAsyncStream& stream) override {
    const WatchCount count(probe_);
    if (request.service() != kLiveService) co_await Refresh();
    Board::Watcher watcher(*board_, request.service());
    HealthCheckResponse response;
    while (const std::optional<Status> status = co_await watcher.Next()) {
      response.set_status(OnTheWire(*status));
      const bool written = co_await stream.Write(response);
      if (!written) co_return absl::CancelledError("nobody listens any more");
    }
    co_return absl::UnavailableError(
        "the server stops: watch another one, or this one later");
  }

 private:
  // The probe runs by itself as long as there is one of these.
  class WatchCount {
   public:
    explicit WatchCount(std::optional<ReadinessProbe>& probe) : probe_(probe) {
      if (probe_.has_value()) probe_->AddWatch();
    }
    ~WatchCount() {
      if (probe_.has_value()) probe_->RemoveWatch();
    }
    WatchCount(const WatchCount&) = delete;
    WatchCount& operator=(const WatchCount&) = delete;

   private:
    std::optional<ReadinessProbe>& probe_;
  };

  TaskOf<void> Refresh() {
    const bool follows = probe_.has_value() && board_->FollowsReadiness();
    if (follows) co_await probe_->Refresh();
  }

  const std::shared_ptr<Board> board_;
  const app::StandardService<kMethods.size()> service_;
  const app::StandardMount mount_;
  std::optional<ReadinessProbe> probe_;
};

Service::Service(std::shared_ptr<Board> board, std::function<bool()> readiness)
    : handler_(
          std::make_unique<Handler>(std::move(board), std::move(readiness))) {}
Service::~Service() = default;

const Mount& Service::mount() const { return handler_->mount(); }

}  // namespace hawkmount::health
