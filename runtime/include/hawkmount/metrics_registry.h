#ifndef HAWKMOUNT_METRICS_REGISTRY_H_
#define HAWKMOUNT_METRICS_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "hawkmount/http.h"
#include "hawkmount/observability.h"

namespace hawkmount {

namespace observe {
class Metrics;
}  // namespace observe

struct MetricsRegistryOptions {
  // As those of MetricsOptions; App::Start tells what is wrong with them.
  std::string prefix = "hawkapi";
  std::vector<MetricsView> views{MetricsView::kDefault};
};

// Where the calls of some mounts are counted apart from all others: the app's
// own metrics page does not have them, its status page adds them up with the
// others.
//
//   auto partners = std::make_shared<hawkmount::MetricsRegistry>();
//   app.Mount(GreeterMount(greeter), {.port = 50052, .metrics = partners});
//   app.AddRoute("GET", "/metrics/partners",
//       [partners](const auto& request) { return partners->Page(request); });
//
// Several mounts may share one, also of several apps. Exemplars, the engine,
// bulkheads and calls of methods that nobody has are the app's. Any thread.
class MetricsRegistry {
 public:
  explicit MetricsRegistry(MetricsRegistryOptions options = {});
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  // In Prometheus' text format.
  std::string Text() const;
  // The page for a scraper, in the format that it asks for.
  HttpResponse Page(const HttpRequest& request) const;
  // For an exposer of prometheus-cpp's; may outlive this, and has nothing from
  // then on.
  std::shared_ptr<prometheus::Collectable> Collectable() const;

  // For App.
  const MetricsRegistryOptions& options() const;
  const std::shared_ptr<observe::Metrics>& metrics() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_METRICS_REGISTRY_H_
