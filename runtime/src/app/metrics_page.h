#ifndef HAWKMOUNT_APP_METRICS_PAGE_H_
#define HAWKMOUNT_APP_METRICS_PAGE_H_

#include <string_view>

#include "absl/status/status.h"
#include "hawkmount/http.h"
#include "hawkmount/observability.h"
#include "observe/exposition.h"

namespace hawkmount::app {

// INVALID_ARGUMENT, naming the option, for names that no metric can have and
// views that make no page.
absl::Status CheckMetrics(const MetricsOptions& options);

// The format that a scraper likes best, by its Accept header: OpenMetrics only
// if it is asked for by name.
observe::TextFormat NegotiateFormat(std::string_view accept);

HttpResponse MetricsResponse(
    observe::Exposition& exposition,
    const observe::MetricsPage& page,
    const HttpRequest& request);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_METRICS_PAGE_H_
