#include "observe/exposition.h"

#include "interceptors/shared_bulkhead.h"

namespace hawkmount::observe {
namespace {

MethodLabels Render(const MethodSnapshot& method) {
  // "/acme.v1.Service/Method", or "other", which is of no service.
  std::string_view name = method.path;
  if (name.starts_with('/')) name.remove_prefix(1);
  const size_t slash = name.rfind('/');
  const bool known = slash != std::string_view::npos;
  return {
      .plain = Label("method", method.path),
      .ecosystem = Label("grpc_type", ToString(method.kind)) + "," +
                   Label("grpc_service", known ? name.substr(0, slash) : name) +
                   "," +
                   Label("grpc_method", known ? name.substr(slash + 1) : name),
      .otel = Label("grpc_method", name)};
}

void WriteView(
    TextWriter& writer,
    MetricsView view,
    const std::string& prefix,
    Side side,
    const MetricsRows& rows) {
  if (rows.empty()) return;
  switch (view) {
    case MetricsView::kDefault:
      return WriteDefaultView(writer, prefix, side, rows);
    case MetricsView::kGrpcEcosystem:
      return WriteEcosystemView(writer, side, rows);
    case MetricsView::kOtel:
      return WriteOtelView(writer, side, rows);
  }
}

}  // namespace

MetricsRows Exposition::Rows(const std::vector<MethodSnapshot>& methods) {
  MetricsRows rows;
  rows.reserve(methods.size());
  for (const MethodSnapshot& method : methods) {
    auto known = labels_.find(method.path);
    if (known == labels_.end()) {
      known = labels_.emplace(method.path, Render(method)).first;
    }
    rows.push_back({known->second, method});
  }
  return rows;
}

std::string Exposition::Write(const MetricsPage& page, TextFormat format) {
  return Write(
      page,
      format,
      others_ == nullptr ? std::vector<prometheus::MetricFamily>()
                         : others_->Collect());
}

std::string Exposition::WriteOwn(const MetricsPage& page, TextFormat format) {
  return Write(page, format, {});
}

std::string Exposition::Write(
    const MetricsPage& page,
    TextFormat format,
    std::vector<prometheus::MetricFamily> others) {
  std::lock_guard lock(mutex_);
  const MetricsRows server = Rows(page.server);
  const MetricsRows clients = Rows(page.clients);
  // Numbers grow between two pages.
  TextWriter writer(format, last_size_ + last_size_ / 16 + 4096);
  for (const MetricsView view : views_) {
    WriteView(writer, view, prefix_, Side::kServer, server);
    WriteView(writer, view, prefix_, Side::kClient, clients);
  }
  WriteEngine(writer, prefix_, page);
  if (page.engine.has_value()) {
    interceptors::WriteBulkheads(writer, prefix_);
  }
  if (!others.empty()) others_->Write(writer, std::move(others));
  std::string text = writer.Take();
  last_size_ = text.size();
  return text;
}

}  // namespace hawkmount::observe
