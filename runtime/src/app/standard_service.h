#ifndef HAWKMOUNT_SRC_APP_STANDARD_SERVICE_H_
#define HAWKMOUNT_SRC_APP_STANDARD_SERVICE_H_

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

#include "hawkmount/codegen/service.h"
#include "hawkmount/mount.h"

namespace hawkmount::app {

// What our plugin generated for a schema of our own, to be served under the
// names of a standard alone.
template <size_t kSize>
class StandardService {
 public:
  // `methods` in the order of the schema, under the first of `names`. Both
  // outlive this.
  StandardService(
      const codegen::ServiceEntry& generated,
      const std::array<Method, kSize>& methods,
      std::span<const std::string_view> names) {
    for (size_t i = 0; i < kSize; ++i) {
      methods_[i] = generated.methods[i];
      methods_[i].method = &methods[i];
    }
    entry_ = {names.front(), methods_, names.subspan(1)};
  }
  StandardService(const StandardService&) = delete;
  StandardService& operator=(const StandardService&) = delete;

  const codegen::ServiceEntry& entry() const { return entry_; }

 private:
  std::array<codegen::MethodEntry, kSize> methods_;
  codegen::ServiceEntry entry_;
};

class StandardMount final : public Mount {
 public:
  StandardMount(
      const codegen::ServiceEntry& service,
      void* handler,
      std::initializer_list<Style> styles)
      : Mount(service, handler, styles) {}
};

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_SRC_APP_STANDARD_SERVICE_H_
