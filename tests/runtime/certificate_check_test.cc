// What is told of TLS files before anything is served with them.

#include "tls/certificate_check.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "certificates.h"
#include "tls/expiry.h"

namespace hawkmount::tls {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;
using tls_test::Certificates;
using Code = absl::StatusCode;

std::string Path(const std::string& name) {
  return name.empty() ? "" : Certificates::Get().Path(name);
}

TlsOptions Options(
    const std::string& certificate,
    const std::string& key,
    const std::string& client_ca = "") {
  return {
      .certificate_file = Path(certificate),
      .key_file = Path(key),
      .client_ca_file = Path(client_ca),
      .client_certificate = client_ca.empty() ? ClientCertificate::kNotAsked
                                              : ClientCertificate::kRequired};
}

absl::StatusOr<TlsMaterial> Check(const TlsOptions& options) {
  absl::StatusOr<TlsFiles> files = ReadTlsFiles(options);
  if (!files.ok()) return files.status();
  return CheckTlsFiles(options, *files, system_clock::now());
}

// Files, and what is told of them.
struct WrongFiles {
  std::string name;
  TlsOptions options;
  Code code;
  std::string file;   // the one that is named
  std::string wrong;  // what is wrong
  std::string way_out;
};

std::vector<WrongFiles> AllWrong() {
  constexpr Code kInvalid = Code::kInvalidArgument;
  constexpr Code kPrecondition = Code::kFailedPrecondition;
  const std::string s = "server.crt";
  const std::string k = "server.key";
  return {
      {"missing",
       Options("none.crt", k),
       Code::kNotFound,
       "none.crt",
       "there is none",
       "check the path"},
      {"missing key",
       Options(s, "none.key"),
       Code::kNotFound,
       "none.key",
       "there is none",
       "check the path"},
      {"missing CA",
       Options(s, k, "none.crt"),
       Code::kNotFound,
       "none.crt",
       "there is none",
       "check the path"},
      {"under a file",
       Options("server.crt/x", k),
       Code::kNotFound,
       "server.crt/x",
       "there is none",
       "check the path"},
      {"directory",
       Options("root.db", k),
       kInvalid,
       "root.db",
       "a directory",
       "give the path"},
      {"empty",
       Options("empty.pem", k),
       kInvalid,
       "empty.pem",
       "empty",
       "write it anew"},
      {"empty key",
       Options(s, "empty.pem"),
       kInvalid,
       "empty.pem",
       "empty",
       "write it anew"},
      {"empty CA",
       Options(s, k, "empty.pem"),
       kInvalid,
       "empty.pem",
       "empty",
       "write it anew"},
      {"junk",
       Options("junk.pem", k),
       kInvalid,
       "junk.pem",
       "no certificate",
       "BEGIN"},
      {"junk key",
       Options(s, "junk.pem"),
       kInvalid,
       "junk.pem",
       "no private key",
       "BEGIN"},
      {"CA without certificates",
       Options(s, k, "junk.pem"),
       kInvalid,
       "junk.pem",
       "no certificate",
       "BEGIN"},
      {"DER",
       Options("server.der", k),
       kInvalid,
       "server.der",
       "DER",
       "-inform der"},
      {"truncated",
       Options("truncated.crt", k),
       kInvalid,
       "truncated.crt",
       "cut off",
       "-----END"},
      {"truncated key",
       Options(s, "truncated.key"),
       kInvalid,
       "truncated.key",
       "cut off",
       "-----END"},
      {"truncated CA",
       Options(s, k, "truncated.crt"),
       kInvalid,
       "truncated.crt",
       "cut off",
       "-----END"},
      {"chain cut off",
       Options("truncated_chain.crt", k),
       kInvalid,
       "truncated_chain.crt",
       "cut off",
       "-----END"},
      {"damaged",
       Options("damaged.crt", k),
       kInvalid,
       "damaged.crt",
       "certificate 1 does not parse",
       "write it anew"},
      {"key for certificate",
       Options(k, k),
       kInvalid,
       k,
       "a private key and no certificate",
       "swapped"},
      {"certificate for key",
       Options(s, s),
       kInvalid,
       s,
       "a certificate and no private key",
       "swapped"},
      {"key for CA",
       Options(s, k, k),
       kInvalid,
       k,
       "a private key and no certificate",
       "swapped"},
      {"encrypted key",
       Options(s, "encrypted.key"),
       kInvalid,
       "encrypted.key",
       "encrypted",
       "openssl pkey"},
      {"encrypted key, old form",
       Options(s, "encrypted_old.key"),
       kInvalid,
       "encrypted_old.key",
       "encrypted",
       "openssl pkey"},
      {"mismatched",
       Options(s, "server2.key"),
       kInvalid,
       "server2.key",
       "does not belong to the certificate in",
       "made together"},
      {"expired",
       Options("expired.crt", "expired.key"),
       kPrecondition,
       "expired.crt",
       "expired on 2021-01-01 00:00 UTC",
       "renew it"},
      {"not yet valid",
       Options("future.crt", "future.key"),
       kPrecondition,
       "future.crt",
       "not valid before 2090-01-01 00:00 UTC",
       "clock"},
      {"expired CA",
       Options(s, k, "old_ca.crt"),
       kPrecondition,
       "old_ca.crt",
       "expired on",
       "renew it"},
      {"CA that is none",
       Options(s, k, "ca_with_server.crt"),
       kInvalid,
       "ca_with_server.crt",
       "certificate 2 is not an authority's",
       "sign"},
      {"not for servers",
       Options("not_for_servers.crt", "not_for_servers.key"),
       kInvalid,
       "not_for_servers.crt",
       "not for servers",
       "serverAuth"},
      {"weak key",
       Options("weak.crt", "weak.key"),
       kInvalid,
       "weak.crt",
       "key too small",
       "2048"},
      {"chain backwards",
       Options("chain_backwards.crt", "leaf.key"),
       kInvalid,
       "chain_backwards.crt",
       "not the first",
       "server's certificate first"},
      {"chain with a gap",
       Options("chain_with_gap.crt", "leaf.key"),
       kInvalid,
       "chain_with_gap.crt",
       "not signed by",
       "server's certificate first"},
      {"chain of strangers",
       Options("chain_of_strangers.crt", "leaf.key"),
       kInvalid,
       "chain_of_strangers.crt",
       "not signed by",
       "server's certificate first"},
  };
}

void ExpectTells(const absl::Status& status, const WrongFiles& files) {
  const std::string message(status.message());
  EXPECT_EQ(status.code(), files.code) << message;
  for (const std::string& part :
       {"/" + files.file + ": ", files.wrong, files.way_out}) {
    EXPECT_NE(message.find(part), std::string::npos)
        << message << "\nlacks: " << part;
  }
}

TEST(CertificateCheckTest, WrongFilesAreToldByName) {
  const Certificates& certificates = Certificates::Get();
  certificates.Write(
      "truncated_chain.crt",
      certificates.Text("server.crt") + certificates.Text("truncated.crt"));
  for (const WrongFiles& files : AllWrong()) {
    SCOPED_TRACE(files.name);
    ExpectTells(Check(files.options).status(), files);
  }
}

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
