#ifndef HAWKMOUNT_ENGINE_EXCEPTION_RULES_H_
#define HAWKMOUNT_ENGINE_EXCEPTION_RULES_H_

#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "hawkmount/codegen/call.h"
#include "hawkmount/exceptions.h"

namespace hawkmount::engine {

// What exceptions that leave the handlers of an app mean. Any thread.
class ExceptionRules {
 public:
  explicit ExceptionRules(ExceptionPolicy policy = {}) : policy_(policy) {}

  // Asked after those that were added before, for exceptions from now on.
  void Add(codegen::ExceptionMapping mapping);

  struct Verdict {
    absl::Status status;
    // For the log: its type, and what else is to be told of it. Empty when
    // somebody gave the exception its meaning.
    std::string unknown;
  };
  Verdict Judge(const std::exception_ptr& exception, codegen::Call& call) const;

 private:
  using Mappings = std::vector<codegen::ExceptionMapping>;

  const ExceptionPolicy policy_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Mappings> mappings_ =
      std::make_shared<const Mappings>();
};

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_EXCEPTION_RULES_H_
