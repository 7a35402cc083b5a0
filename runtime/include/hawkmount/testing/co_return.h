#ifndef HAWKMOUNT_TESTING_CO_RETURN_H_
#define HAWKMOUNT_TESTING_CO_RETURN_H_

#include <utility>

#include "absl/status/status.h"
#include "hawkmount/task.h"

namespace hawkmount::testing {

// What gMock's Return is for blocking methods, for coroutines, as it takes no
// tasks: an action that ends the call with this status.
//
//   EXPECT_CALL(mock, SayHelloAsync)
//       .WillOnce(CoReturn(absl::NotFoundError("nobody")));
//
// A function that fills in the response, or waits, is an action by itself.
inline auto CoReturn(absl::Status status) {
  return [status = std::move(status)](auto&...) -> Task { return status; };
}

}  // namespace hawkmount::testing

#endif  // HAWKMOUNT_TESTING_CO_RETURN_H_
