#include "interceptors/shared_bulkhead.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "observe/buckets.h"
#include "observe/metrics.h"
#include "observe/text_writer.h"

namespace hawkmount::interceptors {
namespace {

constexpr size_t kLongestName = 128;

// It is a label of metrics, and stands in statuses.
bool IsName(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isprint(static_cast<unsigned char>(c));
         });
}

// Those of the process. Never destroyed: bulkheads may be static objects.
class Registry {
 public:
  static Registry& Get() {
    static Registry& registry = *new Registry;
    return registry;
  }

  std::shared_ptr<SharedBulkhead> Of(const std::string& name, size_t limit) {
    std::lock_guard lock(mutex_);
    std::erase_if(
        bulkheads_, [](const auto& each) { return each.second.expired(); });
    std::weak_ptr<SharedBulkhead>& there = bulkheads_[name];
    std::shared_ptr<SharedBulkhead> bulkhead = there.lock();
    if (bulkhead == nullptr) {
      bulkhead = std::make_shared<SharedBulkhead>(name, limit);
      there = bulkhead;
    }
    return bulkhead;
  }

  std::vector<std::shared_ptr<SharedBulkhead>> All() {
    std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<SharedBulkhead>> all;
    for (const auto& [name, there] : bulkheads_) {
      if (auto bulkhead = there.lock()) all.push_back(std::move(bulkhead));
    }
    return all;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<SharedBulkhead>> bulkheads_;
};

}  // namespace

std::shared_ptr<SharedBulkhead> SharedBulkhead::Of(
    const std::string& name, size_t limit) {
  if (!IsName(name)) {
    throw std::invalid_argument(
        name.empty() ? std::string("BulkheadOptions::name is empty: say what "
                                   "is to be shared, as in \"db\"")
                     : absl::StrCat(
                           "BulkheadOptions::name is no name: say 1 to ",
                           kLongestName,
                           " printable ASCII characters, as in \"db\""));
  }
  std::shared_ptr<SharedBulkhead> bulkhead = Registry::Get().Of(name, limit);
  if (bulkhead->limit() != limit) {
    throw std::invalid_argument(absl::StrCat(
        "the bulkhead \"",
        name,
        "\" is there already, with a limit of ",
        bulkhead->limit(),
        ", not ",
        limit,
        ": give one of the two another name, or both the same limit"));
  }
  return bulkhead;
}

void SharedBulkhead::CountTaken(std::chrono::nanoseconds wait) {
  waits_.AddShared(static_cast<uint64_t>(wait.count()));
}

void WriteBulkheads(observe::TextWriter& writer, const std::string& prefix) {
  const auto all = Registry::Get().All();
  if (all.empty()) return;
  using observe::FamilyType;
  using observe::Label;
  const std::string begin = prefix + "_bulkhead_";
  const auto gauge = [&](std::string_view name,
                         std::string_view help,
                         size_t (*value)(const SharedBulkhead&)) {
    writer.Begin(begin, name, FamilyType::kGauge, help);
    for (const auto& bulkhead : all) {
      writer.Sample(Label("name", bulkhead->name()), {}, value(*bulkhead));
    }
  };
  gauge(
      "capacity",
      "Calls that may be in a bulkhead at a time.",
      [](const SharedBulkhead& bulkhead) { return bulkhead.limit(); });
  gauge(
      "in_flight",
      "Calls that are in a bulkhead.",
      [](const SharedBulkhead& bulkhead) { return bulkhead.places.taken(); });
  gauge(
      "waiting",
      "Calls that wait for a place in a bulkhead.",
      [](const SharedBulkhead& bulkhead) { return bulkhead.places.waiting(); });
  writer.Begin(
      begin,
      "rejections",
      FamilyType::kCounter,
      "Calls that found no place in a bulkhead.");
  for (const auto& bulkhead : all) {
    const std::string label = Label("name", bulkhead->name());
    const auto reason = [&](std::string_view name, const codegen::Cell& count) {
      writer.Sample(label, "," + Label("reason", name), count.Read());
    };
    reason("fail_fast", bulkhead->failed_fast);
    reason("timeout", bulkhead->timed_out);
    reason("given_up", bulkhead->given_up);
  }
  writer.Begin(
      begin,
      "acquire_latency_seconds",
      FamilyType::kHistogram,
      "From the arrival of a call at a bulkhead to its place.");
  const auto buckets = observe::DefaultBuckets(writer.format());
  for (const auto& bulkhead : all) {
    observe::Durations waits;
    observe::Sum(bulkhead->waits_, waits);
    observe::WriteHistogram(
        writer, Label("name", bulkhead->name()), buckets, waits);
  }
}

}  // namespace hawkmount::interceptors
