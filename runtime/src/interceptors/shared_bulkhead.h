#ifndef HAWKMOUNT_INTERCEPTORS_SHARED_BULKHEAD_H_
#define HAWKMOUNT_INTERCEPTORS_SHARED_BULKHEAD_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "hawkmount/codegen/cells.h"
#include "interceptors/places.h"

namespace hawkmount::observe {
class TextWriter;
}  // namespace hawkmount::observe

namespace hawkmount::interceptors {

// What the bulkheads of one name have in common. Any thread.
class SharedBulkhead {
 public:
  SharedBulkhead(std::string name, size_t limit)
      : places(limit), name_(std::move(name)), limit_(limit) {}

  // The one of that name, which lives as long as somebody has it. Throws
  // std::invalid_argument for what is no name, and when the one that is there
  // has another limit.
  static std::shared_ptr<SharedBulkhead> Of(
      const std::string& name, size_t limit);

  const std::string& name() const { return name_; }
  size_t limit() const { return limit_; }

  // A call has its place, after so long.
  void CountTaken(std::chrono::nanoseconds wait);

  Places places;
  // The calls that have none: full when they came, nobody left in time, given
  // up meanwhile. Only AddShared.
  codegen::Cell failed_fast;
  codegen::Cell timed_out;
  codegen::Cell given_up;

 private:
  friend void WriteBulkheads(observe::TextWriter&, const std::string&);

  const std::string name_;
  const size_t limit_;
  codegen::DurationCells waits_;
};

// The families of all that there are in the process; none if there are none.
void WriteBulkheads(observe::TextWriter& writer, const std::string& prefix);

}  // namespace hawkmount::interceptors

#endif  // HAWKMOUNT_INTERCEPTORS_SHARED_BULKHEAD_H_
