#ifndef HAWKMOUNT_TESTING_H_
#define HAWKMOUNT_TESTING_H_

// For tests of services: link hawkmount::testing. See docs/guide/testing.md.

#include "hawkmount/testing/call.h"
#include "hawkmount/testing/clock.h"
#include "hawkmount/testing/co_return.h"
#include "hawkmount/testing/fake.h"
#include "hawkmount/testing/fault_points.h"
#include "hawkmount/testing/log.h"
#include "hawkmount/testing/metrics.h"
#include "hawkmount/testing/server.h"
#include "hawkmount/testing/stream.h"
#include "hawkmount/testing/task.h"

#endif  // HAWKMOUNT_TESTING_H_
