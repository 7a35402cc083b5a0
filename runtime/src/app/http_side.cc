#include "app/http_side.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace hawkmount::app {
namespace {

HttpResponse JsonResponse(int status, const nlohmann::json& body) {
  return {
      .status = status,
      .content_type = "application/json",
      .headers = {{"Cache-Control", "no-store"}},
      // What checks say may not be UTF-8.
      .body =
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
          "\n"};
}

HttpHandler Always(const char* status) {
  return [status](const HttpRequest&) {
    return JsonResponse(200, {{"status", status}});
  };
}

}  // namespace

HttpSide::HttpSide(
    const AppOptions& options,
    Sources sources,
    std::shared_ptr<spdlog::logger> logger)
    : options_(options),
      sources_(std::move(sources)),
      logger_(std::move(logger)),
      routes_(logger_),
      status_page_(options_, sources_) {
  // Before the user's, so that these keep their paths.
  Note(AddPages());
}

absl::Status HttpSide::AddPages() {
  const HttpOptions& http = options_.http;
  const std::pair<const std::string&, HttpHandler> pages[] = {
      {http.metrics_path, sources_.metrics},
      {http.healthz_path, Always("ok")},
      {http.livez_path, Always("alive")},
      {http.readyz_path, [this](const HttpRequest&) { return Ready(); }}};
  for (const auto& [path, handler] : pages) {
    if (path.empty()) continue;
    if (absl::Status added = routes_.Add("GET", path, handler); !added.ok()) {
      return added;
    }
  }
  if (http.statusz_path.empty()) return absl::OkStatus();
  return status_page_.AddRoutes(routes_, [this] { return state_.load(); });
}

bool HttpSide::ChecksPass() {
  const std::vector<Readiness::Result> results = readiness_.Run();
  return std::all_of(results.begin(), results.end(), [](const auto& result) {
    return result.ok;
  });
}

HttpResponse HttpSide::Ready() {
  nlohmann::json checks = nlohmann::json::object();
  const State state = state_;
  if (state != State::kServing) {
    return JsonResponse(
        503,
        {{"status", "not_ready"},
         {"detail", ToString(state)},
         {"checks", checks}});
  }
  bool ready = true;
  for (const Readiness::Result& result : readiness_.Run()) {
    ready = ready && result.ok;
    checks[result.name] = {{"ok", result.ok}, {"detail", result.detail}};
  }
  return JsonResponse(
      ready ? 200 : 503,
      {{"status", ready ? "ready" : "not_ready"}, {"checks", checks}});
}

void HttpSide::Note(const absl::Status& status) {
  if (wrong_.ok()) wrong_ = status;
}

bool HttpSide::TooLate(const std::string& what) {
  if (state_ == State::kStarting && server_ == nullptr) return false;
  Note(absl::FailedPreconditionError(absl::StrCat(
      what, " was added after the app had started: add it before Start")));
  logger_->error("{}", std::string(wrong_.message()));
  return true;
}

void HttpSide::AddRoute(
    const std::string& method, const std::string& path, HttpHandler handler) {
  if (TooLate(absl::StrCat("route ", method, " ", path))) return;
  user_routes_ = true;
  const HttpOptions& http = options_.http;
  for (const std::string* page :
       {&http.metrics_path,
        &http.healthz_path,
        &http.livez_path,
        &http.readyz_path,
        &http.statusz_path}) {
    if (page->empty() || path != *page) continue;
    return Note(absl::AlreadyExistsError(absl::StrCat(
        "route ",
        method,
        " ",
        path,
        ": the app serves a page of its own there; take another path, or move "
        "or leave out the page in HttpOptions")));
  }
  Note(routes_.Add(method, path, std::move(handler)));
}

void HttpSide::AddReadinessCheck(
    const std::string& name,
    std::function<absl::Status()> check,
    std::chrono::milliseconds timeout) {
  if (TooLate(absl::StrCat("readiness check \"", name, "\""))) return;
  Note(readiness_.Add(name, std::move(check), timeout));
}

absl::Status HttpSide::Start(std::vector<ServedMount> mounts) {
  if (!wrong_.ok()) return wrong_;
  if (options_.http.port < 0) {
    if (!user_routes_) return absl::OkStatus();
    return absl::FailedPreconditionError(
        "there are HTTP routes, but no port for them: set HttpOptions::port");
  }
  if (!options_.http.statusz_path.empty()) {
    absl::Status failed = status_page_.Start(std::move(mounts));
    if (!failed.ok()) return failed;
  }
  auto server = http::HttpServer::Start(options_.http, routes_);
  if (!server.ok()) {
    status_page_.Stop();
    return server.status();
  }
  server_ = *std::move(server);
  port_ = server_->port();
  logger_->info("metrics on http port {}", port());
  return absl::OkStatus();
}

void HttpSide::Stop() {
  server_.reset();
  port_ = -1;
  status_page_.Stop();
}

}  // namespace hawkmount::app
