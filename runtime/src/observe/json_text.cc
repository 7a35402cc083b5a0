#include "observe/json_text.h"

#include <nlohmann/json.hpp>
#include <string>

namespace hawkmount::observe::internal {

char* WriteEscapedSlowly(std::string_view text, char* to) {
  const std::string quoted = nlohmann::json(text).dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::memcpy(to, quoted.data() + 1, quoted.size() - 2);
  return to + quoted.size() - 2;
}

}  // namespace hawkmount::observe::internal
