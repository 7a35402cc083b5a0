#ifndef HAWKMOUNT_HTTP_H_
#define HAWKMOUNT_HTTP_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkmount {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// What came in. The server has read it whole.
struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // "/orders/latest", decoded, without the query
  std::string query;   // "page=2&q=a%20b", as it was sent
  HttpHeaders headers{};
  std::string body{};
  // Of the peer of the connection, without its port: "192.0.2.7",
  // "2001:db8::1".
  std::string remote_address{};

  // The first header of that name, in any case; empty when there is none. Lives
  // as long as the request.
  std::string_view Header(std::string_view name) const;
};

// What goes out. The server adds the length; it closes the connection after
// each answer.
struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  HttpHeaders headers{};
  std::string body{};
};

// Answers a request. Called on the HTTP server's threads, several at a time. It
// may wait, but each call holds one of HttpOptions::threads, and Shutdown waits
// for it. An exception is logged and answered with 500.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// The app's own HTTP port: its pages and the user's routes. A page whose path
// is empty is not served.
struct HttpOptions {
  // The address to listen on; empty: all of this machine's.
  std::string host{};
  // -1: no HTTP. 0: a free port, which App::http_port tells.
  int port = -1;
  // Requests that are served at the same time.
  int threads = 8;
  // Larger bodies are refused with 413.
  size_t max_body_bytes = 1 << 20;

  std::string metrics_path = "/metrics";
  // Always 200: the process is up and its HTTP server answers.
  std::string healthz_path = "/healthz";
  std::string livez_path = "/livez";
  // 200 while the app serves and all readiness checks pass, else 503.
  std::string readyz_path = "/readyz";
  // A page for people; the same data as JSON under the path with ".json".
  std::string statusz_path = "/statusz";
  // Whether the status page is for anybody. Otherwise it answers 403 to all
  // but this machine's own addresses, asked for directly: it tells peers,
  // request ids and configuration.
  bool statusz_public = false;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_HTTP_H_
