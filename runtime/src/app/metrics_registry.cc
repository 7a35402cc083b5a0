#include "hawkmount/metrics_registry.h"

#include <optional>
#include <utility>

#include "app/metrics_page.h"
#include "observe/exposition.h"
#include "observe/metrics.h"
#include "observe/page_collectable.h"

namespace hawkmount {

struct MetricsRegistry::Parts {
  explicit Parts(MetricsRegistryOptions o)
      : options(std::move(o)),
        exposition(options.prefix, options.views),
        collectable(std::make_shared<observe::PageCollectable>([this] {
          return exposition.WriteOwn(Read(), observe::TextFormat::kPrometheus);
        })) {}
  ~Parts() { collectable->End(); }

  observe::MetricsPage Read() const {
    return {.server = metrics->Read(), .engine = std::nullopt};
  }

  const MetricsRegistryOptions options;
  const std::shared_ptr<observe::Metrics> metrics =
      std::make_shared<observe::Metrics>(observe::Side::kServer);
  observe::Exposition exposition;
  const std::shared_ptr<observe::PageCollectable> collectable;
};

MetricsRegistry::MetricsRegistry(MetricsRegistryOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}
MetricsRegistry::~MetricsRegistry() = default;

std::string MetricsRegistry::Text() const {
  return parts_->exposition.WriteOwn(
      parts_->Read(), observe::TextFormat::kPrometheus);
}

HttpResponse MetricsRegistry::Page(const HttpRequest& request) const {
  return app::MetricsResponse(parts_->exposition, parts_->Read(), request);
}

std::shared_ptr<prometheus::Collectable> MetricsRegistry::Collectable() const {
  return parts_->collectable;
}

const MetricsRegistryOptions& MetricsRegistry::options() const {
  return parts_->options;
}

const std::shared_ptr<observe::Metrics>& MetricsRegistry::metrics() const {
  return parts_->metrics;
}

}  // namespace hawkmount
