#ifndef HAWKMOUNT_APP_DOCTOR_H_
#define HAWKMOUNT_APP_DOCTOR_H_

#include <vector>

#include "app/plan.h"
#include "hawkmount/app.h"
#include "hawkmount/finding.h"

namespace hawkmount::app {

// What is noticed about a configuration, without starting anything: about the
// app first, then about its mounts in their order.
std::vector<Finding> Examine(
    const AppOptions& options, const std::vector<PlannedMount>& mounts);

}  // namespace hawkmount::app

#endif  // HAWKMOUNT_APP_DOCTOR_H_
