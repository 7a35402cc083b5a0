#ifndef HAWKMOUNT_OBSERVE_EXEMPLARS_H_
#define HAWKMOUNT_OBSERVE_EXEMPLARS_H_

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "observe/log_record.h"
#include "observe/snapshot.h"

namespace hawkmount::observe {

// For each method and latency cell the call that was noted last. The log writer
// notes calls as their records come by, some of them when there are many, so
// that no call pays for it. Any thread.
class Exemplars {
 public:
  // Of a response.
  void Note(
      const LogRecord& record, std::chrono::system_clock::time_point time);
  // Gives each method its own.
  void CopyTo(std::vector<MethodSnapshot>& methods) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Exemplar>, std::less<>> by_method_;
};

}  // namespace hawkmount::observe

#endif  // HAWKMOUNT_OBSERVE_EXEMPLARS_H_
