#ifndef HAWKMOUNT_TESTING_METRICS_H_
#define HAWKMOUNT_TESTING_METRICS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "hawkmount/app.h"
#include "hawkmount/interceptor.h"
#include "hawkmount/method.h"

namespace hawkmount::testing {

// What an app has counted at a moment, or between two:
//
//   const MetricsSnapshot before(server.app());
//   ...
//   const auto seen = MetricsSnapshot::Settled(server.app()) - before;
//   EXPECT_EQ(seen.Handled(GreeterMethods::kSayHello), 1);
//
// Reads the default view: without it (MetricsOptions::views), the constructor
// throws std::invalid_argument. A plain value.
class MetricsSnapshot {
 public:
  explicit MetricsSnapshot(const App& app);

  // The same once no call is in flight: a client has its answer a moment before
  // the server has counted it. Throws std::runtime_error after a minute.
  static MetricsSnapshot Settled(const App& app);

  // Calls that arrived; that ended, with any code or with one; that had not.
  int64_t Started(const Method& method) const;
  int64_t Handled(const Method& method) const;
  int64_t Handled(const Method& method, absl::StatusCode code) const;
  int64_t InFlight(const Method& method) const;
  int64_t Exceptions(const Method& method) const;
  int64_t Timeouts(const Method& method) const;
  int64_t Rejected(const Method& method, Rejection reason) const;
  int64_t MessagesReceived(const Method& method) const;
  int64_t MessagesSent(const Method& method) const;

  // Any sample, without the prefix (MetricsOptions::prefix):
  // `messages_sent_total{method="/acme.greeter.v1.Greeter/Count"}`. 0 when
  // there is none.
  double Value(const std::string& series) const;

  friend MetricsSnapshot operator-(
      MetricsSnapshot after, const MetricsSnapshot& before);

 private:
  int64_t Count(
      const std::string& name,
      const Method& method,
      const std::string& labels = "") const;

  std::map<std::string, double> samples_;
};

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_METRICS_H_
