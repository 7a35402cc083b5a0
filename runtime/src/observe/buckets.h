#ifndef HAWKMOUNT_OBSERVE_BUCKETS_H_
#define HAWKMOUNT_OBSERVE_BUCKETS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "observe/snapshot.h"
#include "observe/text_writer.h"

namespace hawkmount::observe {

// One bucket of a view: the cells before `end` that no bucket before has.
struct ViewBucket {
  size_t end;
  std::string le;
};

// The buckets of each view; `comma` is what comes before the label.
std::vector<ViewBucket> DefaultBuckets(
    TextFormat format, const std::string& comma = ",");
std::vector<ViewBucket> GoBuckets(TextFormat format);
std::vector<ViewBucket> A66Buckets(TextFormat format);

// One series of the family that was begun last. `exemplars` are those of the
// cells, or none at all; of those that came to `code`, if it is given.
void WriteHistogram(
    TextWriter& writer,
    std::string_view labels,
    const std::vector<ViewBucket>& buckets,
    const Durations& durations,
    const std::vector<Exemplar>& exemplars = {},
    std::optional<size_t> code = std::nullopt);

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_BUCKETS_H_
