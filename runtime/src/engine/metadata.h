#ifndef HAWKMOUNT_ENGINE_METADATA_H_
#define HAWKMOUNT_ENGINE_METADATA_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace hawkmount::engine {

// INVALID_ARGUMENT, naming the pair, for what gRPC would abort the process on
// and for keys that are gRPC's own.
absl::Status CheckMetadata(std::string_view key, std::string_view value);

// Appends the pair if it is allowed.
absl::Status AddMetadata(
    std::string_view key,
    std::string_view value,
    std::vector<std::pair<std::string, std::string>>& to);

}  // namespace hawkmount::engine

#endif  // HAWKMOUNT_ENGINE_METADATA_H_
