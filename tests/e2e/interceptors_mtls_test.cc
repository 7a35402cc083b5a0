// Callers that are known by their certificates, in both styles.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "certificates.h"
#include "handlers.h"
#include "hawkmount/interceptors/mtls_identity.h"
#include "tls_client.h"

namespace tls_test {
namespace {

using namespace acme::greeter::v1;  // NOLINT: the service under test
using namespace std::chrono_literals;
using hawkmount::Facts;
using hawkmount::MtlsIdentity;
using hawkmount::PeerIdentity;

class BlockingHost final : public GreeterHandler {
 public:
  using Needs = Facts<PeerIdentity>;
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting(context.Get<PeerIdentity>()->uris.at(0));
    return absl::OkStatus();
  }
};

class CoroutineHost final : public GreeterHandler {
 public:
  using Needs = Facts<PeerIdentity>;
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting(context.Get<PeerIdentity>()->uris.at(0));
    return absl::OkStatus();
  }
};

template <class Host>
class MtlsIdentityTest : public testing::Test {
 protected:
  // What a call comes to of a server that these may call.
  std::string Ask(
      std::vector<std::string> allowed, const std::string& certificate) {
    const Certificates& certificates = Certificates::Get();
    Host host;
    hawkmount::App app(e2e::Quiet());
    auto& mount = app.Mount(
        GreeterMount(host, MtlsIdentity({.allowed = std::move(allowed)})),
        {.host = "127.0.0.1",
         .port = 0,
         .tls = hawkmount::TlsOptions{
             .certificate_file = certificates.Path("server.crt"),
             .key_file = certificates.Path("server.key"),
             .client_ca_file = certificates.Path("root.crt"),
             .client_certificate = hawkmount::ClientCertificate::kOptional}});
    EXPECT_TRUE(app.Start().ok());
    const auto answer =
        TlsClient(mount.port(), certificate).SayHello({}, {.timeout = 60s});
    EXPECT_TRUE(app.Shutdown(5s).ok());
    return answer.ok() ? answer->greeting() : answer.status().ToString();
  }
};

using Hosts = testing::Types<BlockingHost, CoroutineHost>;
TYPED_TEST_SUITE(MtlsIdentityTest, Hosts);

TYPED_TEST(MtlsIdentityTest, WhoComesIn) {
  const std::string billing = "spiffe://acme.example/billing";
  EXPECT_EQ(this->Ask({}, "client"), billing);
  EXPECT_EQ(this->Ask({"x", billing}, "client"), billing);
  EXPECT_EQ(this->Ask({"spiffe://acme.example/*"}, "client"), billing);
  EXPECT_EQ(this->Ask({"billing.acme.example"}, "client"), billing);
  EXPECT_EQ(
      this->Ask({"spiffe://acme.example/shop"}, "client"),
      "PERMISSION_DENIED: the caller's certificate is not that of one who may "
      "call");
  EXPECT_EQ(
      this->Ask({}, ""),
      "UNAUTHENTICATED: the caller shows no certificate: use mutual TLS");
}

TEST(IsAllowedTest, GoesByAlternativeNames) {
  const PeerIdentity identity{
      .subject = "CN=boss",
      .common_name = "boss",
      .dns_names = {"a.example"},
      .uris = {"spiffe://acme/shop"},
      .emails = {"a@acme.example"},
      .ip_addresses = {"192.0.2.7"}};
  for (const char* name :
       {"a.example",
        "spiffe://acme/shop",
        "spiffe://acme/*",
        "a@acme.example",
        "192.0.2.7",
        "192.0.2.*",
        "*"}) {
    EXPECT_TRUE(hawkmount::IsAllowed(identity, {name})) << name;
  }
  for (const char* name :
       {"", "boss", "CN=boss", "*.example", "spiffe://acme", "a.exampl"}) {
    EXPECT_FALSE(hawkmount::IsAllowed(identity, {name})) << name;
  }
  PeerIdentity nameless;
  nameless.subject = "CN=x";
  EXPECT_FALSE(hawkmount::IsAllowed(nameless, {"*"}));
}

}  // namespace
}  // namespace tls_test
