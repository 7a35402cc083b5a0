// Every way in which TLS files can be wrong, and what is told of it.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "certificate_files.h"

namespace tls_test {
namespace {

using Code = absl::StatusCode;

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

}  // namespace
}  // namespace tls_test
