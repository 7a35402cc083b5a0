#ifndef HAWKMOUNT_TESTING_GENERATED_H_
#define HAWKMOUNT_TESTING_GENERATED_H_

// What generated headers for tests include, and nobody else. Their mocks are
// there where gMock's headers are.

#include "hawkmount/testing/fake.h"

#if __has_include(<gmock/gmock.h>)
#include <gmock/gmock.h>
#define HAWKMOUNT_HAS_GMOCK 1
#else
#define HAWKMOUNT_HAS_GMOCK 0
#endif

#endif  // HAWKMOUNT_TESTING_GENERATED_H_
