#ifndef HAWKMOUNT_HTTP_HTTP_SERVER_H_
#define HAWKMOUNT_HTTP_HTTP_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "hawkmount/http.h"
#include "http/routes.h"

struct mg_context;
struct mg_connection;

namespace hawkmount::http {

// Carries requests to their routes. Stops when it goes, once all routes have
// returned.
class HttpServer {
 public:
  // `routes` must outlive it. UNAVAILABLE, naming the address, when it cannot
  // be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const HttpOptions& options, const Routes& routes);
  ~HttpServer();

  int port() const { return port_; }

 private:
  HttpServer(const HttpOptions& options, const Routes& routes)
      : host_(options.host.empty() ? "localhost" : options.host),
        max_body_bytes_(options.max_body_bytes),
        routes_(routes) {}

  int Serve(mg_connection* connection) const;

  const std::string host_;
  const size_t max_body_bytes_;
  const Routes& routes_;
  std::string last_error_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

}  // namespace hawkmount::http

#endif  // HAWKMOUNT_HTTP_HTTP_SERVER_H_
