#include "app/metrics_page.h"

#include <gtest/gtest.h>

#include <string>

namespace hawkmount::app {
namespace {

using observe::TextFormat;

TEST(CheckMetrics, TellsWhatIsWrong) {
  EXPECT_TRUE(CheckMetrics({}).ok());
  EXPECT_TRUE(CheckMetrics({.prefix = "_a:B9"}).ok());
  for (const char* prefix : {"", "9a", "a-b", "a b", "\xc3\xa4"}) {
    const absl::Status status = CheckMetrics({.prefix = prefix});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << prefix;
    EXPECT_NE(status.message().find("prefix"), absl::string_view::npos);
  }
  EXPECT_EQ(
      CheckMetrics({.views = {}}).code(), absl::StatusCode::kInvalidArgument);
  const absl::Status twice = CheckMetrics(
      {.views = {
           MetricsView::kOtel, MetricsView::kDefault, MetricsView::kOtel}});
  EXPECT_EQ(twice.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(twice.message().find("kOtel twice"), absl::string_view::npos);
}

TEST(NegotiateFormat, OpenMetricsIsForThoseWhoPreferIt) {
  for (const char* accept :
       {"application/openmetrics-text",
        "application/openmetrics-text;version=1.0.0",
        "Application/OpenMetrics-Text; Version=\"1.0.0\" ; charset=utf-8",
        "application/openmetrics-text;version=1.0.0;q=0.8, text/plain;q=0.5",
        "application/openmetrics-text;version=1.0.0,"
        "application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}) {
    EXPECT_EQ(NegotiateFormat(accept), TextFormat::kOpenMetrics) << accept;
  }
  for (const char* accept :
       {"",
        "*/*",
        "text/plain",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=x",
        "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.5",
        "application/openmetrics-text-other",
        ";;,=,"}) {
    EXPECT_EQ(NegotiateFormat(accept), TextFormat::kPrometheus) << accept;
  }
}

TEST(MetricsResponse, TheContentTypeIsThatOfTheText) {
  observe::Exposition exposition("hawkapi", {MetricsView::kDefault});
  const HttpResponse text = MetricsResponse(exposition, {}, {});
  EXPECT_EQ(text.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_FALSE(text.body.ends_with("# EOF\n"));
  HttpRequest request;
  request.headers = {{"accept", "application/openmetrics-text;version=1.0.0"}};
  const HttpResponse open = MetricsResponse(exposition, {}, request);
  EXPECT_EQ(
      open.content_type,
      "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_TRUE(open.body.ends_with("# EOF\n"));
}

}  // namespace
}  // namespace hawkmount::app
