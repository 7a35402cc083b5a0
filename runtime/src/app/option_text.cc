#include "app/option_text.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "app/server_options.h"

namespace hawkmount::app {
namespace {

const char* Asked(ClientCertificate value) {
  switch (value) {
    case ClientCertificate::kNotAsked:
      return "not asked";
    case ClientCertificate::kOptional:
      return "optional";
    case ClientCertificate::kRequired:
      return "required";
  }
  return "not asked";
}

}  // namespace

std::string Text(int value) { return absl::StrCat(value); }
std::string Text(size_t value) { return absl::StrCat(value); }
std::string Text(std::chrono::milliseconds value) {
  return absl::StrCat(value.count(), " ms");
}

std::string Text(Compression value) {
  switch (value) {
    case Compression::kNone:
      return "none";
    case Compression::kDeflate:
      return "deflate";
    case Compression::kGzip:
      return "gzip";
  }
  return "none";
}

std::string Text(const std::string& value) {
  return absl::StrCat("\"", absl::CHexEscape(value), "\"");
}

std::string Text(const std::variant<int, std::string>& value) {
  return std::visit([](const auto& held) { return Text(held); }, value);
}

std::string Text(const TlsOptions& value) {
  return absl::StrCat(
      "{certificate_file ",
      Text(value.certificate_file),
      ", key_file ",
      Text(value.key_file),
      ", client_ca_file ",
      Text(value.client_ca_file),
      ", client_certificate ",
      Asked(value.client_certificate),
      ", reload_interval ",
      Text(value.reload_interval),
      ", expiry_warning ",
      value.expiry_warning.count(),
      " h}");
}

std::string Text(const std::shared_ptr<grpc::ServerCredentials>& value) {
  return value == nullptr
             ? "none"
             : absl::StrCat(
                   "an object at ",
                   absl::Hex(reinterpret_cast<uintptr_t>(value.get())));
}

std::vector<std::pair<std::string, std::string>> Describe(
    const ServerOptions& options) {
  std::vector<std::pair<std::string, std::string>> lines;
  const auto add = [&](const std::string& name, const std::string& value) {
    lines.emplace_back(name, value);
  };
  const auto add_set = [&](const std::string& name, const auto& value) {
    if (value.has_value()) add(name, Text(*value));
  };
  add("autostart", options.autostart ? "true" : "false");
  add("reuse_port", options.reuse_port ? "true" : "false");
  add_set("tls", options.tls);
  if (options.credentials != nullptr) {
    add("credentials", Text(options.credentials));
  }
  add_set("health_port", options.health_port);
  add_set("max_workers", options.max_workers);
  add("max_concurrent_rpcs", Text(options.max_concurrent_rpcs));
  add("max_receive_message_size", Text(options.max_receive_message_size));
  add_set("max_send_message_size", options.max_send_message_size);
  add("compression", Text(options.compression));
  const ConnectionOptions& connection = options.connection;
  add_set("connection.max_connections", connection.max_connections);
  add_set("connection.max_connection_idle", connection.max_connection_idle);
  add_set("connection.max_connection_age", connection.max_connection_age);
  add_set(
      "connection.max_connection_age_grace",
      connection.max_connection_age_grace);
  add_set("connection.keepalive_time", connection.keepalive_time);
  add_set("connection.keepalive_timeout", connection.keepalive_timeout);
  add_set(
      "connection.max_concurrent_streams", connection.max_concurrent_streams);
  for (const auto& [name, value] : options.channel_arguments) {
    add(absl::StrCat("channel_arguments[", Text(name), "]"), Text(value));
  }
  return lines;
}

}  // namespace hawkmount::app
