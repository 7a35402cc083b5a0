// Certificates that change on disk while a server uses them.

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "certificates.h"
#include "handlers.h"
#include "plain_server.h"
#include "tls/certificate_check.h"
#include "tls/keeper.h"
#include "tls_client.h"

namespace tls_test {
namespace {

using namespace std::chrono_literals;
using hawkmount::ClientCertificate;
using hawkmount::TlsOptions;
using hawkmount::tls::TlsKeeper;

constexpr char kNobody[] = "|||||";

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 6000 && !holds(); ++i) std::this_thread::sleep_for(5ms);
  return holds();
}

bool ThreadRuns(const std::string& name) {
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::string found;
    if (std::ifstream(task.path() / "comm") >> found && found == name) {
      return true;
    }
  }
  return false;
}

// The files that a server is told of, and what is in them for now. They change
// all at once, by a link, as Kubernetes changes those of a secret.
class Files {
 public:
  Files(const std::string& certificate, const std::string& ca = "") {
    Put(certificate, certificate, ca);
    options_ = {
        .certificate_file = Path("tls.crt"),
        .key_file = Path("tls.key"),
        .reload_interval = 10ms};
    if (!ca.empty()) {
      options_.client_ca_file = Path("ca.crt");
      options_.client_certificate = ClientCertificate::kRequired;
    }
  }

  TlsOptions& options() { return options_; }

  // CERTIFICATE.crt, KEY.key and CA.crt.
  void Put(
      const std::string& certificate,
      const std::string& key,
      const std::string& ca = "") {
    const std::string name = "version" + std::to_string(++version_);
    std::filesystem::create_directory(made_.Path(name));
    const Certificates& source = Certificates::Get();
    made_.Write(name + "/tls.crt", source.Text(certificate + ".crt"));
    made_.Write(name + "/tls.key", source.Text(key + ".key"));
    if (!ca.empty()) made_.Write(name + "/ca.crt", source.Text(ca + ".crt"));
    std::filesystem::create_directory_symlink(name, made_.Path("next"));
    std::filesystem::rename(made_.Path("next"), made_.Path("data"));
  }
  void Remove() { std::filesystem::remove(made_.Path("data")); }

 private:
  std::string Path(const std::string& name) const {
    return made_.Path("data/" + name);
  }

  Certificates made_;
  int version_ = 0;
  TlsOptions options_;
};

// A server of files that change, and what its keeper logs.
class TlsReloadTest : public testing::Test {
 protected:
  void Serve(Files& files) {
    auto keeper = TlsKeeper::Start(files.options(), e2e::KeepLines(lines_));
    ASSERT_TRUE(keeper.ok()) << keeper.status();
    keeper_ = *std::move(keeper);
    server_ = std::make_unique<PlainServer>(keeper_->credentials());
  }
  // The keeper's thread logs, so it ends first.
  std::vector<std::string> Lines() {
    keeper_.reset();
    return *lines_;
  }

  std::shared_ptr<std::vector<std::string>> lines_;
  std::unique_ptr<TlsKeeper> keeper_;
  std::unique_ptr<PlainServer> server_;
};

TEST_F(TlsReloadTest, TwentyChangesUnderLoadLoseNoCall) {
  Files files("server", "root");
  Serve(files);
  auto lasting = TlsClient(server_->port(), "client");
  auto stream = lasting.Chat();
  acme::greeter::v1::ChatResponse line;

  std::atomic<bool> over{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      while (!over) {
        const auto client = TlsClient(server_->port(), "client");
        for (int call = 0; call < 3; ++call) {
          ++(Ask(client).starts_with("CN=billing") ? answered : failed);
        }
      }
    });
  }
  for (uint64_t i = 1; i <= 20; ++i) {
    const std::string name = i % 2 == 0 ? "server" : "server2";
    files.Put(name, name, "root");
    ASSERT_TRUE(Eventually([&] { return keeper_->reloads() == i; }));
    // From now on, and that means at once.
    EXPECT_EQ(
        Handshake(server_->port()),
        i % 2 == 0 ? "/CN=localhost" : "/O=Second/CN=localhost");
    ASSERT_TRUE(stream.Write({}));
    ASSERT_TRUE(stream.Read(line));
    const int before = answered + failed;
    ASSERT_TRUE(Eventually([&] { return answered + failed >= before + 8; }));
  }
  over = true;
  callers.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_GE(answered, 160);
  EXPECT_EQ(keeper_->refused(), 0u);
  ASSERT_TRUE(stream.WritesDone());
  EXPECT_FALSE(stream.Read(line));
  EXPECT_TRUE(stream.Finish().ok());
  RecordProperty("answered", answered);
}

TEST_F(TlsReloadTest, WrongFilesAreToldOnceAndTheLastGoodOnesStay) {
  Files files("server");
  Serve(files);
  struct Wrong {
    std::function<void()> put;
    std::string told;
  };
  const std::vector<Wrong> all = {
      {[&] { files.Put("server2", "server"); }, "does not belong"},
      {[&] { files.Put("expired", "expired"); }, "expired on"},
      {[&] { files.Put("truncated", "server"); }, "cut off"},
      {[&] { files.Remove(); }, "there is none"},
  };
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].put();
    ASSERT_TRUE(Eventually([&] { return keeper_->refused() == i + 1; }));
    EXPECT_EQ(Handshake(server_->port()), "/CN=localhost");
    EXPECT_EQ(Ask(TlsClient(server_->port())), kNobody);
  }
  // Some looks later it has not been told again.
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(keeper_->refused(), all.size());
  EXPECT_EQ(keeper_->reloads(), 0u);
  files.Put("server2", "server2");
  ASSERT_TRUE(Eventually([&] { return keeper_->reloads() == 1; }));
  EXPECT_EQ(Handshake(server_->port()), "/O=Second/CN=localhost");

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), all.size() + 1);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_NE(lines[i].find("those before stay in force"), std::string::npos);
    EXPECT_NE(lines[i].find(all[i].told), std::string::npos) << lines[i];
    EXPECT_NE(lines[i].find("/data/tls."), std::string::npos) << lines[i];
  }
  EXPECT_NE(lines.back().find("took up"), std::string::npos) << lines.back();
}

TEST_F(TlsReloadTest, AnotherAuthorityLetsOthersIn) {
  Files files("server", "root");
  Serve(files);
  const auto agrees = [&](const std::string& name) {
    return !Handshake(server_->port(), TLS1_2_VERSION, name).empty();
  };
  EXPECT_TRUE(agrees("client"));
  EXPECT_FALSE(agrees("client_other"));
  EXPECT_FALSE(agrees(""));
  files.Put("server", "server", "other");
  ASSERT_TRUE(Eventually([&] { return keeper_->reloads() == 1; }));
  EXPECT_FALSE(agrees("client"));
  EXPECT_TRUE(agrees("client_other"));
  EXPECT_FALSE(agrees(""));
}

TEST_F(TlsReloadTest, ACertificateThatEndsSoonIsWarnedOfOnce) {
  Files files("soon");
  Serve(files);
  EXPECT_LT(keeper_->not_after(), std::chrono::system_clock::now() + 24h * 6);
  EXPECT_GT(keeper_->not_after(), std::chrono::system_clock::now() + 24h * 4);
  files.Put("server", "server");
  ASSERT_TRUE(Eventually([&] { return keeper_->reloads() == 1; }));
  EXPECT_EQ(
      hawkmount::tls::UtcTime(keeper_->not_after()), "2099-12-31 23:59 UTC");
  // One look more, at least.
  files.Put("server2", "server2");
  ASSERT_TRUE(Eventually([&] { return keeper_->reloads() == 2; }));

  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0].find("tls.crt"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("expires in 5 days"), std::string::npos) << lines[0];
}

TEST_F(TlsReloadTest, TheThreadEndsWithItsKeeperAndTheServerGoesOn) {
  Files files("server");
  Serve(files);
  EXPECT_TRUE(Eventually([] { return ThreadRuns("hawkmount-tls"); }));
  keeper_.reset();
  EXPECT_TRUE(Eventually([] { return !ThreadRuns("hawkmount-tls"); }));
  EXPECT_EQ(Ask(TlsClient(server_->port())), kNobody);
}

TEST_F(TlsReloadTest, AStartWithWrongFilesTellsWhy) {
  Files files("server");
  files.Put("expired", "expired");
  const auto keeper = TlsKeeper::Start(files.options(), e2e::Quiet().logger);
  EXPECT_EQ(keeper.status().code(), absl::StatusCode::kFailedPrecondition);
  // That of a test before may still be in the kernel's list.
  EXPECT_TRUE(Eventually([] { return !ThreadRuns("hawkmount-tls"); }));
}

}  // namespace
}  // namespace tls_test
