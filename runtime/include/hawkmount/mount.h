#ifndef HAWKMOUNT_MOUNT_H_
#define HAWKMOUNT_MOUNT_H_

#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "hawkmount/codegen/service.h"
#include "hawkmount/method.h"

namespace grpc {
class ServerBuilder;
}  // namespace grpc

namespace hawkmount {

class App;

// A service with the handler that serves it, ready to be handed to App::Mount.
// The generated classes <Service>Mount make one. It refers to the handler,
// which must outlive the app.
class Mount {
 public:
  // "acme.greeter.v1.Greeter"
  std::string_view service_name() const { return service_->name; }

  // Serves the mount in a server of your own, beside your other services: call
  // it before BuildAndStart. What it gives counts and logs the calls; keep it
  // until the server is shut down, and end it with its Shutdown then. It may
  // have an HTTP port (call its Start) and take further mounts (App::Register).
  // Include <hawkmount/app.h>.
  std::unique_ptr<App> Register(grpc::ServerBuilder& builder) const;

  const codegen::ServiceEntry& service() const { return *service_; }
  void* handler() const { return handler_; }
  // In the order of the schema's methods.
  const std::vector<Style>& styles() const { return styles_; }

 protected:
  Mount(
      const codegen::ServiceEntry& service,
      void* handler,
      std::initializer_list<Style> styles)
      : service_(&service), handler_(handler), styles_(styles) {}

  // Has it live as long as the mount and its copies: what stands between them
  // and the handler.
  void Keep(std::shared_ptr<void> chain) { chain_ = std::move(chain); }

 private:
  const codegen::ServiceEntry* service_;
  void* handler_;
  std::vector<Style> styles_;
  std::shared_ptr<void> chain_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_MOUNT_H_
