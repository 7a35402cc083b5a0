#ifndef HAWKMOUNT_TESTS_TLS_TLS_CLIENT_H_
#define HAWKMOUNT_TESTS_TLS_TLS_CLIENT_H_

#include <arpa/inet.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "certificates.h"
#include "greeter.hawkmount.pb.h"

namespace tls_test {

inline hawkmount::Channel ChannelTo(
    int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return hawkmount::Channel(grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port), credentials, arguments));
}

// A client that trusts the authority in ROOT.crt, and shows NAME.crt if there
// is a name. A connection of its own.
inline acme::greeter::v1::GreeterClient TlsClient(
    int port, const std::string& name = "", const std::string& root = "root") {
  const Certificates& certificates = Certificates::Get();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = certificates.Text(root + ".crt");
  if (!name.empty()) {
    options.pem_cert_chain = certificates.Text(name + ".crt");
    options.pem_private_key = certificates.Text(name + ".key");
  }
  return acme::greeter::v1::GreeterClient(
      ChannelTo(port, grpc::SslCredentials(options)));
}

// What one call answers: a PlainServer's word on who called, or the status.
inline std::string Ask(const acme::greeter::v1::GreeterClient& client) {
  const auto answer =
      client.SayHello({}, {.timeout = std::chrono::seconds(20)});
  if (answer.ok()) return answer->greeting();
  return std::string(absl::StatusCodeToString(answer.status().code()));
}

// A connection to a port of this machine.
class Socket {
 public:
  explicit Socket(int port) : number_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(
        connect(
            number_, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
        0);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(number_); }
  int number() const { return number_; }

 private:
  const int number_;
};

// A port of this machine that somebody listens on.
class Listener {
 public:
  Listener() : number_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(number_, generic, size), 0);
    EXPECT_EQ(listen(number_, 1), 0);
    EXPECT_EQ(getsockname(number_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { close(number_); }

  int port() const { return port_; }
  // As gRPC wants it.
  int Accept() const {
    return accept4(number_, nullptr, nullptr, SOCK_NONBLOCK);
  }

 private:
  const int number_;
  int port_ = 0;
};

// A handshake with exactly one version of TLS, by OpenSSL alone, that shows
// NAME.crt if there is a name. The subject of the certificate that the server
// showed; empty: there was no agreement. With 1.3 the server's no to a caller's
// certificate comes after that.
inline std::string Handshake(
    int port, int version = TLS1_3_VERSION, const std::string& name = "") {
  const Socket socket(port);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);  // or old versions are not tried
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  const unsigned char alpn[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context, alpn, sizeof(alpn));
  if (!name.empty()) {
    const Certificates& certificates = Certificates::Get();
    EXPECT_EQ(
        SSL_CTX_use_certificate_chain_file(
            context, certificates.Path(name + ".crt").c_str()),
        1);
    EXPECT_EQ(
        SSL_CTX_use_PrivateKey_file(
            context,
            certificates.Path(name + ".key").c_str(),
            SSL_FILETYPE_PEM),
        1);
  }
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, socket.number());
  std::string subject;
  if (SSL_connect(ssl) == 1) {
    X509* certificate = SSL_get1_peer_certificate(ssl);
    char text[256];
    subject = X509_NAME_oneline(
        X509_get_subject_name(certificate), text, sizeof(text));
    X509_free(certificate);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  return subject;
}

}  // namespace tls_test

#endif  // HAWKMOUNT_TESTS_TLS_TLS_CLIENT_H_
