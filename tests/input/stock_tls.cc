// Certificates that hawkmount refuses by name, and gRPC alone does not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <memory>
#include <string>

#include "certificates.h"
#include "stock.h"

namespace stock {
namespace {

using testing::HasSubstr;
using testing::Not;
using tls_test::Certificates;

// A server with NAME.crt and KEY.key; null if gRPC refuses.
struct TlsServer {
  TlsServer(const std::string& name, const std::string& key) {
    const Certificates& files = Certificates::Get();
    grpc::SslServerCredentialsOptions options;
    options.pem_key_cert_pairs = {
        {files.Text(key + ".key"), files.Text(name + ".crt")}};
    grpc::ServerBuilder builder;
    builder.RegisterService(&service);
    builder.AddListeningPort(
        "127.0.0.1:0", grpc::SslServerCredentials(options), &port);
    server = builder.BuildAndStart();
  }

  Greeter::Service service;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

// What OpenSSL's client says of the server at the port.
std::string Visit(int port) {
  const std::string command =
      "openssl s_client -connect 127.0.0.1:" + std::to_string(port) +
      " -alpn h2 -CAfile " + Certificates::Get().Path("root.crt") +
      " </dev/null 2>&1";
  FILE* const output = popen(command.c_str(), "r");
  EXPECT_NE(output, nullptr);
  std::string text;
  char piece[4096];
  while (fgets(piece, sizeof(piece), output) != nullptr) text += piece;
  pclose(output);
  return text;
}

TEST(StockTlsTest, AnExpiredCertificateIsServedWithoutAWord) {
  const TlsServer good("server", "server");
  ASSERT_NE(good.server, nullptr);
  const std::string expired = "certificate has expired";
  EXPECT_THAT(Visit(good.port), Not(HasSubstr(expired)));
  const GrpcLog log;
  const TlsServer bad("expired", "expired");
  ASSERT_NE(bad.server, nullptr);
  EXPECT_EQ(log.text(), "");
  EXPECT_THAT(Visit(bad.port), HasSubstr(expired));
}

TEST(StockTlsTest, AnothersKeyIsRefusedInTheLogAlone) {
  const GrpcLog log;
  const TlsServer mismatched("server", "client");
  EXPECT_EQ(mismatched.server, nullptr);
  EXPECT_THAT(log.text(), HasSubstr("Invalid private key"));
}

}  // namespace
}  // namespace stock
