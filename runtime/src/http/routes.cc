#include "http/routes.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

#include "absl/strings/str_cat.h"

namespace hawkmount {

std::string_view HttpRequest::Header(std::string_view name) const {
  const absl::string_view wanted(name.data(), name.size());
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, wanted)) return value;
  }
  return "";
}

namespace http {
namespace {

bool IsToken(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) !=
               std::string_view::npos;
  });
}

bool IsFieldValue(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c)) && c != '\t';
  });
}

// Those are the server's, as they say how the answer is framed.
bool IsFraming(const std::string& name) {
  return absl::EqualsIgnoreCase(name, "content-length") ||
         absl::EqualsIgnoreCase(name, "transfer-encoding") ||
         absl::EqualsIgnoreCase(name, "connection");
}

absl::Status CheckResponse(const HttpResponse& response) {
  if (response.status < 200 || response.status > 599) {
    return absl::OutOfRangeError(
        absl::StrCat("status ", response.status, ": use 200 to 599"));
  }
  if (!IsFieldValue(response.content_type)) {
    return absl::InvalidArgumentError("its content type holds a line break");
  }
  for (const auto& [name, value] : response.headers) {
    if (!IsToken(name) || !IsFieldValue(value)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the header \"", name, "\" has characters of no header"));
    }
    if (IsFraming(name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the header ", name, " is the server's to set"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Routes::Add(
    const std::string& method, const std::string& path, HttpHandler handler) {
  const std::string route = absl::StrCat("route ", method, " ", path);
  if (!IsToken(method) ||
      std::any_of(method.begin(), method.end(), absl::ascii_islower)) {
    return absl::InvalidArgumentError(absl::StrCat(
        route, ": \"", method, "\" is no method; write it as \"GET\""));
  }
  if (path.empty() || path[0] != '/' || !IsFieldValue(path) ||
      path.find_first_of("?#") != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        route, ": a path begins with / and has no query, as in \"/orders\""));
  }
  if (handler == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(route, " has no handler"));
  }
  if (!by_path_[path].emplace(method, std::move(handler)).second) {
    return absl::AlreadyExistsError(
        absl::StrCat(route, " is there already: take another path"));
  }
  return absl::OkStatus();
}

const HttpHandler* Routes::Find(
    const ByMethod& handlers, const std::string& method) {
  auto found = handlers.find(method);
  if (found == handlers.end() && method == "HEAD") found = handlers.find("GET");
  return found == handlers.end() ? nullptr : &found->second;
}

HttpResponse Routes::Check(
    const std::string& method, const std::string& path) const {
  const auto handlers = by_path_.find(path);
  if (handlers == by_path_.end()) {
    return {.status = 404, .body = "404: there is nothing here\n"};
  }
  if (Find(handlers->second, method) != nullptr) return {};
  std::string allowed;
  for (const auto& [name, handler] : handlers->second) {
    absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", name);
  }
  if (handlers->second.contains("GET") && !handlers->second.contains("HEAD")) {
    absl::StrAppend(&allowed, ", HEAD");
  }
  return {
      .status = 405,
      .headers = {{"Allow", allowed}},
      .body = absl::StrCat("405: use one of ", allowed, "\n")};
}

HttpResponse Routes::Answer(const HttpRequest& request) const {
  if (HttpResponse wrong = Check(request.method, request.path);
      wrong.status != 200) {
    return wrong;
  }
  const HttpHandler& handler =
      *Find(by_path_.find(request.path)->second, request.method);
  std::string what;
  try {
    HttpResponse response = handler(request);
    const absl::Status valid = CheckResponse(response);
    if (valid.ok()) return response;
    what = absl::StrCat("cannot be answered: ", valid.message());
  } catch (const std::exception& error) {
    what = absl::StrCat("threw ", error.what());
  } catch (...) {
    what = "threw something that is no std::exception";
  }
  try {
    logger_->error("http {} {} {}", request.method, request.path, what);
  } catch (...) {
    // A log that fails is no reason not to answer.
  }
  return {.status = 500, .body = "500: this page failed; see the log\n"};
}

}  // namespace http
}  // namespace hawkmount
