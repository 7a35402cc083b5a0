#ifndef HAWKMOUNT_CODEGEN_HEADER_H_
#define HAWKMOUNT_CODEGEN_HEADER_H_

// What generated headers include, and nobody else.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "hawkmount/client.h"
#include "hawkmount/codegen/chain.h"
#include "hawkmount/codegen/style.h"
#include "hawkmount/context.h"
#include "hawkmount/method.h"
#include "hawkmount/mount.h"
#include "hawkmount/stream.h"
#include "hawkmount/task.h"

namespace hawkmount {

// Goes up whenever generated code and runtime must change together.
inline constexpr int kGeneratedApi = 1;

}  // namespace hawkmount

#endif  // HAWKMOUNT_CODEGEN_HEADER_H_
