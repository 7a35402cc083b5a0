// What an app shows of itself.

#include <grpcpp/grpcpp.h>

#include "absl/strings/str_cat.h"
#include "app/impl.h"
#include "observe/exposition.h"

namespace hawkmount {

app::Sources App::Impl::PageSources() {
  return {
      .metrics =
          [this](const HttpRequest&) {
            return HttpResponse{
                .content_type = "text/plain; version=0.0.4; charset=utf-8",
                .body = MetricsText()};
          },
      .methods = [this] { return metrics_->Read(); },
      .clients = [] { return observe::Metrics::Clients().Read(); },
      .engine = [this] { return Engine(); },
      .recent = recent_};
}

std::string App::Impl::MetricsText() const {
  return absl::StrCat(
      observe::MetricsText(observe::Side::kServer, metrics_->Read()),
      observe::MetricsText(
          observe::Side::kClient, observe::Metrics::Clients().Read()),
      observe::EngineText(Engine(), HAWKMOUNT_VERSION, grpc::Version()));
}

observe::EngineSnapshot App::Impl::Engine() const {
  const observe::LogWriter::Counts log = log_writer_->counts();
  observe::Durations waits;
  observe::Sum(workers_->waits(), waits);
  return {
      .workers = workers_->threads(),
      .workers_queue_depth = workers_->queued(),
      .event_thread_lag = watch_->lags(),
      .worker_queue_wait = waits,
      .log_records_dropped = log.dropped,
      .log_records_failed = log.failed,
      .log_records_written = log.written};
}

}  // namespace hawkmount
