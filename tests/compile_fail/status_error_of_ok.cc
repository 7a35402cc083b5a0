// EXPECT: a StatusErrorOf is of one of gRPC's 16 codes that are errors

#include "hawkmount/status.h"

const hawkmount::StatusErrorOf<absl::StatusCode::kOk> error;
