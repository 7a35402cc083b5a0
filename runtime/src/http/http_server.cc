#include "http/http_server.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <civetweb.h>

#include <chrono>
#include <future>

#include "absl/strings/str_cat.h"
#include "system/thread.h"

namespace hawkmount::http {
namespace {

HttpServer* OwnerOf(const mg_connection* connection) {
  return static_cast<HttpServer*>(mg_get_user_data(mg_get_context(connection)));
}

// civetweb would end the path at a "%00".
std::string Decode(const char* uri) {
  std::string path;
  for (; *uri != '\0'; ++uri) {
    if (*uri == '%' &&
        absl::ascii_isxdigit(static_cast<unsigned char>(uri[1])) &&
        absl::ascii_isxdigit(static_cast<unsigned char>(uri[2]))) {
      path += absl::HexStringToBytes(absl::string_view(uri + 1, 2));
      uri += 2;
    } else {
      path += *uri;
    }
  }
  return path;
}

HttpRequest HeadOf(const mg_request_info& info) {
  HttpRequest request{
      .method = info.request_method,
      .path = info.local_uri == nullptr ? "" : Decode(info.local_uri),
      .query = info.query_string == nullptr ? "" : info.query_string,
      .remote_address = info.remote_addr};
  for (int i = 0; i < info.num_headers; ++i) {
    request.headers.emplace_back(
        info.http_headers[i].name, info.http_headers[i].value);
  }
  return request;
}

bool HasBody(const mg_request_info& info, const HttpRequest& request) {
  return info.content_length > 0 ||
         !request.Header("transfer-encoding").empty();
}

// Into the request: 200, or 413 and 400 for a body that is too large or ends
// early.
int ReadBody(
    mg_connection* connection,
    const mg_request_info& info,
    size_t limit,
    HttpRequest& request) {
  if (!HasBody(info, request)) return 200;
  if (info.content_length > 0 &&
      static_cast<size_t>(info.content_length) > limit) {
    return 413;
  }
  if (absl::EqualsIgnoreCase(
          std::string(request.Header("expect")), "100-continue")) {
    mg_printf(connection, "HTTP/1.1 100 Continue\r\n\r\n");
  }
  char piece[16 * 1024];
  int size = 0;
  while ((size = mg_read(connection, piece, sizeof(piece))) > 0) {
    request.body.append(piece, static_cast<size_t>(size));
    if (request.body.size() > limit) return 413;
  }
  const bool whole =
      size == 0 &&
      (info.content_length < 0 ||
       request.body.size() == static_cast<size_t>(info.content_length));
  return whole ? 200 : 400;
}

HttpResponse Refusal(int status) {
  if (status == 413) return {.status = 413, .body = "413: too large a body\n"};
  return {.status = 400, .body = "400: the body did not come whole\n"};
}

void Send(
    mg_connection* connection, const HttpResponse& response, bool head_only) {
  const bool bodiless = response.status == 204 || response.status == 304;
  const char* reason = mg_get_response_code_text(connection, response.status);
  std::string text = absl::StrCat(
      "HTTP/1.1 ",
      response.status,
      " ",
      reason == nullptr ? "" : reason,
      "\r\nConnection: close\r\nX-Content-Type-Options: nosniff\r\n");
  for (const auto& [name, value] : response.headers) {
    absl::StrAppend(&text, name, ": ", value, "\r\n");
  }
  if (!bodiless) {
    absl::StrAppend(
        &text,
        "Content-Type: ",
        response.content_type,
        "\r\nContent-Length: ",
        response.body.size(),
        "\r\n");
  }
  absl::StrAppend(&text, "\r\n");
  if (!bodiless && !head_only) absl::StrAppend(&text, response.body);
  mg_write(connection, text.data(), text.size());
}

}  // namespace

int HttpServer::Serve(mg_connection* connection) const {
  const mg_request_info& info = *mg_get_request_info(connection);
  HttpRequest request = HeadOf(info);
  HttpResponse response = routes_.Check(request.method, request.path);
  if (response.status == 200) {
    const int status = ReadBody(connection, info, max_body_bytes_, request);
    response = status == 200 ? routes_.Answer(request) : Refusal(status);
  }
  Send(connection, response, request.method == "HEAD");
  return response.status;
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const HttpOptions& options, const Routes& routes) {
  const int port = options.port;
  const std::string& host = options.host;
  if (port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat(
        "http port ", port, ": use 1 to 65535, or 0 for a free one"));
  }
  if (options.threads < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "http threads ", options.threads, ": at least one is needed"));
  }
  std::unique_ptr<HttpServer> server(new HttpServer(options, routes));
  // "+": IPv4 and IPv6.
  const std::string address =
      host.empty() ? absl::StrCat("+", port) : absl::StrCat(host, ":", port);
  const std::string threads = absl::StrCat(options.threads);
  const char* settings[] = {
      "listening_ports",
      address.c_str(),
      "decode_url",
      "no",
      "num_threads",
      threads.c_str(),
      "request_timeout_ms",
      "10000",
      nullptr};
  mg_callbacks callbacks{};
  callbacks.log_message = [](const mg_connection* connection,
                             const char* message) {
    if (connection == nullptr) return 1;
    HttpServer* self = OwnerOf(connection);
    if (self != nullptr && self->context_ == nullptr) {
      self->last_error_ = message;
    }
    return 1;
  };
  // Sees each request before civetweb looks for files.
  callbacks.begin_request = [](mg_connection* connection) {
    return OwnerOf(connection)->Serve(connection);
  };
  server->context_ = mg_start(&callbacks, server.get(), settings);
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
  return server;
}

// civetweb hears of its stop when its poll of two seconds ends, or a connection
// comes: one is made, so that nobody waits.
HttpServer::~HttpServer() {
  if (context_ == nullptr) return;
  std::promise<void> stopped;
  std::future<void> stop = stopped.get_future();
  auto stopper =
      system::StartThread("hawkmount-http", "stops the HTTP port", [&] {
        mg_stop(context_);
        stopped.set_value();
      });
  if (!stopper.ok()) {
    mg_stop(context_);
    return;
  }
  while (stop.wait_for(std::chrono::milliseconds(5)) !=
         std::future_status::ready) {
    char error[100];
    mg_connection* knock =
        mg_connect_client(host_.c_str(), port_, 0, error, sizeof(error));
    if (knock != nullptr) mg_close_connection(knock);
  }
  stopper->join();
}

}  // namespace hawkmount::http
