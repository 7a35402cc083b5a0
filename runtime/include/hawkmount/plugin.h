#ifndef HAWKMOUNT_PLUGIN_H_
#define HAWKMOUNT_PLUGIN_H_

#include <exception>
#include <string_view>

#include "absl/status/status.h"

namespace hawkmount {

class App;
class Mount;
struct Method;

// What somebody adds to apps from outside: it hears of the app's life, of what
// is mounted, and of exceptions. Override what you need. App::Use hands it to
// an app, in which all plugins are told in the order in which they were used.
// The same plugin may be used by several apps.
//
// A plugin that throws never touches a call.
class Plugin {
 public:
  virtual ~Plugin() = default;

  // At App::Start, before the start hooks and before anything listens. It may
  // still mount, register hooks and set values. An error, or an exception, ends
  // the start: the plugins before it are then told of the shutdown.
  virtual absl::Status OnStartup(App& app);

  // When all servers have stopped and the shutdown hooks have run, if OnStartup
  // went well. All plugins are told; errors are joined. Calls that a shutdown
  // left behind may throw even after this.
  virtual absl::Status OnShutdown(App& app);

  // Of each mount of the app, once, whether it came before the plugin or comes
  // after: by App::Mount, App::Add (a mount without methods) and App::Register.
  // On their caller's thread. An exception is logged.
  virtual void OnMountAdded(const Mount& mount);

  // A handler threw what nobody gave a meaning: no StatusError, and nothing
  // that App::MapException knows. Called on the thread of the handler, several
  // at a time. For a coroutine that is an event thread,
  // which must not be blocked: hand over what takes long. `request_id` is that
  // of the call and lives as long as this call of OnException. An exception is
  // logged. Servers that are started without App::Start call it, too, without
  // OnStartup.
  virtual void OnException(
      const Method& method,
      std::string_view request_id,
      const std::exception_ptr& exception);
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_PLUGIN_H_
