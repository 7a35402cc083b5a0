#ifndef HAWKMOUNT_HTTP_ROUTES_H_
#define HAWKMOUNT_HTTP_ROUTES_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "hawkmount/http.h"

namespace spdlog {
class logger;
}  // namespace spdlog

namespace hawkmount::http {

// Which handler answers which path. Filled first, then asked by any thread.
class Routes {
 public:
  explicit Routes(std::shared_ptr<spdlog::logger> logger)
      : logger_(std::move(logger)) {}

  // INVALID_ARGUMENT for what is no method, path or handler, ALREADY_EXISTS for
  // a route that is there already.
  absl::Status Add(
      const std::string& method, const std::string& path, HttpHandler handler);

  // 404 or 405 when no handler is to answer that, else nothing is wrong: 200.
  HttpResponse Check(const std::string& method, const std::string& path) const;

  // What the handler answers; 500, logged, when it throws or answers what
  // cannot be sent. HEAD is served by the handler for GET where there is none
  // for itself.
  HttpResponse Answer(const HttpRequest& request) const;

 private:
  using ByMethod = std::map<std::string, HttpHandler, std::less<>>;

  static const HttpHandler* Find(
      const ByMethod& handlers, const std::string& method);

  std::shared_ptr<spdlog::logger> logger_;
  std::map<std::string, ByMethod, std::less<>> by_path_;
};

}  // namespace hawkmount::http

#endif  // HAWKMOUNT_HTTP_ROUTES_H_
