#include "http/http_server.h"

#include <civetweb.h>

#include <chrono>
#include <cstring>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"

namespace hawkmount::http {
namespace {

int Serve(mg_connection* connection, void* route) {
  const mg_request_info* request = mg_get_request_info(connection);
  const bool head = std::strcmp(request->request_method, "HEAD") == 0;
  if (!head && std::strcmp(request->request_method, "GET") != 0) {
    mg_printf(
        connection,
        "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\n"
        "Content-Length: 0\r\n\r\n");
    return 405;
  }
  const Response response = (*static_cast<const HttpServer::Route*>(route))();
  mg_printf(
      connection,
      "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
      response.content_type.c_str(),
      response.body.size());
  if (!head) mg_write(connection, response.body.data(), response.body.size());
  return 200;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const std::string& host, int port, std::map<std::string, Route> routes) {
  if (port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "http port ", port, ": use 1 to 65535, or 0 for a free one"));
  }
  std::unique_ptr<HttpServer> server(new HttpServer);
  server->routes_ = std::move(routes);
  server->host_ = host.empty() ? "localhost" : host;
  // "+": IPv4 and IPv6.
  const std::string address =
      host.empty() ? absl::StrCat("+", port) : absl::StrCat(host, ":", port);
  const char* options[] = {
      "listening_ports",
      address.c_str(),
      "num_threads",
      "4",
      "request_timeout_ms",
      "10000",
      nullptr};
  mg_callbacks callbacks{};
  callbacks.log_message = [](const mg_connection* connection,
                             const char* message) {
    if (connection == nullptr) return 1;
    auto* self =
        static_cast<HttpServer*>(mg_get_user_data(mg_get_context(connection)));
    if (self != nullptr && self->context_ == nullptr) {
      self->last_error_ = message;
    }
    return 1;
  };
  server->context_ = mg_start(&callbacks, server.get(), options);
  if (server->context_ == nullptr) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on http port ",
        port,
        host.empty() ? "" : absl::StrCat(" of ", host),
        server->last_error_.empty() ? ": is it in use?"
                                    : ": " + server->last_error_));
  }
  mg_server_port ports[2] = {};
  if (mg_get_server_ports(server->context_, 2, ports) > 0) {
    server->port_ = ports[0].port;
  }
  for (auto& [path, route] : server->routes_) {
    mg_set_request_handler(
        server->context_, absl::StrCat(path, "$").c_str(), Serve, &route);
  }
  return server;
}

// civetweb hears of its stop when its poll of two seconds ends, or a connection
// comes: one is made, so that nobody waits.
HttpServer::~HttpServer() {
  if (context_ == nullptr) return;
  std::promise<void> stopped;
  std::future<void> stop = stopped.get_future();
  std::thread stopper([&] {
    mg_stop(context_);
    stopped.set_value();
  });
  while (stop.wait_for(std::chrono::milliseconds(5)) !=
         std::future_status::ready) {
    char error[100];
    mg_connection* knock =
        mg_connect_client(host_.c_str(), port_, 0, error, sizeof(error));
    if (knock != nullptr) mg_close_connection(knock);
  }
  stopper.join();
}

}  // namespace hawkmount::http
