#ifndef HAWKMOUNT_MOUNT_H_
#define HAWKMOUNT_MOUNT_H_

#include <initializer_list>
#include <string_view>
#include <vector>

#include "hawkmount/codegen/service.h"
#include "hawkmount/method.h"

namespace hawkmount {

// A service with the handler that serves it, ready to be handed to App::Mount.
// The generated classes <Service>Mount make one. It refers to the handler,
// which must outlive the app.
class Mount {
 public:
  // "acme.greeter.v1.Greeter"
  std::string_view service_name() const { return service_->name; }

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

 private:
  const codegen::ServiceEntry* service_;
  void* handler_;
  std::vector<Style> styles_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_MOUNT_H_
