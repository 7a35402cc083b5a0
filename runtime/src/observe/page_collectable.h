#ifndef HAWKMOUNT_OBSERVE_PAGE_COLLECTABLE_H_
#define HAWKMOUNT_OBSERVE_PAGE_COLLECTABLE_H_

#include <prometheus/collectable.h>

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "observe/families.h"

namespace hawkmount::observe {

// Our metrics for prometheus-cpp's registries and exposers. Any thread.
class PageCollectable final : public prometheus::Collectable {
 public:
  // `page` writes our metrics in Prometheus' text format.
  explicit PageCollectable(std::function<std::string()> page)
      : page_(std::move(page)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::lock_guard lock(mutex_);
    if (page_ == nullptr) return {};
    return Families(page_());
  }

  // Waits for who is collecting; from then on there is nothing to collect.
  void End() {
    std::lock_guard lock(mutex_);
    page_ = nullptr;
  }

 private:
  mutable std::mutex mutex_;
  std::function<std::string()> page_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_PAGE_COLLECTABLE_H_
