// TLS on real sockets: who is let in, and as whom.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "certificates.h"
#include "handlers.h"
#include "plain_server.h"
#include "tls/keeper.h"
#include "tls_client.h"

namespace tls_test {
namespace {

using namespace std::chrono_literals;
using hawkmount::ClientCertificate;
using hawkmount::TlsOptions;
using hawkmount::tls::TlsKeeper;

constexpr char kNobody[] = "|||||";
constexpr char kRefused[] = "UNAVAILABLE";
constexpr char kBilling[] =
    "CN=billing,O=Acme|billing|billing.acme.example|spiffe://acme.example/"
    "billing|billing@acme.example|192.0.2.7,2001:db8::7";

std::unique_ptr<TlsKeeper> Keep(
    ClientCertificate mode, const std::string& certificate = "server") {
  const Certificates& certificates = Certificates::Get();
  TlsOptions options{
      .certificate_file = certificates.Path(certificate + ".crt"),
      .key_file = certificates.Path(
          (certificate == "chain" ? "leaf" : certificate) + ".key"),
      .client_certificate = mode};
  if (mode != ClientCertificate::kNotAsked) {
    options.client_ca_file = certificates.Path("root.crt");
  }
  auto keeper = TlsKeeper::Start(options, e2e::Quiet().logger);
  EXPECT_TRUE(keeper.ok()) << keeper.status();
  return keeper.ok() ? *std::move(keeper) : nullptr;
}

// A server, and the keeper of its certificates.
struct Served {
  explicit Served(
      ClientCertificate mode, const std::string& certificate = "server")
      : keeper(Keep(mode, certificate)), server(keeper->credentials()) {}
  int port() const { return server.port(); }

  std::unique_ptr<TlsKeeper> keeper;
  PlainServer server;
};

size_t OpenDescriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

// Closed connections are let go of soon after.
void ExpectDescriptors(size_t at_most) {
  for (int i = 0; i < 6000 && OpenDescriptors() > at_most; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_LE(OpenDescriptors(), at_most);
}

TEST(TlsTest, WhoIsLetInAndAsWhom) {
  struct Case {
    std::string shown;
    std::string not_asked;
    std::string optional;
    std::string required;
  };
  const std::vector<Case> cases = {
      {"", kNobody, kNobody, kRefused},
      {"client", kNobody, kBilling, kBilling},
      {"client_expired", kNobody, kRefused, kRefused},
      {"client_other", kNobody, kRefused, kRefused},
  };
  const Served not_asked(ClientCertificate::kNotAsked);
  const Served optional(ClientCertificate::kOptional);
  const Served required(ClientCertificate::kRequired);
  for (const Case& a : cases) {
    SCOPED_TRACE(a.shown);
    EXPECT_EQ(Ask(TlsClient(not_asked.port(), a.shown)), a.not_asked);
    EXPECT_EQ(Ask(TlsClient(optional.port(), a.shown)), a.optional);
    EXPECT_EQ(Ask(TlsClient(required.port(), a.shown)), a.required);
  }
}

TEST(TlsTest, CallersDoNotTakeAServerOfAnotherAuthority) {
  const Served served(ClientCertificate::kNotAsked);
  EXPECT_EQ(Ask(TlsClient(served.port(), "", "other")), kRefused);
  EXPECT_EQ(Ask(TlsClient(served.port())), kNobody);
}

TEST(TlsTest, TheWholeChainIsShown) {
  const Served served(ClientCertificate::kNotAsked, "chain");
  EXPECT_EQ(Ask(TlsClient(served.port())), kNobody);
}

TEST(TlsTest, OldVersionsAreRefused) {
  const Served served(ClientCertificate::kNotAsked);
  EXPECT_EQ(Handshake(served.port(), TLS1_VERSION), "");
  EXPECT_EQ(Handshake(served.port(), TLS1_1_VERSION), "");
  EXPECT_EQ(Handshake(served.port(), TLS1_2_VERSION), "/CN=localhost");
  EXPECT_EQ(Handshake(served.port(), TLS1_3_VERSION), "/CN=localhost");
}

TEST(TlsTest, APlaintextCallerOfATlsPortFailsAndLeavesNothing) {
  const Served served(ClientCertificate::kNotAsked);
  EXPECT_EQ(Ask(TlsClient(served.port())), kNobody);
  const size_t before = OpenDescriptors();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Ask(e2e::ClientOf(served.port())), kRefused);
  }
  EXPECT_EQ(Ask(TlsClient(served.port())), kNobody);
  ExpectDescriptors(before + 2);
}

TEST(TlsTest, ATlsCallerOfAPlaintextPortFailsAndLeavesNothing) {
  const PlainServer server(grpc::InsecureServerCredentials());
  EXPECT_EQ(Ask(e2e::ClientOf(server.port())), kNobody);
  const size_t before = OpenDescriptors();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Ask(TlsClient(server.port())), kRefused);
  }
  EXPECT_EQ(Ask(e2e::ClientOf(server.port())), kNobody);
  ExpectDescriptors(before + 2);
}

// A listener of one's own may hand connections to gRPC.
TEST(TlsTest, ConnectionsThatAreHandedOverAreEncryptedToo) {
  const auto keeper = Keep(ClientCertificate::kRequired);
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  const PlainServer server(keeper->credentials(), &acceptor);
  ASSERT_NE(acceptor, nullptr);
  const Listener listener;
  const auto client = TlsClient(listener.port(), "client");
  std::string answer;
  std::jthread caller([&] { answer = Ask(client); });
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters taken;
  taken.fd = listener.Accept();
  acceptor->HandleNewConnection(&taken);
  caller.join();
  EXPECT_EQ(answer, kBilling);
}

TEST(TlsTest, StalledHandshakesHoldNobodyUp) {
  const Served served(ClientCertificate::kRequired);
  EXPECT_EQ(Ask(TlsClient(served.port(), "client")), kBilling);
  const size_t before = OpenDescriptors();
  {
    std::vector<std::unique_ptr<Socket>> stalled;
    for (int i = 0; i < 100; ++i) {
      stalled.push_back(std::make_unique<Socket>(served.port()));
      // The beginning of a client's hello, and no more.
      const char hello[] = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01};
      ASSERT_EQ(write(stalled.back()->number(), hello, i % 7), i % 7);
    }
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(Ask(TlsClient(served.port(), "client")), kBilling);
    }
  }
  EXPECT_EQ(Ask(TlsClient(served.port(), "client")), kBilling);
  ExpectDescriptors(before + 2);
}

}  // namespace
}  // namespace tls_test
