#ifndef HAWKMOUNT_TLS_H_
#define HAWKMOUNT_TLS_H_

#include <chrono>
#include <string>
#include <vector>

namespace hawkmount {

// Whether callers show a certificate of their own (mutual TLS).
enum class ClientCertificate : unsigned char {
  kNotAsked,
  // Asked for; one that is shown must be valid.
  kOptional,
  kRequired,
};

// TLS out of files. All are read and checked at the start: what is missing,
// does not parse or match, or is not valid today is told by App::Start, by its
// name. Changed files are taken up while serving, and calls go on; files that
// are wrong then are told in the log, and the last good ones stay in force.
struct TlsOptions {
  // PEM: the server's certificate, then those between it and the root.
  std::string certificate_file;
  // PEM: its private key, not encrypted.
  std::string key_file;
  // PEM: the authorities that sign callers' certificates. Needed when these are
  // asked for.
  std::string client_ca_file{};
  ClientCertificate client_certificate = ClientCertificate::kNotAsked;
  // How often the files are looked at.
  std::chrono::milliseconds reload_interval{10000};
  // A certificate that ends sooner than this is warned of, once a day.
  std::chrono::hours expiry_warning{24 * 14};
};

// Who a caller is, as its certificate says. Empty without mutual TLS.
struct PeerIdentity {
  std::string subject;      // "CN=billing,O=Acme"
  std::string common_name;  // "billing"
  std::vector<std::string> dns_names;
  std::vector<std::string> uris;  // as "spiffe://acme.example/billing"
  std::vector<std::string> emails;
  std::vector<std::string> ip_addresses;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_TLS_H_
