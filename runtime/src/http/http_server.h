#ifndef HAWKMOUNT_HTTP_HTTP_SERVER_H_
#define HAWKMOUNT_HTTP_HTTP_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

struct mg_context;

namespace hawkmount::http {

struct Response {
  std::string content_type;
  std::string body;
};

// A small HTTP server for GET and HEAD on fixed paths. Stops when it goes.
class HttpServer {
 public:
  // Called on the server's threads, several at a time. Must not throw.
  using Route = std::function<Response()>;

  // UNAVAILABLE, naming the address, when it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const std::string& host, int port, std::map<std::string, Route> routes);
  ~HttpServer();

  int port() const { return port_; }

 private:
  HttpServer() = default;

  std::map<std::string, Route> routes_;
  std::string host_;
  std::string last_error_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

}  // namespace hawkmount::http

#endif  // HAWKMOUNT_HTTP_HTTP_SERVER_H_
