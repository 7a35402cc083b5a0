#ifndef HAWKMOUNT_SRC_REFLECTION_SERVICE_H_
#define HAWKMOUNT_SRC_REFLECTION_SERVICE_H_

#include <memory>
#include <vector>

#include "hawkmount/mount.h"

namespace hawkmount::reflection {

// grpc.reflection.v1.ServerReflection, and v1alpha, of one server. To be served
// unobserved and exempt from caps. Outlives its calls.
class Service {
 public:
  // What it shows besides itself: the server's mounts that want to be shown,
  // and that of health. Their entries outlive this.
  explicit Service(const std::vector<const Mount*>& shown);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const Mount& mount() const;

 private:
  class Handler;

  std::unique_ptr<Handler> handler_;
};

}  // namespace hawkmount::reflection

#endif  // HAWKMOUNT_SRC_REFLECTION_SERVICE_H_
