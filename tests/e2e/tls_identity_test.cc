// Handlers see who calls them, in both styles.

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "certificates.h"
#include "engine/server.h"
#include "handlers.h"
#include "hawkmount/await.h"
#include "observe/log_writer.h"
#include "plain_server.h"
#include "tls/keeper.h"
#include "tls_client.h"

namespace tls_test {
namespace {

using namespace std::chrono_literals;
using namespace acme::greeter::v1;  // NOLINT: the service under test
using hawkmount::ClientCertificate;
namespace engine = hawkmount::engine;
namespace observe = hawkmount::observe;

// Greets whoever calls, whatever the name in the request.
class BlockingHost final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting(Text(context.identity()));
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
    response.set_greeting(Text(context.identity()));
    co_return absl::OkStatus();
  }
};

// What a call of a mount that is served with some credentials answers.
std::string AskMount(
    const hawkmount::Mount& mount,
    const std::shared_ptr<grpc::ServerCredentials>& credentials,
    const std::function<GreeterClient(int)>& client) {
  const auto logger = e2e::Quiet().logger;
  int port = 0;
  engine::ServerConfig config;
  config.logger = logger;
  config.metrics = std::make_shared<observe::Metrics>(observe::Side::kServer);
  config.log_writer =
      std::make_shared<observe::LogWriter>(logger, hawkmount::LogFormat());
  config.workers = std::make_shared<engine::Workers>(1, 1);
  config.watch = std::make_shared<engine::Watch>(logger);
  config.configure = [&](grpc::ServerBuilder& builder) {
    builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  };
  config.mounts.push_back({mount, true});
  const auto server = engine::Server::Start(config);
  EXPECT_TRUE(server.ok()) << server.status();
  std::string answer = Ask(client(port));
  EXPECT_TRUE((*server)->Stop(10s).ok());
  return answer;
}

TEST(TlsIdentityTest, HandlersSeeTheCertificateThatTheirCallerShowed) {
  const Certificates& certificates = Certificates::Get();
  const auto keeper = hawkmount::tls::TlsKeeper::Start(
      {.certificate_file = certificates.Path("server.crt"),
       .key_file = certificates.Path("server.key"),
       .client_ca_file = certificates.Path("root.crt"),
       .client_certificate = ClientCertificate::kOptional},
      e2e::Quiet().logger);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  BlockingHost blocking;
  CoroutineHost coroutine;
  for (const GreeterMount& mount :
       {GreeterMount(blocking), GreeterMount(coroutine)}) {
    EXPECT_EQ(
        AskMount(
            mount,
            (*keeper)->credentials(),
            [](int port) { return TlsClient(port, "client"); }),
        "CN=billing,O=Acme|billing|billing.acme.example|spiffe://acme.example/"
        "billing|billing@acme.example|192.0.2.7,2001:db8::7");
    EXPECT_EQ(
        AskMount(
            mount,
            (*keeper)->credentials(),
            [](int port) { return TlsClient(port); }),
        "|||||");
    EXPECT_EQ(
        AskMount(mount, grpc::InsecureServerCredentials(), e2e::ClientOf),
        "|||||");
  }
}

}  // namespace
}  // namespace tls_test
