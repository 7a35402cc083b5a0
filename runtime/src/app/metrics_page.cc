#include "app/metrics_page.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace hawkmount::app {
namespace {

using observe::TextFormat;

bool IsMetricName(const std::string& name) {
  const auto may_be_inside = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
           c == ':';
  };
  return !name.empty() &&
         !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), may_be_inside);
}

std::string_view ViewName(MetricsView view) {
  switch (view) {
    case MetricsView::kGrpcEcosystem:
      return "kGrpcEcosystem";
    case MetricsView::kOtel:
      return "kOtel";
    case MetricsView::kDefault:
      break;
  }
  return "kDefault";
}

// One of the types that an Accept header names, in lower case.
struct Accepted {
  std::string type;
  std::string version;
  double q = 1;
};

Accepted ParseAccepted(absl::string_view text) {
  Accepted result;
  bool first = true;
  for (absl::string_view part : absl::StrSplit(text, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (first) {
      result.type = absl::AsciiStrToLower(part);
      first = false;
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parameter =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (absl::EqualsIgnoreCase(parameter.first, "version")) {
      result.version = std::string(parameter.second);
      std::erase(result.version, '"');
    } else if (absl::EqualsIgnoreCase(parameter.first, "q")) {
      // Whoever writes nonsense does not get it.
      if (!absl::SimpleAtod(parameter.second, &result.q)) result.q = 0;
    }
  }
  return result;
}

}  // namespace

absl::Status CheckMetrics(const MetricsOptions& options) {
  if (!IsMetricName(options.prefix)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "MetricsOptions::prefix is \"",
        options.prefix,
        "\": names of metrics are letters, digits, _ and :, and begin with no "
        "digit"));
  }
  if (options.views.empty()) {
    return absl::InvalidArgumentError(
        "MetricsOptions::views is empty: name one, such as "
        "MetricsView::kDefault");
  }
  for (auto view = options.views.begin(); view != options.views.end(); ++view) {
    if (std::find(options.views.begin(), view, *view) == view) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "MetricsOptions::views has ",
        std::string(ViewName(*view)),
        " twice: name each view once"));
  }
  return absl::OkStatus();
}

TextFormat NegotiateFormat(std::string_view accept) {
  double open_metrics = 0;
  double plain = 0;
  for (const absl::string_view part :
       absl::StrSplit(absl::string_view(accept.data(), accept.size()), ',')) {
    const Accepted accepted = ParseAccepted(part);
    if (accepted.type == "application/openmetrics-text") {
      if (accepted.version.empty() || accepted.version == "1.0.0") {
        open_metrics = std::max(open_metrics, accepted.q);
      }
    } else if (
        (accepted.type == "text/plain" &&
         (accepted.version.empty() || accepted.version == "0.0.4")) ||
        accepted.type == "text/*" || accepted.type == "*/*") {
      plain = std::max(plain, accepted.q);
    }
  }
  return open_metrics > 0 && open_metrics >= plain ? TextFormat::kOpenMetrics
                                                   : TextFormat::kPrometheus;
}

HttpResponse MetricsResponse(
    observe::Exposition& exposition,
    const observe::MetricsPage& page,
    const HttpRequest& request) {
  const TextFormat format = NegotiateFormat(request.Header("Accept"));
  return {
      .content_type =
          format == TextFormat::kOpenMetrics
              ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
              : "text/plain; version=0.0.4; charset=utf-8",
      .headers = {{"Vary", "Accept"}},
      .body = exposition.Write(page, format)};
}

}  // namespace hawkmount::app
