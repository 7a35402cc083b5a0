#include "app/status_page.h"

#include <absl/strings/match.h>
#include <absl/strings/str_replace.h>
#include <arpa/inet.h>
#include <grpc/grpc.h>
#include <netinet/in.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "app/statusz.h"

namespace hawkmount::app {
namespace {

bool IsLoopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) ||
         (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

// "localhost:9464" -> "localhost", "[::1]:9464" -> "::1"
std::string HostOf(std::string_view header) {
  if (!header.empty() && header[0] == '[') {
    return std::string(header.substr(1, header.find(']') - 1));
  }
  return std::string(header.substr(0, header.find(':')));
}

bool IsAddress(const std::string& host) {
  in6_addr any{};
  return inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

// The files ask for each other by the name of the page, which may be moved.
HttpHandler File(
    std::string_view content_type,
    std::string_view text,
    const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  HttpResponse response{
      .content_type = std::string(content_type),
      .body = absl::StrReplaceAll(
          std::string(text), {{"statusz.", absl::StrCat(name, ".")}})};
  return
      [response = std::move(response)](const HttpRequest&) { return response; };
}

}  // namespace

bool IsLocal(const HttpRequest& request) {
  if (!IsLoopback(request.remote_address)) return false;
  for (const char* header : {"forwarded", "x-forwarded-for", "via"}) {
    if (!request.Header(header).empty()) return false;
  }
  const std::string host = HostOf(request.Header("host"));
  return host.empty() || IsAddress(host) ||
         absl::EqualsIgnoreCase(host, "localhost");
}

HttpHandler StatusPage::Guarded(HttpHandler handler) const {
  return [this, handler = std::move(handler)](const HttpRequest& request) {
    if (!options_.http.statusz_public && !IsLocal(request)) {
      return HttpResponse{
          .status = 403,
          .body =
              "403: this page is for the machine itself: ask for it there, as "
              "localhost, or set HttpOptions::statusz_public\n"};
    }
    HttpResponse response = handler(request);
    response.headers = {
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; script-src 'self'; "
         "connect-src 'self'; img-src data:; base-uri 'none'; "
         "form-action 'none'; frame-ancestors 'none'"},
        {"Referrer-Policy", "no-referrer"}};
    return response;
  };
}

absl::Status StatusPage::AddRoutes(
    http::Routes& routes, std::function<State()> state) const {
  const std::string& path = options_.http.statusz_path;
  const HttpHandler data = [this,
                            state = std::move(state)](const HttpRequest&) {
    return HttpResponse{
        .content_type = "application/json",
        .body = StatusJson(
            {.options = options_,
             .sources = sources_,
             .mounts = mounts_,
             .history = history_,
             .client_history = client_history_,
             .started = started_,
             .state = state()})};
  };
  for (const auto& [suffix, handler] :
       {std::pair("", File("text/html; charset=utf-8", kStatusPageHtml, path)),
        std::pair(
            ".css", File("text/css; charset=utf-8", kStatusPageCss, path)),
        std::pair(
            ".js", File("text/javascript; charset=utf-8", kStatusPageJs, path)),
        std::pair(".json", data)}) {
    absl::Status added = routes.Add("GET", path + suffix, Guarded(handler));
    if (!added.ok()) return added;
  }
  return absl::OkStatus();
}

absl::Status StatusPage::Start(std::vector<ServedMount> mounts) {
  // The page asks gRPC's core for its connections, also when its last server
  // has gone.
  grpc_init();
  serving_ = true;
  mounts_ = std::move(mounts);
  started_ = std::chrono::system_clock::now();
  absl::Status status = history_.Start();
  if (status.ok()) status = client_history_.Start();
  if (!status.ok()) Stop();
  return status;
}

void StatusPage::Stop() {
  if (!std::exchange(serving_, false)) return;
  history_.Stop();
  client_history_.Stop();
  grpc_shutdown();
}

}  // namespace hawkmount::app
