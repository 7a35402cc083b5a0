// What is told of TLS files before anything is served with them.

#include "tls/certificate_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "certificate_files.h"
#include "tls/expiry.h"

namespace hawkmount::tls {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;
using tls_test::Certificates;
using tls_test::Check;
using tls_test::Options;
using tls_test::Path;
using Code = absl::StatusCode;

TEST(CertificateCheckTest, EveryTruncationIsRefused) {
  const Certificates& certificates = Certificates::Get();
  for (const std::string file : {"server.crt", "server.key"}) {
    const std::string text = certificates.Text(file);
    TlsOptions options = Options("server.crt", "server.key");
    (file == "server.crt" ? options.certificate_file : options.key_file) =
        Path("cut.pem");
    // The last line's dashes and its end are dispensable.
    const size_t needed = text.rfind("-----END ");
    for (size_t size = 1; size < needed; size += 7) {
      certificates.Write("cut.pem", text.substr(0, size));
      EXPECT_EQ(Check(options).status().code(), Code::kInvalidArgument)
          << file << ", " << size << " bytes";
    }
    certificates.Write("cut.pem", text);
    EXPECT_TRUE(Check(options).ok()) << file;
  }
}

TEST(CertificateCheckTest, WhatIsNoFileDoesNotHoldItUp) {
  const std::string pipe = Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  TlsOptions options = Options("server.crt", "server.key");
  options.certificate_file = pipe;
  EXPECT_EQ(Check(options).status().code(), Code::kInvalidArgument);
  options.certificate_file = "/dev/zero";
  EXPECT_EQ(Check(options).status().code(), Code::kInvalidArgument);
  Certificates::Get().Write("large.crt", std::string(2 << 20, 'x'));
  options.certificate_file = Path("large.crt");
  EXPECT_EQ(Check(options).status().code(), Code::kInvalidArgument);
}

TEST(CertificateCheckTest, AFileThatMayNotBeReadIsToldByName) {
  ASSERT_EQ(chmod(Path("server2.key").c_str(), 0), 0);
  // Root may read everything, so nobody tries; what it says comes over a pipe.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    chmod(Path(".").c_str(), 0755);
    if (getuid() == 0 && setuid(65534) != 0) _exit(1);
    const std::string text =
        Check(Options("server2.crt", "server2.key")).status().ToString();
    _exit(write(ends[1], text.data(), text.size()) < 0);
  }
  close(ends[1]);
  std::string text(4096, '\0');
  const ssize_t size = read(ends[0], text.data(), text.size());
  close(ends[0]);
  ASSERT_EQ(chmod(Path("server2.key").c_str(), 0600), 0);
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  EXPECT_EQ(
      text,
      "PERMISSION_DENIED: the key file " + Path("server2.key") +
          ": it may not be read: let the user that the server runs as read it");
}

TEST(CertificateCheckTest, GoodFilesComeWithTheirNamesAndEnd) {
  for (const std::string chain : {"chain.crt", "chain_with_root.crt"}) {
    const auto material = Check(Options(chain, "leaf.key", "root.crt"));
    ASSERT_TRUE(material.ok()) << material.status();
    EXPECT_EQ(UtcTime(material->not_after), "2099-12-31 23:59 UTC");
    const PeerIdentity& identity = material->identity;
    EXPECT_EQ(identity.subject, "CN=leaf.acme.example,O=Acme");
    EXPECT_EQ(identity.common_name, "leaf.acme.example");
    EXPECT_EQ(
        identity.dns_names,
        (std::vector<std::string>{"localhost", "leaf.acme.example"}));
    EXPECT_EQ(
        identity.uris, std::vector<std::string>{"spiffe://acme.example/leaf"});
    EXPECT_EQ(identity.emails, std::vector<std::string>{"leaf@acme.example"});
    EXPECT_EQ(identity.ip_addresses, std::vector<std::string>{"127.0.0.1"});
    EXPECT_EQ(material->certificate_chain, Certificates::Get().Text(chain));
    EXPECT_EQ(material->client_ca, Certificates::Get().Text("root.crt"));
  }
}

TEST(CertificateCheckTest, OneFileMayHoldBothCertificateAndKey) {
  const Certificates& certificates = Certificates::Get();
  certificates.Write(
      "both.pem",
      "a comment\n" + certificates.Text("server.key") +
          certificates.Text("server.crt"));
  const auto material = Check(Options("both.pem", "both.pem"));
  ASSERT_TRUE(material.ok()) << material.status();
  EXPECT_EQ(material->certificate_chain, certificates.Text("server.crt"));
}

// The first piece of shell in docs/guide/tls.md.
TEST(CertificateCheckTest, TheGuidesCommandsMakeGoodFiles) {
  std::ostringstream guide;
  guide << std::ifstream(TLS_GUIDE).rdbuf();
  const std::string text = guide.str();
  const size_t begin = text.find("```sh\n") + 6;
  const size_t end = text.find("```", begin);
  ASSERT_NE(end, std::string::npos);
  const Certificates made;
  made.Write("make.sh", "set -e\n" + text.substr(begin, end - begin));
  const std::string command =
      "cd " + made.Path("") + " && bash make.sh >make.log 2>&1";
  ASSERT_EQ(std::system(command.c_str()), 0) << made.Text("make.log");

  TlsOptions options{
      .certificate_file = made.Path("tls.crt"),
      .key_file = made.Path("tls.key"),
      .client_ca_file = made.Path("ca.crt"),
      .client_certificate = ClientCertificate::kRequired};
  const auto material = Check(options);
  ASSERT_TRUE(material.ok()) << material.status();
  EXPECT_EQ(
      material->identity.dns_names, std::vector<std::string>{"localhost"});
  // The client's is fit for a client alone.
  options.certificate_file = made.Path("client.crt");
  options.key_file = made.Path("client.key");
  EXPECT_NE(
      Check(options).status().message().find("not for servers"),
      absl::string_view::npos);
}

TEST(CertificateCheckTest, ABundleMayHoldAnAuthorityThatIsOver) {
  EXPECT_TRUE(
      Check(Options("server.crt", "server.key", "ca_with_old.crt")).ok());
}

TEST(CertificateCheckTest, OptionsThatContradictEachOther) {
  const auto told = [](const TlsOptions& options) {
    return CheckTlsOptions(options).ToString();
  };
  TlsOptions options = Options("server.crt", "server.key");
  EXPECT_EQ(told(options), "OK");
  options.client_ca_file = Path("root.crt");
  EXPECT_NE(told(options).find("kRequired"), std::string::npos);
  options.client_certificate = ClientCertificate::kOptional;
  EXPECT_EQ(told(options), "OK");
  options.client_ca_file.clear();
  EXPECT_NE(told(options).find("client_ca_file is empty"), std::string::npos);
  EXPECT_NE(
      told(Options("", "server.key")).find("certificate_file is empty"),
      std::string::npos);
  EXPECT_NE(
      told(Options("server.crt", "")).find("key_file is empty"),
      std::string::npos);
  options = Options("server.crt", "server.key");
  options.reload_interval = {};
  EXPECT_NE(told(options).find("reload_interval"), std::string::npos);
}

TEST(ExpiryWarningTest, OnceADayWhenTheEndIsNear) {
  const auto end = system_clock::from_time_t(4'000'000'000);
  ExpiryWarning warning(hours(24 * 14));
  EXPECT_EQ(warning.Due(end - hours(24 * 20), end), std::nullopt);
  EXPECT_EQ(
      warning.Due(end - hours(24 * 13), end),
      "expires in 13 days, on 2096-10-02 07:06 UTC: renew it");
  EXPECT_EQ(warning.Due(end - hours(24 * 13 - 23), end), std::nullopt);
  EXPECT_NE(warning.Due(end - hours(24 * 12), end), std::nullopt);
  EXPECT_EQ(
      warning.Due(end - hours(30), end),
      "expires in 30 hours, on 2096-10-02 07:06 UTC: renew it");
  EXPECT_EQ(
      warning.Due(end + hours(1), end),
      "expired on 2096-10-02 07:06 UTC, callers refuse it: renew it");
  EXPECT_EQ(warning.Due(end + hours(2), end), std::nullopt);
  // A certificate after it.
  const auto next = end + hours(24 * 3);
  EXPECT_NE(warning.Due(end + hours(3), next), std::nullopt);
  EXPECT_EQ(warning.Due(end + hours(4), next), std::nullopt);
  EXPECT_EQ(warning.Due(end + hours(5), end + hours(24 * 90)), std::nullopt);
}

}  // namespace
}  // namespace hawkmount::tls
