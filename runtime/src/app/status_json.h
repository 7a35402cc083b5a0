#ifndef HAWKMOUNT_APP_STATUS_JSON_H_
#define HAWKMOUNT_APP_STATUS_JSON_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/plan.h"
#include "hawkmount/app.h"
#include "hawkmount/http.h"
#include "observe/history.h"
#include "observe/recent_calls.h"
#include "observe/snapshot.h"

namespace hawkmount::app {

enum class State : unsigned char { kStarting, kServing, kDraining };

// "starting", "serving" or "draining".
std::string_view ToString(State state);

// A server of the app, as it is now.
struct ServerStatus {
  observe::ServerSnapshot snapshot;
  bool running = false;
  // That are listened on, with the ports that free ones became; while it does
  // not run, those that were asked for.
  std::vector<std::string> addresses;
  std::vector<std::string> services;  // of its mounts
  size_t max_connections = 0;
  // In force, by name.
  std::vector<std::pair<std::string, std::string>> options;
};

// Where the pages get what they show. Called by any thread.
struct Sources {
  HttpHandler metrics;
  std::function<std::vector<observe::MethodSnapshot>()> methods;
  std::function<std::vector<observe::MethodSnapshot>()> clients;
  std::function<observe::EngineSnapshot()> engine;
  std::function<std::vector<ServerStatus>()> servers;
  std::shared_ptr<observe::RecentCalls> recent;
};

// A mount as it is served.
struct ServedMount {
  PlannedMount planned;
  int port = 0;  // that is listened on
};

// All that /statusz.json is made of.
struct StatusFacts {
  const AppOptions& options;
  const Sources& sources;
  const std::vector<ServedMount>& mounts;
  const observe::History& history;
  const observe::History& client_history;
  std::chrono::system_clock::time_point started;
  State state;
};

std::string StatusJson(const StatusFacts& facts);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_STATUS_JSON_H_
