#ifndef HAWKMOUNT_ENGINE_INTERCEPTOR_LIST_H_
#define HAWKMOUNT_ENGINE_INTERCEPTOR_LIST_H_

#include <memory>
#include <vector>

#include "hawkmount/codegen/service.h"
#include "hawkmount/interceptor.h"

namespace hawkmount::engine {

using InterceptorList = std::vector<std::shared_ptr<Interceptor>>;

// A method inside of interceptors that were listed at run time, in the place of
// the method itself: `entry` is served with this for its handler. It must
// outlive the calls, and what it is made of must outlive it.
class InterceptedMethod {
 public:
  InterceptedMethod(
      const codegen::MethodEntry& inner,
      void* handler,
      const InterceptorList& list);
  InterceptedMethod(const InterceptedMethod&) = delete;
  InterceptedMethod& operator=(const InterceptedMethod&) = delete;

  const codegen::MethodEntry& entry() const { return entry_; }

 private:
  class Frame;

  absl::Status Run(Context& context, void* block);
  Task RunAsync(Context& context, void* block);

  const codegen::MethodEntry& inner_;
  void* handler_;
  const InterceptorList& list_;
  codegen::MethodEntry entry_;
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_INTERCEPTOR_LIST_H_
