// What a schema switches off does not happen, and the rest does.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "handlers.h"
#include "observe.hawkmount.pb.h"
#include "oracle.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using acme::observe::v1::Ping;
using acme::observe::v1::QuietClient;
using acme::observe::v1::QuietHandler;
using acme::observe::v1::QuietMount;
using acme::observe::v1::WatchedClient;
using acme::observe::v1::WatchedHandler;
using acme::observe::v1::WatchedMount;

class Watched final : public WatchedHandler {
 public:
  hawkmount::Task AllAsync(AllContext&, const Ping&, Ping&) override {
    return absl::OkStatus();
  }
  absl::Status Uncounted(
      UncountedContext& context, const Ping&, Ping&) override {
    id_of_uncounted = context.request_id();
    return absl::OkStatus();
  }
  absl::Status Unechoed(
      UnechoedContext& context, UnechoedStream& stream, Ping&) override {
    id_of_unechoed = context.request_id();
    for (Ping ping; stream.Read(ping);) {
    }
    return absl::OkStatus();
  }
  absl::Status Unlogged(
      UnloggedContext&, const Ping& ping, UnloggedStream& stream) override {
    stream.Write(ping);
    return absl::OkStatus();
  }

  std::string id_of_uncounted;
  std::string id_of_unechoed;
};

class Quiets final : public QuietHandler {
 public:
  absl::Status Nothing(NothingContext&, const Ping&, Ping&) override {
    throw std::runtime_error("nothing at all");
  }
  hawkmount::Task NothingStreamedAsync(
      NothingStreamedContext&, NothingStreamedAsyncStream& stream) override {
    Ping ping;
    while (co_await stream.Read(ping)) co_await stream.Write(ping);
    co_return absl::OkStatus();
  }
  absl::Status Counted(CountedContext&, const Ping&, Ping&) override {
    return absl::OkStatus();
  }
};

constexpr char kWatched[] = "/acme.observe.v1.Watched/";
constexpr char kQuiet[] = "/acme.observe.v1.Quiet/";

class ObserveTest : public testing::Test {
 protected:
  ObserveTest() : app_({.logger = KeepLines(lines_)}) {
    const hawkmount::MountHandle& watched =
        app_.Mount(WatchedMount(watched_), {.host = "127.0.0.1", .port = 0});
    const hawkmount::MountHandle& quiet =
        app_.Mount(QuietMount(quiet_), {.host = "127.0.0.1", .port = 0});
    EXPECT_TRUE(app_.Start().ok());
    watched_port_ = watched.port();
    quiet_port_ = quiet.port();
    // Calls each method once.
    const WatchedClient watched_client(ChannelTo(watched_port_));
    EXPECT_TRUE(watched_client.All(Ping(), Options("All")).ok());
    EXPECT_TRUE(watched_client.Uncounted(Ping(), Options("Uncounted")).ok());
    EXPECT_TRUE(watched_client.Unechoed(Options("Unechoed")).Finish().ok());
    EXPECT_TRUE(
        watched_client.Unlogged(Ping(), Options("Unlogged")).Finish().ok());
    const QuietClient quiet_client(ChannelTo(quiet_port_));
    EXPECT_EQ(
        quiet_client.Nothing(Ping(), Options("Nothing")).status().code(),
        absl::StatusCode::kUnknown);
    auto stream = quiet_client.NothingStreamed(Options("NothingStreamed"));
    Ping pong;
    EXPECT_TRUE(stream.Write(Ping()) && stream.Read(pong));
    EXPECT_TRUE(stream.WritesDone());
    EXPECT_TRUE(stream.Finish().ok());
    EXPECT_TRUE(quiet_client.Counted(Ping(), Options("Counted")).ok());
    // All calls are over then, with all that is said about them.
    EXPECT_TRUE(app_.Shutdown(10s).ok());
  }

  static hawkmount::Channel ChannelTo(int port) {
    return hawkmount::Channel::Insecure("127.0.0.1:" + std::to_string(port));
  }

  // Of a call that says its method's name as its id.
  hawkmount::CallOptions Options(const std::string& method) {
    return {
        .timeout = 10s,
        .request_id = "id-of-" + method,
        .response_metadata = &answered_[method]};
  }

  // How many of the server's samples and comments name a method.
  size_t Series(const std::string& path) const {
    std::istringstream page(app_.MetricsText());
    size_t count = 0;
    for (std::string line; std::getline(page, line);) {
      const bool named = line.find("\"" + path + "\"") != std::string::npos;
      if (named && line.find("grpc_client_") == std::string::npos) ++count;
    }
    return count;
  }

  size_t Records(const std::string& path) const {
    return std::count_if(
        lines_->begin(), lines_->end(), [&](const std::string& line) {
          return line.find("\"" + path + "\"") != std::string::npos &&
                 line.find("\"grpc.re") != std::string::npos;
        });
  }

  bool Echoed(const std::string& method) const {
    const auto& initial = answered_.at(method).initial;
    return std::find(
               initial.begin(),
               initial.end(),
               std::pair<std::string, std::string>(
                   "x-request-id", "id-of-" + method)) != initial.end();
  }

  std::shared_ptr<std::vector<std::string>> lines_;
  std::map<std::string, hawkmount::ResponseMetadata> answered_;
  Watched watched_;
  Quiets quiet_;
  hawkmount::App app_;
  int watched_port_ = 0;
  int quiet_port_ = 0;
};

TEST_F(ObserveTest, UncountedMethodsAreNotAmongTheMetrics) {
  for (const std::string counted : {"All", "Unechoed", "Unlogged"}) {
    EXPECT_GT(Series(kWatched + counted), 10u) << counted;
    EXPECT_EQ(
        Sample(
            app_,
            "hawkapi_grpc_requests_total{method=\"" + (kWatched + counted) +
                "\",code=\"OK\"}"),
        1)
        << counted;
  }
  EXPECT_EQ(Series(std::string(kWatched) + "Uncounted"), 0u);
  EXPECT_EQ(Series(std::string(kQuiet) + "Nothing"), 0u);
  EXPECT_EQ(Series(std::string(kQuiet) + "NothingStreamed"), 0u);
  EXPECT_GT(Series(std::string(kQuiet) + "Counted"), 10u);
}

TEST_F(ObserveTest, UnloggedMethodsHaveNoRecords) {
  EXPECT_EQ(Records(std::string(kWatched) + "All"), 2u);
  EXPECT_EQ(Records(std::string(kWatched) + "Uncounted"), 2u);
  EXPECT_EQ(Records(std::string(kWatched) + "Unechoed"), 2u);
  EXPECT_EQ(Records(std::string(kWatched) + "Unlogged"), 0u);
  EXPECT_EQ(Records(std::string(kQuiet) + "Nothing"), 0u);
  EXPECT_EQ(Records(std::string(kQuiet) + "NothingStreamed"), 0u);
  EXPECT_EQ(Records(std::string(kQuiet) + "Counted"), 0u);
}

TEST_F(ObserveTest, ExceptionsAreToldWithoutRecords) {
  EXPECT_EQ(
      std::count_if(
          lines_->begin(),
          lines_->end(),
          [](const std::string& line) {
            return line.find("std::runtime_error") != std::string::npos;
          }),
      1);
}

TEST_F(ObserveTest, RequestIdsThatAreNotEchoedAreKnownToHandlers) {
  EXPECT_TRUE(Echoed("All"));
  EXPECT_TRUE(Echoed("Uncounted"));
  EXPECT_FALSE(Echoed("Unechoed"));
  EXPECT_TRUE(Echoed("Unlogged"));
  EXPECT_FALSE(Echoed("Nothing"));
  EXPECT_FALSE(Echoed("NothingStreamed"));
  EXPECT_EQ(watched_.id_of_uncounted, "id-of-Uncounted");
  EXPECT_EQ(watched_.id_of_unechoed, "id-of-Unechoed");
}

}  // namespace
}  // namespace e2e
