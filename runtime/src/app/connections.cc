#include "app/connections.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>
#include <grpc/grpc.h>
#include <grpc/support/alloc.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

namespace hawkmount::app {
namespace {

using nlohmann::json;

// An object, empty when there is none.
json Parse(char* text) {
  const std::unique_ptr<char, decltype(&gpr_free)> owned(text, gpr_free);
  if (text == nullptr) return json::object();
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object() ? parsed : json::object();
}

json ArrayOf(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : json::array();
}

// As JSON writes 64-bit numbers of protobuf: "12".
uint64_t NumberAt(const json& object, const char* path) {
  const std::string text = object.value(json::json_pointer(path), "0");
  uint64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

std::string Unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += absl::HexStringToBytes(text.substr(i + 1, 2));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// "chttp2 ipv6:%5B::1%5D:40000" -> "ipv6:[::1]:40000"
std::string Address(const std::string& name) {
  return Unescape(name.substr(name.rfind(' ') + 1));
}

class Lister {
 public:
  Lister(const std::vector<int>& ports, size_t limit)
      : ports_(ports), limit_(limit) {}

  void AddServer(intptr_t server) {
    intptr_t from = 0;
    for (;;) {
      const json page =
          Parse(grpc_channelz_get_server_sockets(server, from, 100));
      const json sockets = ArrayOf(page, "socketRef");
      for (const json& socket : sockets) {
        from = static_cast<intptr_t>(NumberAt(socket, "/socketId"));
        AddSocket(from);
        ++from;
      }
      if (sockets.empty() || page.value("end", false)) return;
      if (found_.first.size() > limit_) return;
    }
  }

  Connections Take() {
    found_.more = found_.first.size() > limit_;
    if (found_.more) found_.first.resize(limit_);
    return std::move(found_);
  }

 private:
  void AddSocket(intptr_t id) {
    const json reply = Parse(grpc_channelz_get_socket(id));
    const auto socket = reply.find("socket");
    if (socket == reply.end()) return;
    const int port =
        socket->value(json::json_pointer("/local/tcpip_address/port"), -1);
    if (std::find(ports_.begin(), ports_.end(), port) == ports_.end()) return;
    found_.first.push_back(
        {.port = port,
         .remote = Address(
             socket->value(json::json_pointer("/ref/name"), std::string())),
         .streams_started = NumberAt(*socket, "/data/streamsStarted"),
         .streams_succeeded = NumberAt(*socket, "/data/streamsSucceeded"),
         .streams_failed = NumberAt(*socket, "/data/streamsFailed")});
  }

  const std::vector<int>& ports_;
  const size_t limit_;
  Connections found_;
};

}  // namespace

std::optional<Connections> ListConnections(
    const std::vector<int>& ports, size_t limit) {
  Lister lister(ports, limit);
  bool any = false;
  intptr_t from = 0;
  for (;;) {
    const json page = Parse(grpc_channelz_get_servers(from));
    const json servers = ArrayOf(page, "server");
    for (const json& server : servers) {
      any = true;
      const auto id = static_cast<intptr_t>(NumberAt(server, "/ref/serverId"));
      lister.AddServer(id);
      from = id + 1;
    }
    if (servers.empty() || page.value("end", false)) break;
  }
  if (!any) return std::nullopt;
  return lister.Take();
}

}  // namespace hawkmount::app
