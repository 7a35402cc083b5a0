#ifndef HAWKMOUNT_SRC_APP_ADOPTED_H_
#define HAWKMOUNT_SRC_APP_ADOPTED_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <string>
#include <utility>

#include "app/standard_service.h"
#include "hawkmount/codegen/service.h"

namespace hawkmount::app {

// A service that was written by hand over gRPC's own generated code, and what
// stands for it among the mounts: its name, without any method.
class Adopted {
 public:
  Adopted(std::string name, std::unique_ptr<grpc::Service> service)
      : name_(std::move(name)),
        entry_{name_, {}, {}},
        service_(std::move(service)) {}
  Adopted(const Adopted&) = delete;
  Adopted& operator=(const Adopted&) = delete;

  StandardMount mount() const { return {entry_, nullptr, {}}; }
  // May be null: that is for the plan to refuse.
  const std::shared_ptr<grpc::Service>& service() const { return service_; }

 private:
  const std::string name_;
  const codegen::ServiceEntry entry_;
  const std::shared_ptr<grpc::Service> service_;
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_SRC_APP_ADOPTED_H_
