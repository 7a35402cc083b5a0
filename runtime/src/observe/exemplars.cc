#include "observe/exemplars.h"

#include "observe/digits.h"
#include "observe/log_format.h"

namespace hawkmount::observe {

void Exemplars::Note(
    const LogRecord& record, std::chrono::system_clock::time_point time) {
  Exemplar exemplar{
      .duration = record.duration,
      .time = time,
      .code = record.code,
      .request_id = RequestIdText(record),
      .trace_id = TraceIdText(record),
      .span_id = {}};
  if (record.traced) {
    exemplar.span_id.resize(16);
    WriteHex(record.span, exemplar.span_id.data());
  }
  std::lock_guard lock(mutex_);
  const auto known = by_method_.find(record.method->path);
  std::vector<Exemplar>& cells =
      known != by_method_.end() ? known->second
                                : by_method_[std::string(record.method->path)];
  cells.resize(codegen::kLatencyCells);
  cells[codegen::LatencyCell(record.duration)] = std::move(exemplar);
}

void Exemplars::CopyTo(std::vector<MethodSnapshot>& methods) const {
  std::lock_guard lock(mutex_);
  for (MethodSnapshot& method : methods) {
    const auto known = by_method_.find(method.path);
    if (known != by_method_.end()) method.exemplars = known->second;
  }
}

}  // namespace hawkmount::observe
