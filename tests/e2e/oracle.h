#ifndef HAWKMOUNT_TESTS_E2E_ORACLE_H_
#define HAWKMOUNT_TESTS_E2E_ORACLE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/app.h"

namespace e2e {

// What clients saw: how many calls of each method came to which code. Any
// thread.
class Ledger {
 public:
  void Add(const std::string& method, const absl::Status& status) {
    std::lock_guard lock(mutex_);
    ++calls_[method][static_cast<size_t>(status.code())];
  }

  using Counts = std::map<std::string, std::array<uint64_t, 17>>;
  Counts calls() const {
    std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  Counts calls_;
};

// A sample of the app's metrics: 0 if there is none.
// Sample(app, "hawkapi_grpc_requests_total{method=\"...\",code=\"OK\"}")
double Sample(const hawkmount::App& app, const std::string& series);

// `method="..."` of a method of the greeter, or of a full path.
std::string MethodLabel(const std::string& name);

// Waits until nothing is in flight, a minute at the most, then checks that for
// each method the calls that were begun are the calls that ended, and that the
// server's counts are the ledger's: equal for codes that a server decides,
// within the ambiguous ones for calls that clients ended themselves or that a
// shutdown cut off.
void CheckTruth(
    const hawkmount::App& app,
    const Ledger& ledger,
    const std::vector<std::string>& methods = {
        "SayHello", "Count", "Collect", "Chat"});
// The same of another page of metrics, read by `page`.
void CheckTruth(
    const std::function<std::string()>& page,
    const Ledger& ledger,
    const std::vector<std::string>& methods = {
        "SayHello", "Count", "Collect", "Chat"});

}  // namespace e2e

#endif  // HAWKMOUNT_TESTS_E2E_ORACLE_H_
