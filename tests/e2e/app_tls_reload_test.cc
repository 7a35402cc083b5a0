// An app whose certificates are replaced while it serves.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "certificates.h"
#include "handlers.h"
#include "oracle.h"
#include "sockets.h"
#include "tls_client.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using tls_test::Certificates;
using tls_test::TlsClient;

// A certificate and its key, which change both at once, by a link, as
// Kubernetes changes a secret.
class Secret {
 public:
  explicit Secret(const std::string& name) { Put(name, name); }

  void Put(const std::string& certificate, const std::string& key) {
    const std::string version = "version" + std::to_string(++version_);
    std::filesystem::create_directory(files_.Path(version));
    const Certificates& made = Certificates::Get();
    files_.Write(version + "/tls.crt", made.Text(certificate + ".crt"));
    files_.Write(version + "/tls.key", made.Text(key + ".key"));
    std::filesystem::create_directory_symlink(version, files_.Path("next"));
    std::filesystem::rename(files_.Path("next"), files_.Path("data"));
  }

  hawkmount::TlsOptions options() const {
    return {
        .certificate_file = files_.Path("data/tls.crt"),
        .key_file = files_.Path("data/tls.key"),
        .reload_interval = 20ms};
  }

 private:
  Certificates files_;
  int version_ = 0;
};

// Whom callers who connect now meet, sooner or later.
bool Becomes(int port, const std::string& subject) {
  return Eventually([&] { return tls_test::Handshake(port) == subject; });
}

// H23, T4.
TEST(AppTlsReloadTest, TwentyChangesUnderLoadFailNoCall) {
  Secret secret("server");
  BlockingGreeter greeter;
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(
      GreeterMount(greeter),
      {.host = "127.0.0.1", .port = 0, .tls = secret.options()});
  ASSERT_TRUE(app.Start().ok());
  const int port = mount.port();

  Ledger ledger;
  std::atomic<int> failed = 0;
  std::atomic<int> answered = 0;
  std::atomic<bool> over = false;
  const auto call = [&](const GreeterClient& client) {
    const absl::Status status =
        client.SayHello(SayHelloRequest(), {.timeout = 60s}).status();
    ledger.Add("SayHello", status);
    ++(status.ok() ? answered : failed);
  };
  std::vector<std::jthread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!over) call(TlsClient(port));  // a connection each
    });
  }
  callers.emplace_back([&] {
    const GreeterClient lasting = TlsClient(port);
    while (!over) call(lasting);
  });
  const GreeterClient talker = TlsClient(port);
  auto stream = talker.Chat({.timeout = 300s});
  ChatResponse line;
  for (int i = 1; i <= 20; ++i) {
    const bool second = i % 2 == 1;
    const std::string name = second ? "server2" : "server";
    secret.Put(name, name);
    ASSERT_TRUE(
        Becomes(port, second ? "/O=Second/CN=localhost" : "/CN=localhost"));
    ASSERT_TRUE(stream.Write({}));
    ASSERT_TRUE(stream.Read(line));
    const int before = answered;
    ASSERT_TRUE(Eventually([&] { return answered >= before + 8; }));
  }
  over = true;
  callers.clear();
  stream.WritesDone();
  const absl::Status last = stream.Finish();
  EXPECT_TRUE(last.ok()) << last;
  ledger.Add("Chat", last);
  EXPECT_EQ(failed, 0);
  std::printf("%d calls answered during 20 changes\n", answered.load());
  CheckTruth(app, ledger);

  // One that is wrong is not taken up, and the next that is right is.
  secret.Put("server2", "client");
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(tls_test::Handshake(port), "/CN=localhost");
  secret.Put("server2", "server2");
  EXPECT_TRUE(Becomes(port, "/O=Second/CN=localhost"));
  EXPECT_TRUE(app.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
