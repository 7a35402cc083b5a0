#ifndef HAWKMOUNT_BENCH_HARNESS_SAMPLES_H_
#define HAWKMOUNT_BENCH_HARNESS_SAMPLES_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hawkmount::bench {

// The value that a share of all samples (0 to 1) does not exceed; 0 of none.
inline double Quantile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const size_t at = std::min(
      samples.size() - 1,
      static_cast<size_t>(share * static_cast<double>(samples.size())));
  std::nth_element(samples.begin(), samples.begin() + at, samples.end());
  return samples[at];
}

// Of an odd number of samples, the one in the middle.
inline double Median(const std::vector<double>& samples) {
  return Quantile(samples, 0.5);
}

}  // namespace hawkmount::bench

#endif  // HAWKMOUNT_BENCH_HARNESS_SAMPLES_H_
