// The HTTP port of an App, asked over plain sockets.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "handlers.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::HttpRequest;
using hawkmount::HttpResponse;
using nlohmann::json;

struct Answer {
  int status = 0;
  std::string head;
  std::string body;

  std::string Header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

// Sends some bytes to a port and reads until the server closes.
Answer Send(
    int port,
    const std::string& bytes,
    const std::string& address = "127.0.0.1") {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  EXPECT_EQ(inet_pton(AF_INET, address.c_str(), &to.sin_addr), 1);
  Answer answer;
  if (connect(connection, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    close(connection);
    return answer;
  }
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = send(
        connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) break;
    sent += static_cast<size_t>(n);
  }
  std::string text;
  char piece[4096];
  ssize_t n = 0;
  while ((n = recv(connection, piece, sizeof(piece), 0)) > 0) {
    text.append(piece, static_cast<size_t>(n));
  }
  close(connection);
  if (text.rfind("HTTP/1.1 100 ", 0) == 0) text = text.substr(25);
  const size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos || text.size() < 12) return answer;
  answer.status = std::stoi(text.substr(9, 3));
  answer.head = text.substr(0, end + 2);
  answer.body = text.substr(end + 4);
  return answer;
}

Answer Ask(
    int port,
    const std::string& method,
    const std::string& target,
    const std::string& headers = "",
    const std::string& body = "") {
  const std::string length =
      body.empty() ? "" : absl::StrCat("Content-Length: ", body.size(), "\r\n");
  return Send(
      port,
      absl::StrCat(
          method,
          " ",
          target,
          " HTTP/1.1\r\nHost: localhost\r\n",
          headers,
          length,
          "\r\n",
          body));
}

Answer Get(int port, const std::string& target) {
  return Ask(port, "GET", target);
}

hawkmount::AppOptions WithHttp() {
  hawkmount::AppOptions options = Quiet();
  options.http = {.host = "127.0.0.1", .port = 0};
  return options;
}

// Serves the greeter, beside what is tested.
class HttpApp final : public hawkmount::App {
 public:
  explicit HttpApp(hawkmount::AppOptions options = WithHttp())
      : App(std::move(options)) {
    static CoroutineGreeter greeter;
    Mount(GreeterMount(greeter), {.host = "127.0.0.1", .port = 0});
  }
};

HttpResponse Hello(const HttpRequest&) { return {.body = "hello\n"}; }

// --- the user's routes
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
    ASSERT_TRUE(app.Shutdown(1s).ok());
  }
  ASSERT_TRUE(app.Start().ok());
  app.AddRoute("GET", "/late", Hello);
  EXPECT_EQ(Get(app.http_port(), "/late").status, 404);
  ASSERT_TRUE(app.Shutdown(1s).ok());
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

// --- live and ready
// -----------------------------------------------------------

TEST(HttpTest, LiveAndReadyWithoutChecks) {
  HttpApp app;
  ASSERT_TRUE(app.Start().ok());
  const int port = app.http_port();
  EXPECT_EQ(json::parse(Get(port, "/healthz").body), json({{"status", "ok"}}));
  EXPECT_EQ(json::parse(Get(port, "/livez").body), json({{"status", "alive"}}));
  const Answer ready = Get(port, "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(
      json::parse(ready.body),
      json({{"status", "ready"}, {"checks", json::object()}}));
}

TEST(HttpTest, OneFailingCheckIsEnough) {
  HttpApp app;
  std::atomic<bool> database = false;
  app.AddReadinessCheck(
      "cache", [] { return absl::OkStatus(); }, 60s);
  app.AddReadinessCheck(
      "database",
      [&]() -> absl::Status {
        if (database) return absl::OkStatus();
        return absl::UnavailableError("no route to \xff host");
      },
      60s);
  app.AddReadinessCheck(
      "queue",
      [&]() -> absl::Status {
        if (database) return absl::OkStatus();
        throw std::runtime_error("queue gone");
      },
      60s);
  ASSERT_TRUE(app.Start().ok());
  Answer answer = Get(app.http_port(), "/readyz");
  EXPECT_EQ(answer.status, 503);
  json ready = json::parse(answer.body);
  EXPECT_EQ(ready["status"], "not_ready");
  EXPECT_EQ(ready["checks"]["cache"], json({{"ok", true}, {"detail", ""}}));
  EXPECT_EQ(ready["checks"]["database"]["ok"], false);
  EXPECT_EQ(
      ready["checks"]["database"]["detail"],
      "UNAVAILABLE: no route to \xEF\xBF\xBD host");
  EXPECT_EQ(ready["checks"]["queue"]["ok"], false);
  EXPECT_EQ(ready["checks"]["queue"]["detail"], "UNKNOWN: it threw queue gone");
  database = true;
  answer = Get(app.http_port(), "/readyz");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(json::parse(answer.body)["checks"].size(), 3u);
}

TEST(HttpTest, ACheckThatHangsNeitherHangsThePageNorRunsTwice) {
  std::atomic<int> runs = 0;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  {
    HttpApp app;
    app.AddReadinessCheck(
        "hangs",
        [&runs, released] {
          ++runs;
          released.wait();
          return absl::OkStatus();
        },
        50ms);
    app.AddReadinessCheck(
        "quick", [] { return absl::OkStatus(); }, 60s);
    ASSERT_TRUE(app.Start().ok());
    for (int i = 0; i < 5; ++i) {
      const Answer answer = Get(app.http_port(), "/readyz");
      EXPECT_EQ(answer.status, 503);
      const json checks = json::parse(answer.body)["checks"];
      EXPECT_EQ(checks["quick"]["ok"], true);
      EXPECT_EQ(checks["hangs"]["ok"], false);
      EXPECT_EQ(
          checks["hangs"]["detail"], "no answer within 50 ms; it still runs");
    }
    EXPECT_EQ(runs, 1);
    release.set_value();
    // Once it has ended it is run again, and is right again.
    while (Get(app.http_port(), "/readyz").status != 200) {
      std::this_thread::yield();
    }
    EXPECT_GE(runs, 2);
  }
}

TEST(HttpTest, ChecksRunSideBySide) {
  HttpApp app;
  // Each waits for the other: one after the other they would never end.
  std::promise<void> first, second;
  std::shared_future<void> first_there = first.get_future().share();
  std::shared_future<void> second_there = second.get_future().share();
  app.AddReadinessCheck(
      "first",
      [&] {
        first.set_value();
        second_there.wait();
        return absl::OkStatus();
      },
      30s);
  app.AddReadinessCheck(
      "second",
      [&] {
        second.set_value();
        first_there.wait();
        return absl::OkStatus();
      },
      30s);
  ASSERT_TRUE(app.Start().ok());
  EXPECT_EQ(Get(app.http_port(), "/readyz").status, 200);
}

TEST(HttpTest, ChecksThatCannotBeAreToldByStart) {
  const auto fine = [] { return absl::OkStatus(); };
  HttpApp twice;
  twice.AddReadinessCheck("db", fine);
  twice.AddReadinessCheck("db", fine);
  EXPECT_EQ(twice.Start().code(), absl::StatusCode::kAlreadyExists);
  HttpApp nameless;
  nameless.AddReadinessCheck("", fine);
  EXPECT_EQ(nameless.Start().code(), absl::StatusCode::kInvalidArgument);
  HttpApp timeless;
  timeless.AddReadinessCheck("db", fine, 0ms);
  EXPECT_EQ(timeless.Start().code(), absl::StatusCode::kInvalidArgument);
}

TEST(HttpTest, WhileItDrainsItIsLiveButNotReady) {
  BothStyles served(WithHttp());
  ASSERT_TRUE(served.app().Start().ok());
  const int port = served.app().http_port();
  EXPECT_EQ(Get(port, "/readyz").status, 200);
  // A call that keeps the drain going until it is cancelled.
  auto chat = served.Client(hawkmount::kCoroutine).Chat();
  ChatRequest request;
  request.set_line("hold on");
  ChatResponse response;
  ASSERT_TRUE(chat.Write(request));
  ASSERT_TRUE(chat.Read(response));
  std::future<absl::Status> stopped = std::async(
      std::launch::async, [&] { return served.app().Shutdown(60s); });
  Answer ready = Get(port, "/readyz");
  while (ready.status == 200) ready = Get(port, "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(
      json::parse(ready.body),
      json(
          {{"status", "not_ready"},
           {"detail", "draining"},
           {"checks", json::object()}}));
  EXPECT_EQ(Get(port, "/healthz").status, 200);
  EXPECT_EQ(Get(port, "/livez").status, 200);
  EXPECT_EQ(json::parse(Get(port, "/statusz.json").body)["state"], "draining");
  EXPECT_TRUE(chat.WritesDone());
  EXPECT_TRUE(chat.Finish().ok());
  EXPECT_TRUE(stopped.get().ok());
  EXPECT_EQ(Get(port, "/livez").status, 0);
}

// --- the status page
// ----------------------------------------------------------

// The values of a scrape that are a method's, by what stands before them.
std::map<std::string, double> Scrape(int port) {
  std::map<std::string, double> values;
  std::istringstream lines(Get(port, "/metrics").body);
  std::string line;
  while (std::getline(lines, line)) {
    const size_t space = line.rfind(' ');
    if (line.find("{method=\"/acme") == std::string::npos) continue;
    values[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return values;
}

TEST(HttpTest, TheStatusPageTellsWhatTheMetricsTell) {
  BothStyles served(WithHttp());
  ASSERT_TRUE(served.app().Start().ok());
  const int port = served.app().http_port();
  const GreeterClient client = served.Client(hawkmount::kBlocking);
  SayHelloRequest hello;
  for (int i = 0; i < 20; ++i) {
    hello.set_name(i % 5 == 0 ? "fail" : "tea");
    (void)client.SayHello(hello, {.timeout = 10s});
  }
  hello.set_name("throw");
  EXPECT_FALSE(client.SayHello(hello, {.timeout = 10s}).ok());
  auto chat = client.Chat();  // still there when it is looked at
  ChatResponse said;
  ChatRequest line;
  line.set_line("hi");
  ASSERT_TRUE(chat.Write(line) && chat.Read(said));

  // The server may count an end after its caller has heard of it.
  json status;
  std::map<std::string, double> values, before;
  uint64_t in_flight = 0;
  do {
    before = Scrape(port);
    status = json::parse(Get(port, "/statusz.json").body);
    values = Scrape(port);
    in_flight = 0;
    for (const json& method : status["methods"]) {
      in_flight += method["in_flight"].get<uint64_t>();
    }
  } while (in_flight != 1 || values != before);
  size_t compared = 0;
  for (const json& method : status["methods"]) {
    const std::string label =
        absl::StrCat("{method=\"", method["path"].get<std::string>(), "\"");
    const auto value = [&](const std::string& name, const std::string& more) {
      return values["hawkapi_grpc_" + name + label + more + "}"];
    };
    EXPECT_EQ(method["started"], value("requests_started_total", ""));
    EXPECT_EQ(method["in_flight"], value("requests_in_flight", ""));
    EXPECT_EQ(
        method["messages_received"], value("messages_received_total", ""));
    EXPECT_EQ(method["messages_sent"], value("messages_sent_total", ""));
    EXPECT_EQ(method["exceptions"], value("exceptions_total", ""));
    EXPECT_EQ(
        method["latency"]["count"],
        value("request_duration_seconds_count", ""));
    for (const auto& [code, count] : method["handled"].items()) {
      EXPECT_EQ(count, value("requests_total", ",code=\"" + code + "\""));
      ++compared;
    }
  }
  EXPECT_EQ(compared, 3u);
  for (const json& method : status["methods"]) {
    if (method["path"] != "/acme.greeter.v1.Greeter/SayHello") continue;
    EXPECT_EQ(method["started"], 21);
    EXPECT_EQ(
        method["handled"],
        json({{"OK", 16}, {"NOT_FOUND", 4}, {"UNKNOWN", 1}}));
    EXPECT_EQ(method["errors"], 1);
    EXPECT_EQ(method["lately"]["ended"], 21);
    EXPECT_EQ(method["lately"]["errors"], 1);
    EXPECT_GT(method["lately"]["rate"], 0);
    EXPECT_GT(method["latency"]["p99_ms"], 0);
    EXPECT_EQ(status["edges_ms"].size() + 1, method["latency"]["cells"].size());
  }
  EXPECT_EQ(status["state"], "serving");
  EXPECT_EQ(status["pid"], getpid());
  ASSERT_EQ(status["mounts"].size(), 2u);
  EXPECT_EQ(status["mounts"][0]["port"], served.Port(hawkmount::kBlocking));
  EXPECT_EQ(
      status["mounts"][0]["styles"]["/acme.greeter.v1.Greeter/Chat"],
      "blocking");
  ASSERT_EQ(status["connections"]["list"].size(), 1u);
  EXPECT_EQ(
      status["connections"]["list"][0]["port"],
      served.Port(hawkmount::kBlocking));
  EXPECT_EQ(status["connections"]["list"][0]["streams_started"], 22);
  chat.WritesDone();
  EXPECT_TRUE(chat.Finish().ok());
}

TEST(HttpTest, TheStatusPageLoadsNothingFromElsewhere) {
  HttpApp app;
  ASSERT_TRUE(app.Start().ok());
  const std::map<std::string, std::string> files = {
      {"/statusz", "text/html; charset=utf-8"},
      {"/statusz.css", "text/css; charset=utf-8"},
      {"/statusz.js", "text/javascript; charset=utf-8"},
      {"/statusz.json", "application/json"}};
  for (const auto& [path, type] : files) {
    const Answer answer = Get(app.http_port(), path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.Header("Content-Type"), type);
    EXPECT_EQ(answer.Header("Cache-Control"), "no-store");
    EXPECT_EQ(
        answer.Header("Content-Security-Policy").rfind("default-src 'none'", 0),
        0u);
    EXPECT_EQ(answer.body.find("https:"), std::string::npos) << path;
  }
}

// An IPv4 address of this machine that is not loopback, if there is one.
std::string OuterAddress() {
  ifaddrs* all = nullptr;
  std::string found;
  if (getifaddrs(&all) != 0) return found;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET ||
        (each->ifa_flags & IFF_LOOPBACK) != 0) {
      continue;
    }
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    if (inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text)) != nullptr) {
      found = text;
    }
  }
  freeifaddrs(all);
  return found;
}

TEST(HttpTest, TheStatusPageIsForTheMachineItself) {
  hawkmount::AppOptions options = WithHttp();
  options.http.host = "0.0.0.0";
  for (const bool open : {false, true}) {
    options.http.statusz_public = open;
    HttpApp app(options);
    ASSERT_TRUE(app.Start().ok());
    const int port = app.http_port();
    const int others = open ? 200 : 403;
    for (const char* path :
         {"/statusz", "/statusz.json", "/statusz.css", "/statusz.js"}) {
      EXPECT_EQ(Get(port, path).status, 200);
      // Through a proxy, and by a page that has its own name resolve to here.
      EXPECT_EQ(
          Ask(port, "GET", path, "X-Forwarded-For: 192.0.2.7\r\n").status,
          others);
      const std::string get = absl::StrCat("GET ", path, " HTTP/1.1\r\n");
      EXPECT_EQ(Send(port, get + "Host: evil.test\r\n\r\n").status, others);
      EXPECT_EQ(Send(port, get + "Host: [::1]:80\r\n\r\n").status, 200);
      if (const std::string outer = OuterAddress(); !outer.empty()) {
        EXPECT_EQ(
            Send(port, get + "Host: localhost\r\n\r\n", outer).status, others);
      }
    }
    EXPECT_EQ(Get(port, "/metrics").status, 200);
  }
}

}  // namespace
}  // namespace e2e
