// The HTTP port of an App: routes of the user's.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "http_client.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::HttpRequest;
using hawkmount::HttpResponse;

HttpResponse Hello(const HttpRequest&) { return {.body = "hello\n"}; }

// --------------------------------------------------------

TEST(HttpTest, ARouteGetsTheWholeRequest) {
  HttpApp app;
  HttpRequest seen;
  app.AddRoute("POST", "/orders/new", [&](const HttpRequest& request) {
    seen = request;
    return HttpResponse{
        .status = 201,
        .content_type = "application/json",
        .headers = {{"Location", "/orders/7"}},
        .body = "{}"};
  });
  ASSERT_TRUE(app.Start().ok());
  const Answer answer =
      Ask(app.http_port(),
          "POST",
          "/orders%2Fnew?a=1&b=%20",
          "X-Tea: green\r\n",
          "two cups");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.Header("Location"), "/orders/7");
  EXPECT_EQ(answer.Header("Content-Type"), "application/json");
  EXPECT_EQ(answer.Header("Content-Length"), "2");
  EXPECT_EQ(answer.body, "{}");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.path, "/orders/new");
  EXPECT_EQ(seen.query, "a=1&b=%20");
  EXPECT_EQ(seen.body, "two cups");
  EXPECT_EQ(seen.Header("x-TEA"), "green");
  EXPECT_EQ(seen.Header("x-coffee"), "");
  EXPECT_EQ(seen.remote_address, "127.0.0.1");
}

TEST(HttpTest, HeadIsGetWithoutTheBody) {
  HttpApp app;
  app.AddRoute("GET", "/hello", Hello);
  ASSERT_TRUE(app.Start().ok());
  const Answer got = Get(app.http_port(), "/hello");
  const Answer head = Ask(app.http_port(), "HEAD", "/hello");
  EXPECT_EQ(got.body, "hello\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.Header("Content-Length"), "6");
  EXPECT_EQ(got.Header("Content-Length"), "6");
}

TEST(HttpTest, OtherPathsAre404AndOtherMethods405) {
  HttpApp app;
  app.AddRoute("GET", "/hello", Hello);
  app.AddRoute("PUT", "/hello", Hello);
  ASSERT_TRUE(app.Start().ok());
  const int port = app.http_port();
  for (const char* path :
       {"/",
        "/hell",
        "/hello/",
        "/hello/x",
        "/HELLO",
        "/hello%00",
        "/../hello/..",
        "/metrics/x"}) {
    EXPECT_EQ(Get(port, path).status, 404) << path;
  }
  EXPECT_EQ(Get(port, "/hello?x").status, 200);
  const Answer wrong = Ask(port, "DELETE", "/hello");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.Header("Allow"), "GET, PUT, HEAD");
  EXPECT_EQ(Ask(port, "POST", "/metrics").status, 405);
  EXPECT_EQ(Ask(port, "POST", "/metrics").Header("Allow"), "GET, HEAD");
  const Answer head = Ask(port, "HEAD", "/nothing");
  EXPECT_EQ(head.status, 404);
  EXPECT_EQ(head.body, "");
}

TEST(HttpTest, ARouteThatFailsAnswers500AndIsLogged) {
  std::shared_ptr<std::vector<std::string>> lines;
  hawkmount::AppOptions options = WithHttp();
  options.logger = KeepLines(lines);
  HttpApp app(options);
  app.AddRoute("GET", "/throws", [](const HttpRequest&) -> HttpResponse {
    throw std::runtime_error("out of tea");
  });
  app.AddRoute(
      "GET", "/throws-7", [](const HttpRequest&) -> HttpResponse { throw 7; });
  app.AddRoute("GET", "/splits", [](const HttpRequest&) {
    return HttpResponse{.headers = {{"X-Name", "a\r\nSet-Cookie: b"}}};
  });
  app.AddRoute("GET", "/frames", [](const HttpRequest&) {
    return HttpResponse{.headers = {{"content-length", "3"}}};
  });
  app.AddRoute("GET", "/informs", [](const HttpRequest&) {
    return HttpResponse{.status = 100};
  });
  ASSERT_TRUE(app.Start().ok());
  for (const char* path :
       {"/throws", "/throws-7", "/splits", "/frames", "/informs"}) {
    const Answer answer = Get(app.http_port(), path);
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_EQ(answer.body.find("tea"), std::string::npos);
    EXPECT_EQ(answer.Header("Set-Cookie"), "");
    EXPECT_NE(lines->back().find(path), std::string::npos) << lines->back();
  }
  EXPECT_EQ(Get(app.http_port(), "/livez").status, 200);
}

TEST(HttpTest, BodiesAreBounded) {
  hawkmount::AppOptions options = WithHttp();
  options.http.max_body_bytes = 1000;
  HttpApp app(options);
  app.AddRoute("POST", "/size", [](const HttpRequest& request) {
    return HttpResponse{.body = std::to_string(request.body.size())};
  });
  ASSERT_TRUE(app.Start().ok());
  const int port = app.http_port();
  EXPECT_EQ(
      Ask(port, "POST", "/size", "", std::string(1000, 'x')).body, "1000");
  EXPECT_EQ(Ask(port, "POST", "/size", "", std::string(1001, 'x')).status, 413);
  // The answer arrives although the caller is still sending.
  EXPECT_EQ(
      Ask(port, "POST", "/size", "", std::string(20 << 20, 'x')).status, 413);
  EXPECT_EQ(
      Ask(port, "POST", "/nothing", "", std::string(20 << 20, 'x')).status,
      404);
  EXPECT_EQ(Ask(port, "POST", "/size").body, "0");
  EXPECT_EQ(
      Ask(port, "POST", "/size", "Expect: 100-continue\r\n", "tea").body, "3");
  const auto chunked = [&](size_t chunks) {
    std::string text =
        "POST /size HTTP/1.1\r\nHost: localhost\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    for (size_t i = 0; i < chunks; ++i) {
      absl::StrAppend(&text, "64\r\n", std::string(100, 'x'), "\r\n");
    }
    return Send(port, text + "0\r\n\r\n");
  };
  EXPECT_EQ(chunked(10).body, "1000");
  EXPECT_EQ(chunked(11).status, 413);
}

TEST(HttpTest, RoutesThatCannotBeAreToldByStart) {
  const std::map<std::pair<std::string, std::string>, absl::StatusCode> wrong =
      {{{"GET", "/metrics"}, absl::StatusCode::kAlreadyExists},
       {{"POST", "/readyz"}, absl::StatusCode::kAlreadyExists},
       {{"GET", "/statusz.json"}, absl::StatusCode::kAlreadyExists},
       {{"GET", "/twice"}, absl::StatusCode::kAlreadyExists},
       {{"GET", "noslash"}, absl::StatusCode::kInvalidArgument},
       {{"GET", "/a?b"}, absl::StatusCode::kInvalidArgument},
       {{"get", "/a"}, absl::StatusCode::kInvalidArgument},
       {{"", "/a"}, absl::StatusCode::kInvalidArgument}};
  for (const auto& [route, code] : wrong) {
    HttpApp app;
    app.AddRoute("GET", "/twice", Hello);
    app.AddRoute(route.first, route.second, Hello);
    const absl::Status status = app.Start();
    EXPECT_EQ(status.code(), code) << route.second;
    EXPECT_NE(status.message().find(route.second), absl::string_view::npos)
        << status;
    EXPECT_EQ(app.http_port(), -1);
  }
  HttpApp empty;
  empty.AddRoute("GET", "/empty", nullptr);
  EXPECT_EQ(empty.Start().code(), absl::StatusCode::kInvalidArgument);
  HttpApp portless(Quiet());
  portless.AddRoute("GET", "/hello", Hello);
  EXPECT_EQ(portless.Start().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(HttpTest, RoutesStayForTheNextStartAndNoneCanBeAddedBetween) {
  HttpApp app;
  app.AddRoute("GET", "/hello", Hello);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(app.Start().ok());
    EXPECT_EQ(Get(app.http_port(), "/hello").status, 200);
    ASSERT_TRUE(app.Shutdown(60s).ok());
  }
  ASSERT_TRUE(app.Start().ok());
  app.AddRoute("GET", "/late", Hello);
  EXPECT_EQ(Get(app.http_port(), "/late").status, 404);
  ASSERT_TRUE(app.Shutdown(60s).ok());
  EXPECT_EQ(app.Start().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(HttpTest, PagesCanBeMovedAndLeftOut) {
  hawkmount::AppOptions options = WithHttp();
  options.http.metrics_path = "/m";
  options.http.healthz_path = "";
  options.http.livez_path = "";
  options.http.readyz_path = "";
  options.http.statusz_path = "/admin/status";
  HttpApp app(options);
  app.AddRoute("GET", "/healthz", Hello);
  ASSERT_TRUE(app.Start().ok());
  const int port = app.http_port();
  EXPECT_EQ(Get(port, "/m").status, 200);
  EXPECT_EQ(Get(port, "/metrics").status, 404);
  EXPECT_EQ(Get(port, "/healthz").body, "hello\n");
  EXPECT_EQ(Get(port, "/livez").status, 404);
  EXPECT_EQ(Get(port, "/readyz").status, 404);
  EXPECT_EQ(Get(port, "/statusz").status, 404);
  const Answer page = Get(port, "/admin/status");
  EXPECT_NE(page.body.find("\"status.css\""), std::string::npos);
  EXPECT_NE(page.body.find("\"status.js\""), std::string::npos);
  EXPECT_NE(
      Get(port, "/admin/status.js").body.find("\"status.json\""),
      std::string::npos);
  EXPECT_EQ(Get(port, "/admin/status.json").status, 200);
}

}  // namespace
}  // namespace e2e
