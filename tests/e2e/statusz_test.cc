// The status page of an App.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "http_client.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

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

TEST(StatuszTest, TheStatusPageTellsWhatTheMetricsTell) {
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

// The value of an option in force; "": it is not there.
std::string OptionOf(const json& server, const std::string& name) {
  for (const json& option : server["options"]) {
    if (option["name"] == name) return option["value"];
  }
  return "";
}

TEST(StatuszTest, TheOptionsInForceOfEachServer) {
  CoroutineGreeter greeter;
  hawkmount::App app(WithHttp());
  auto& first = app.Mount(
      GreeterMount(greeter),
      {.addresses = {"127.0.0.1:0", "127.0.0.2:0"},
       .health_port = 0,
       .max_concurrent_rpcs = 7,
       .connection = {.max_connections = 1, .max_connection_age = 90s}});
  auto& second = app.Mount(
      GreeterMount(greeter),
      {.host = "127.0.0.1", .port = 0, .autostart = false});
  ASSERT_TRUE(app.Start().ok());
  EXPECT_TRUE(ClientOf(first.port()).SayHello({}, {.timeout = 10s}).ok());
  const auto servers = [&] {
    return json::parse(Get(app.http_port(), "/statusz.json").body)["servers"];
  };
  json shown = servers();
  ASSERT_EQ(shown.size(), 3u);
  const json& calls = shown[0];
  const std::string port = std::to_string(first.port());
  EXPECT_EQ(
      calls["addresses"], json({"127.0.0.1:" + port, "127.0.0.2:" + port}));
  EXPECT_EQ(calls["services"], json({"acme.greeter.v1.Greeter"}));
  EXPECT_EQ(calls["running"], true);
  EXPECT_EQ(calls["connections"]["accepted"], 1);
  EXPECT_EQ(calls["connections"]["max"], 1);
  EXPECT_EQ(calls["certificate_ends_ms"], nullptr);
  EXPECT_EQ(OptionOf(calls, "max_concurrent_rpcs"), "7");
  EXPECT_EQ(OptionOf(calls, "connection.max_connection_age"), "90000 ms");
  EXPECT_EQ(OptionOf(calls, "connection.max_concurrent_streams"), "1000");
  EXPECT_EQ(shown[1]["services"], json({"grpc.health.v1.Health"}));
  EXPECT_EQ(
      shown[1]["addresses"],
      json({"[::]:" + std::to_string(first.health_port())}));
  EXPECT_EQ(shown[2]["running"], false);
  EXPECT_EQ(shown[2]["addresses"], json({"127.0.0.1:0"}));
  EXPECT_EQ(OptionOf(shown[2], "max_concurrent_rpcs"), "1000");
  ASSERT_TRUE(second.Start().ok());
  shown = servers();
  EXPECT_EQ(shown[2]["running"], true);
  EXPECT_EQ(
      shown[2]["addresses"],
      json({"127.0.0.1:" + std::to_string(second.port())}));
}

TEST(StatuszTest, TheStatusPageLoadsNothingFromElsewhere) {
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

TEST(StatuszTest, TheStatusPageIsForTheMachineItself) {
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
