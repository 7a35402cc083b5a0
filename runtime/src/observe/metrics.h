#ifndef HAWKMOUNT_OBSERVE_METRICS_H_
#define HAWKMOUNT_OBSERVE_METRICS_H_

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hawkmount/codegen/cells.h"
#include "hawkmount/method.h"

namespace hawkmount::observe {

// Who made a call that was counted.
enum class Side : unsigned char { kServer, kClient };

// All cells of an app or of the process's clients. Cells are never taken back,
// so that nothing counted is lost. Any thread.
class Metrics {
 public:
  // The label of calls of methods that no mount has.
  static constexpr Method kUnknown{"other", MethodKind::kUnary};

  // The metrics of all clients of this process.
  static Metrics& Clients();

  explicit Metrics(Side side) : side_(side) {}

  // New cells for one writer, counted with all other cells of the method.
  codegen::MethodCells& AddCells(const Method& method);

  // In Prometheus' text format 0.0.4.
  std::string Text() const;

 private:
  struct Series {
    MethodKind kind;
    std::vector<const codegen::MethodCells*> cells;
  };

  const Side side_;
  mutable std::mutex mutex_;
  std::deque<codegen::MethodCells> cells_;
  std::map<std::string, Series, std::less<>> by_method_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_METRICS_H_
