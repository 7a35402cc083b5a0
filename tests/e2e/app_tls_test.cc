// TLS through the options of a mount, on real connections. The ids are those of
// the features that each test shows.

#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "certificate_files.h"
#include "grpc/health/v1/health.hawkmount.pb.h"
#include "handlers.h"
#include "hawkmount/await.h"
#include "tls_client.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

const hawkmount::CallOptions kPatience{.timeout = 60s};

hawkmount::MountOptions Local() { return {.host = "127.0.0.1", .port = 0}; }

// Greets callers by the name in their certificates, in both styles.
class BlockingHost final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting(context.identity().common_name);
    return absl::OkStatus();
  }
};
class CoroutineHost final : public GreeterHandler {
 public:
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    co_await hawkmount::Sleep(1ms);
    response.set_greeting(context.identity().common_name);
    co_return absl::OkStatus();
  }
};

// H23: files in the options; H8: also after a stop.
TEST(AppTlsTest, MutualTlsNamesTheCallerInBothStyles) {
  hawkmount::MountOptions options = Local();
  options.tls = tls_test::Options("server.crt", "server.key", "root.crt");
  BlockingHost blocking;
  CoroutineHost coroutine;
  hawkmount::App app(Quiet());
  std::vector<hawkmount::MountHandle*> mounts = {
      &app.Mount(GreeterMount(blocking), options),
      &app.Mount(GreeterMount(coroutine), options)};
  for (int i = 0; i < 2; ++i) {
    const absl::Status started = app.Start();
    ASSERT_TRUE(started.ok()) << started;
    for (const auto* mount : mounts) {
      const int port = mount->port();
      EXPECT_EQ(tls_test::Ask(tls_test::TlsClient(port, "client")), "billing");
      EXPECT_EQ(tls_test::Ask(tls_test::TlsClient(port)), "UNAVAILABLE");
      EXPECT_EQ(
          ClientOf(port).SayHello({}, kPatience).status().code(),
          absl::StatusCode::kUnavailable);
    }
    EXPECT_TRUE(app.Shutdown(5s).ok());
  }
}

// H23: credentials as they are; a file that is missing is named.
TEST(AppTlsTest, CredentialsAndWrongFiles) {
  const tls_test::Certificates& files = tls_test::Certificates::Get();
  grpc::SslServerCredentialsOptions own;
  own.pem_key_cert_pairs = {
      {files.Text("server.key"), files.Text("server.crt")}};
  hawkmount::MountOptions options = Local();
  options.credentials = grpc::SslServerCredentials(own);
  CoroutineGreeter greeter;
  hawkmount::App served(Quiet());
  auto& mount = served.Mount(GreeterMount(greeter), options);
  ASSERT_TRUE(served.Start().ok());
  EXPECT_EQ(tls_test::Ask(tls_test::TlsClient(mount.port())), "Hello, ");

  hawkmount::App app(Quiet());
  options.credentials = nullptr;
  options.tls = tls_test::Options("missing.crt", "server.key");
  app.Mount(GreeterMount(greeter), options);
  const absl::Status refused = app.Start();
  EXPECT_NE(
      refused.message().find(files.Path("missing.crt")),
      absl::string_view::npos)
      << refused;
}

// H60 over gRPC: probes need no certificate.
TEST(AppTlsTest, AHealthPortBesideTls) {
  hawkmount::MountOptions options = Local();
  options.tls = tls_test::Options("server.crt", "server.key");
  options.health_port = 0;
  CoroutineGreeter greeter;
  hawkmount::App app(Quiet());
  auto& mount = app.Mount(GreeterMount(greeter), options);
  ASSERT_TRUE(app.Start().ok());
  ASSERT_GT(mount.health_port(), 0);
  const auto probe = hawkmount::Channel::Insecure(
      absl::StrCat("127.0.0.1:", mount.health_port()));
  EXPECT_EQ(
      grpc::health::v1::HealthClient(probe).Check({}, kPatience)->status(),
      grpc::health::v1::HealthCheckResponse::SERVING);
  // Nothing else is there in plaintext.
  EXPECT_EQ(
      GreeterClient(probe).SayHello({}, kPatience).status().code(),
      absl::StatusCode::kUnimplemented);
  EXPECT_EQ(tls_test::Ask(tls_test::TlsClient(mount.port())), "Hello, ");
}

}  // namespace
}  // namespace e2e
