#ifndef HAWKMOUNT_APP_SERVER_OPTIONS_H_
#define HAWKMOUNT_APP_SERVER_OPTIONS_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "hawkmount/mount_options.h"

namespace hawkmount::app {

struct PlannedMount;

// What is in force for a server: the options that its mounts set between them,
// and the defaults of those that none of them set.
struct ServerOptions {
  bool autostart = true;
  bool reuse_port = false;
  // At most one of these two.
  std::optional<TlsOptions> tls;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  std::optional<int> health_port;
  std::optional<size_t> max_workers;  // unset: the app's
  size_t max_concurrent_rpcs = 1000;  // 0: any number
  size_t max_receive_message_size = 4 << 20;
  std::optional<size_t> max_send_message_size;  // unset: any
  Compression compression = Compression::kNone;
  // Its max_concurrent_streams is set; its max_connections is unset when the
  // limit of open files decides.
  ConnectionOptions connection;
  std::map<std::string, std::variant<int, std::string>> channel_arguments;

  std::vector<std::function<void(grpc::ServerBuilder&)>> configure;

  bool secure() const { return tls.has_value() || credentials != nullptr; }
};

// The options of the mounts of one server; `where` is what they share, for the
// messages. INVALID_ARGUMENT, naming mounts, option and values, when two of
// them set an option differently, or one sets it to what cannot be.
absl::StatusOr<ServerOptions> MergeOptions(
    const std::vector<const PlannedMount*>& mounts, const std::string& where);

// Each option by its name, for people.
std::vector<std::pair<std::string, std::string>> Describe(
    const ServerOptions& options);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_SERVER_OPTIONS_H_
