#include "tls/certificate_check.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tls/certificate_names.h"
#include "tls/pem.h"

namespace hawkmount::tls {
namespace {

using std::chrono::system_clock;

struct SslFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

PemFile CertificateFile(const TlsOptions& options) {
  return {"certificate", options.certificate_file};
}
PemFile KeyFile(const TlsOptions& options) { return {"key", options.key_file}; }
PemFile ClientCaFile(const TlsOptions& options) {
  return {"client CA", options.client_ca_file};
}

absl::Status WrongContent(
    const PemFile& file, std::string_view wrong, std::string_view way_out) {
  return Wrong(absl::StatusCode::kInvalidArgument, file, wrong, way_out);
}

system_clock::time_point TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return system_clock::from_time_t(timegm(&parts));
}

// "it" or "its certificate 2", the server's own being the first.
std::string Named(size_t index) {
  return index == 0 ? "the certificate"
                    : absl::StrCat("its certificate ", index + 1);
}

absl::Status CheckDates(
    const PemFile& file,
    const std::string& named,
    const X509& certificate,
    system_clock::time_point now) {
  const auto not_after = TimeOf(X509_get0_notAfter(&certificate));
  const auto not_before = TimeOf(X509_get0_notBefore(&certificate));
  if (not_after < now) {
    return Wrong(
        absl::StatusCode::kFailedPrecondition,
        file,
        absl::StrCat(named, " expired on ", UtcTime(not_after)),
        "renew it");
  }
  if (not_before > now) {
    return Wrong(
        absl::StatusCode::kFailedPrecondition,
        file,
        absl::StrCat(named, " is not valid before ", UtcTime(not_before)),
        "wait, use another, or set this machine's clock");
  }
  return absl::OkStatus();
}

// That each certificate is signed by the next one.
absl::Status CheckChain(
    const PemFile& file, const std::vector<Certificate>& chain) {
  for (size_t i = 0; i + 1 < chain.size(); ++i) {
    X509* signer = chain[i + 1].get();
    const bool issued =
        X509_check_issued(signer, chain[i].get()) == X509_V_OK &&
        X509_verify(chain[i].get(), X509_get0_pubkey(signer)) == 1;
    ERR_clear_error();
    if (issued) continue;
    return WrongContent(
        file,
        absl::StrCat(
            Named(i), " is not signed by the one after it, number ", i + 2),
        "put the server's certificate first, then the one that signed it, "
        "and so on");
  }
  return absl::OkStatus();
}

absl::Status CheckKey(
    const TlsOptions& options,
    const std::vector<Certificate>& chain,
    EVP_PKEY* key) {
  const PemFile file = KeyFile(options);
  const auto matches = [key](const Certificate& certificate) {
    const bool match = X509_check_private_key(certificate.get(), key) == 1;
    ERR_clear_error();
    return match;
  };
  if (matches(chain.front())) return absl::OkStatus();
  if (std::any_of(chain.begin(), chain.end(), matches)) {
    return WrongContent(
        CertificateFile(options),
        absl::StrCat(
            "the certificate that belongs to ",
            options.key_file,
            " is not the first"),
        "put the server's certificate first, then the one that signed it, "
        "and so on");
  }
  return WrongContent(
      file,
      absl::StrCat(
          "the key does not belong to the certificate in ",
          options.certificate_file),
      "give the files that were made together");
}

// What OpenSSL itself would refuse to serve with, as keys that are too weak.
absl::Status CheckUsable(
    const TlsOptions& options,
    const std::vector<Certificate>& chain,
    EVP_PKEY* key) {
  const PemFile file = CertificateFile(options);
  if (X509_check_purpose(chain.front().get(), X509_PURPOSE_SSL_SERVER, 0) !=
      1) {
    ERR_clear_error();
    return WrongContent(
        file,
        "the certificate is not for servers",
        "ask for one with the extended key usage serverAuth");
  }
  const std::unique_ptr<SSL_CTX, SslFree> context(
      SSL_CTX_new(TLS_server_method()));
  bool usable =
      context != nullptr &&
      SSL_CTX_use_certificate(context.get(), chain.front().get()) == 1 &&
      SSL_CTX_use_PrivateKey(context.get(), key) == 1;
  for (size_t i = 1; usable && i < chain.size(); ++i) {
    usable = SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1;
  }
  if (usable) return absl::OkStatus();
  return WrongContent(
      file,
      absl::StrCat("OpenSSL refuses it (", OpenSslReason(), ")"),
      "use RSA of 2048 bits or more, or P-256, signed with SHA-256");
}

// A bundle of authorities may hold some that are over, but not only such.
absl::StatusOr<std::string> CheckClientCa(
    const TlsOptions& options,
    const std::string& text,
    system_clock::time_point now) {
  const PemFile file = ClientCaFile(options);
  absl::StatusOr<std::vector<Certificate>> authorities =
      ParseCertificates(file, text);
  if (!authorities.ok()) return authorities.status();
  absl::Status invalid;
  bool valid = false;
  for (size_t i = 0; i < authorities->size(); ++i) {
    X509* certificate = (*authorities)[i].get();
    if (X509_check_ca(certificate) == 0) {
      return WrongContent(
          file,
          absl::StrCat(Named(i), " is not an authority's"),
          "give the certificates that sign callers' certificates");
    }
    absl::Status dates = CheckDates(file, Named(i), *certificate, now);
    valid = valid || dates.ok();
    invalid.Update(dates);
  }
  if (!valid) return invalid;
  return ToPem(*authorities);
}

}  // namespace

std::string UtcTime(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return std::string(
      text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &parts));
}

absl::Status CheckTlsOptions(const TlsOptions& options) {
  if (options.certificate_file.empty() || options.key_file.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "tls.",
        options.certificate_file.empty() ? "certificate_file" : "key_file",
        " is empty: name the PEM file"));
  }
  const bool asked = options.client_certificate != ClientCertificate::kNotAsked;
  if (asked && options.client_ca_file.empty()) {
    return absl::InvalidArgumentError(
        "tls.client_certificate asks callers for a certificate, and "
        "tls.client_ca_file is empty: name the PEM file of the authorities "
        "that sign them");
  }
  if (!asked && !options.client_ca_file.empty()) {
    return absl::InvalidArgumentError(
        "tls.client_ca_file is set, and tls.client_certificate asks nobody for "
        "a certificate: set it to kOptional or kRequired, or leave the file "
        "out");
  }
  if (options.reload_interval <= std::chrono::milliseconds::zero()) {
    return absl::InvalidArgumentError(
        "tls.reload_interval is not over 0: use 10 s, for example");
  }
  return absl::OkStatus();
}

absl::StatusOr<TlsFiles> ReadTlsFiles(const TlsOptions& options) {
  TlsFiles files;
  absl::StatusOr<std::string> text = ReadPem(CertificateFile(options));
  if (!text.ok()) return text.status();
  files.certificate = *std::move(text);
  text = ReadPem(KeyFile(options));
  if (!text.ok()) return text.status();
  files.key = *std::move(text);
  if (!options.client_ca_file.empty()) {
    text = ReadPem(ClientCaFile(options));
    if (!text.ok()) return text.status();
    files.client_ca = *std::move(text);
  }
  return files;
}

absl::StatusOr<TlsMaterial> CheckTlsFiles(
    const TlsOptions& options,
    const TlsFiles& files,
    system_clock::time_point now) {
  absl::StatusOr<std::vector<Certificate>> chain =
      ParseCertificates(CertificateFile(options), files.certificate);
  if (!chain.ok()) return chain.status();
  absl::StatusOr<Key> key = ParseKey(KeyFile(options), files.key);
  if (!key.ok()) return key.status();

  absl::Status status = CheckKey(options, *chain, key->get());
  if (status.ok()) status = CheckChain(CertificateFile(options), *chain);
  for (size_t i = 0; status.ok() && i < chain->size(); ++i) {
    status = CheckDates(CertificateFile(options), Named(i), *(*chain)[i], now);
  }
  if (status.ok()) status = CheckUsable(options, *chain, key->get());
  if (!status.ok()) return status;

  TlsMaterial material;
  if (!options.client_ca_file.empty()) {
    absl::StatusOr<std::string> authorities =
        CheckClientCa(options, files.client_ca, now);
    if (!authorities.ok()) return authorities.status();
    material.client_ca = *std::move(authorities);
  }
  material.certificate_chain = ToPem(*chain);
  material.key = files.key;
  material.identity = NamesOf(*chain->front());
  material.not_after = TimeOf(X509_get0_notAfter(chain->front().get()));
  return material;
}

}  // namespace hawkmount::tls
