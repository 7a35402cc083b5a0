#ifndef HAWKMOUNT_APP_STATUS_PAGE_H_
#define HAWKMOUNT_APP_STATUS_PAGE_H_

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "app/status_json.h"
#include "hawkmount/http.h"
#include "http/routes.h"
#include "observe/history.h"

namespace hawkmount::app {

// Whether a request may see what is for this machine alone: it comes from a
// loopback address, no proxy has passed it on, and it names this machine by
// address or as localhost, so that no web page can trick a browser into it.
bool IsLocal(const HttpRequest& request);

// The status page: HTML, its style and script, and the data, as JSON, which the
// script asks for again and again.
class StatusPage {
 public:
  // Both must outlive it.
  StatusPage(const AppOptions& options, const Sources& sources)
      : options_(options),
        sources_(sources),
        history_(observe::Side::kServer, sources.methods),
        client_history_(observe::Side::kClient, sources.clients) {}
  ~StatusPage() { Stop(); }

  // It is served between Start, if that is OK, and Stop.
  absl::Status AddRoutes(
      http::Routes& routes, std::function<State()> state) const;

  absl::Status Start(std::vector<ServedMount> mounts);
  void Stop();

 private:
  // 403 unless the request may see it.
  HttpHandler Guarded(HttpHandler handler) const;

  const AppOptions& options_;
  const Sources& sources_;
  bool serving_ = false;
  std::vector<ServedMount> mounts_;
  std::chrono::system_clock::time_point started_;
  observe::History history_;
  observe::History client_history_;
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_STATUS_PAGE_H_
