#ifndef HAWKMOUNT_INTERCEPTORS_BULKHEAD_H_
#define HAWKMOUNT_INTERCEPTORS_BULKHEAD_H_

// How many calls share what there is little of.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "hawkmount/interceptor.h"
#include "hawkmount/task.h"

namespace hawkmount {

namespace interceptors {
class SharedBulkhead;
}  // namespace interceptors

struct BulkheadOptions {
  // What callers are told is full, and metrics are told apart by. All that have
  // one name are one bulkhead, whoever makes them. 1 to 128 printable ASCII
  // characters.
  std::string name{};
  // How many calls are under way at a time. 0: none. The same wherever the name
  // is the same.
  size_t limit = 1;
  // How long a call waits for another one to end. 0: not at all.
  std::chrono::nanoseconds max_wait{0};
};

// The places that a call has in bulkheads. They are given back when the call's
// handler and interceptors are over, before its answer goes out.
class BulkheadPermits {
 public:
  BulkheadPermits() = default;
  BulkheadPermits(const BulkheadPermits&) = delete;
  BulkheadPermits& operator=(const BulkheadPermits&) = delete;
  ~BulkheadPermits();

 private:
  friend class Bulkhead;
  std::shared_ptr<interceptors::SharedBulkhead> first_;
  std::vector<std::shared_ptr<interceptors::SharedBulkhead>> others_;
};

// So many calls at a time, of all the mounts and methods that have a copy of
// it:
//
//   hawkmount::Bulkhead database({.name = "db", .limit = 8, .max_wait = 50ms});
//   app.Mount(GreeterMount(greeter, database), {...});
//   app.Mount(OrdersMount(orders, database), {...});
//
// A call that finds no place waits for one, in the order of arrival: a place
// goes from the call that ends to the one that waits longest, and nobody else
// is woken. Calls of blocking handlers wait on their workers; calls of
// coroutines take no thread meanwhile. A stream has its place until it ends.
//
// RESOURCE_EXHAUSTED: there was no place within max_wait; with a RetryInfo, and
// counted as `overloaded`. A call that is given up while it waits (cancelled,
// past its deadline, past the grace of a drain) stops waiting at once, with a
// blocking handler within 20 ms.
//
// The metrics page of each app has all bulkheads of the process, as
// hawkapi_bulkhead_in_flight and its like: see docs/guide/interceptors.md.
//
// The fact BulkheadPermits is for nobody to read. Copies are one bulkhead. Any
// thread.
class Bulkhead {
 public:
  using Provides = Facts<BulkheadPermits>;

  // Throws std::invalid_argument, which names it, for what is no name, and for
  // one whose bulkhead is there already with another limit.
  explicit Bulkhead(BulkheadOptions options);

  Decision Before(Context& context);
  TaskOf<Decision> BeforeAsync(Context& context);

  size_t in_flight() const;
  size_t waiting() const;

 private:
  void Keep(Context& context, std::chrono::nanoseconds wait) const;
  Decision Full(const Context& context, bool waited) const;
  TaskOf<Decision> Wait(Context& context) const;

  std::shared_ptr<const BulkheadOptions> options_;
  std::shared_ptr<interceptors::SharedBulkhead> shared_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_BULKHEAD_H_
