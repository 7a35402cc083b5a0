#ifndef HAWKMOUNT_OBSERVE_QUANTILE_H_
#define HAWKMOUNT_OBSERVE_QUANTILE_H_

#include "observe/snapshot.h"

namespace hawkmount::observe {

// The duration that a share `q` of all stays below, in nanoseconds, as if those
// of a cell were spread evenly over it, as Prometheus' histogram_quantile does.
// 0 when there are none; for the last cell, which has no end, its beginning.
inline double Quantile(const Durations& durations, double q) {
  const double rank = q * static_cast<double>(durations.Count());
  if (rank <= 0) return 0;
  double below = 0;
  double from = 0;
  for (size_t i = 0; i + 1 < codegen::kLatencyCells; ++i) {
    const auto here = static_cast<double>(durations.cells[i]);
    const auto to = static_cast<double>(codegen::kLatencyEdges[i]);
    if (here > 0 && below + here >= rank) {
      return from + (to - from) * (rank - below) / here;
    }
    below += here;
    from = to;
  }
  return from;
}

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_QUANTILE_H_
