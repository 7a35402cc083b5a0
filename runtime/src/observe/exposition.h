#ifndef HAWKMOUNT_OBSERVE_EXPOSITION_H_
#define HAWKMOUNT_OBSERVE_EXPOSITION_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hawkmount/observability.h"
#include "observe/others.h"
#include "observe/snapshot.h"
#include "observe/text_writer.h"

namespace hawkmount::observe {

// A method's labels in each view, without braces.
struct MethodLabels {
  std::string plain;      // method
  std::string ecosystem;  // grpc_type, grpc_service, grpc_method
  std::string otel;       // grpc_method
};

struct MetricsRow {
  const MethodLabels& labels;
  const MethodSnapshot& counts;
};
using MetricsRows = std::vector<MetricsRow>;

// All that a page tells.
struct MetricsPage {
  std::vector<MethodSnapshot> server{};
  std::vector<MethodSnapshot> clients{};
  std::optional<EngineSnapshot> engine = EngineSnapshot();  // not of every page
  std::string version{};
  std::string grpc_version{};
};

// Each view's families; none where there are no methods.
void WriteDefaultView(
    TextWriter& writer,
    const std::string& prefix,
    Side side,
    const MetricsRows& rows);
void WriteEcosystemView(TextWriter& writer, Side side, const MetricsRows& rows);
void WriteOtelView(TextWriter& writer, Side side, const MetricsRows& rows);
// What is of no method: on each page that has it, whatever its views.
void WriteEngine(
    TextWriter& writer, const std::string& prefix, const MetricsPage& page);

// Writes pages in the views that were asked for. Labels are kept from page to
// page: methods come, but never go. Any thread.
class Exposition {
 public:
  // `others` may be null.
  Exposition(
      std::string prefix,
      std::vector<MetricsView> views,
      std::shared_ptr<Others> others = nullptr)
      : prefix_(std::move(prefix)),
        views_(std::move(views)),
        others_(std::move(others)) {}

  std::string Write(const MetricsPage& page, TextFormat format);
  // Without the others.
  std::string WriteOwn(const MetricsPage& page, TextFormat format);

 private:
  std::string Write(
      const MetricsPage& page,
      TextFormat format,
      std::vector<prometheus::MetricFamily> others);
  MetricsRows Rows(const std::vector<MethodSnapshot>& methods);

  const std::string prefix_;
  const std::vector<MetricsView> views_;
  const std::shared_ptr<Others> others_;
  std::mutex mutex_;
  std::map<std::string, MethodLabels, std::less<>> labels_;
  size_t last_size_ = 0;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_EXPOSITION_H_
