#ifndef HAWKMOUNT_TESTING_GENERATED_H_
#define HAWKMOUNT_TESTING_GENERATED_H_

// What generated headers for tests include, and nobody else. Their mocks are
// there where gMock's headers are.

#include "hawkmount/task.h"
#include "hawkmount/testing/co_return.h"
#include "hawkmount/testing/fake.h"

#if __has_include(<gmock/gmock.h>)
#include <gmock/gmock.h>
#define HAWKMOUNT_HAS_GMOCK 1

namespace hawkmount::testing {

// A mocked coroutine without an action ends with OK, as other mocked methods
// do: gMock makes default values of types that can be copied alone.
inline const bool kTasksEndWithOk = [] {
  ::testing::DefaultValue<Task>::SetFactory(
      []() -> Task { return absl::OkStatus(); });
  return true;
}();

}  // namespace hawkmount::testing

#else
#define HAWKMOUNT_HAS_GMOCK 0
#endif

#endif  // HAWKMOUNT_TESTING_GENERATED_H_
