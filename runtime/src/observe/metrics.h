#ifndef HAWKMOUNT_OBSERVE_METRICS_H_
#define HAWKMOUNT_OBSERVE_METRICS_H_

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "hawkmount/codegen/cells.h"
#include "hawkmount/method.h"
#include "observe/snapshot.h"

namespace hawkmount::observe {

// All cells of a registry, or of the process's clients. Cells are never freed,
// so that nothing counted is lost. Any thread.
class Metrics {
 public:
  // The label of calls of methods that no mount has.
  static constexpr Method kUnknown{"other", MethodKind::kUnary};

  // The metrics of all clients of this process.
  static Metrics& Clients();

  explicit Metrics(Side side) : side_(side) {}
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Side side() const { return side_; }

  // Cells for one writer, counted with all other cells of the method: such as
  // another gave back, with what they hold, or new ones.
  codegen::MethodCells& TakeCells(const Method& method);
  // Their writer writes no more.
  void GiveBack(const Method& method, codegen::MethodCells& cells);

  // In the order of their paths. In each, as many calls have a duration as have
  // ended; nothing is less than at the last reading.
  std::vector<MethodSnapshot> Read() const;

 private:
  struct Series {
    MethodKind kind;
    std::vector<const codegen::MethodCells*> all;
    std::vector<codegen::MethodCells*> parked;
    // What was last read.
    mutable std::array<uint64_t, codegen::kLatencyCells> durations{};
  };

  const Side side_;
  mutable std::mutex mutex_;
  std::deque<codegen::MethodCells> cells_;
  std::map<std::string, Series, std::less<>> by_method_;
};

// What was counted in some cells, added up.
void Sum(const codegen::DurationCells& from, Durations& to);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_METRICS_H_
