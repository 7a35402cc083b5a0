#ifndef HAWKMOUNT_OBSERVE_OTHERS_H_
#define HAWKMOUNT_OBSERVE_OTHERS_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <spdlog/logger.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "observe/text_writer.h"

namespace hawkmount::observe {

// The user's own metrics, for a page of ours. What is wrong with them is logged
// once, and never touches the page. Any thread.
class Others {
 public:
  Others(
      std::vector<std::shared_ptr<prometheus::Collectable>> collectables,
      std::shared_ptr<spdlog::logger> logger)
      : collectables_(std::move(collectables)), logger_(std::move(logger)) {}

  // Runs code of the user's: hold no mutex.
  std::vector<prometheus::MetricFamily> Collect();

  // Adds those that have names of their own.
  void Write(
      TextWriter& writer, std::vector<prometheus::MetricFamily> families);

 private:
  void TellOnce(const std::string& what);

  const std::vector<std::shared_ptr<prometheus::Collectable>> collectables_;
  const std::shared_ptr<spdlog::logger> logger_;
  std::mutex mutex_;
  std::set<std::string> told_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_OTHERS_H_
