#ifndef HAWKMOUNT_SETTINGS_ENV_FILE_H_
#define HAWKMOUNT_SETTINGS_ENV_FILE_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hawkmount::settings {

// The text of a setting and where it stands: ".env:3", "environment".
struct Sourced {
  std::string text;
  std::string source;
};

// By name.
using Texts = std::map<std::string, Sourced>;

// Lines of KEY=VALUE. A key has letters, digits, `_`, `.` and `-`, and does not
// begin with a digit. Space around key and value, and a pair of quotes around
// the value, are taken off. Lines that are empty or begin with `#` are left
// out; there are no other comments, no `export`, and no escapes. Of a key that
// stands there twice the last holds. INVALID_ARGUMENT for any other line, as
// "FILE:LINE: ...", which does not repeat the line. `file` is for the errors
// and sources.
absl::StatusOr<Texts> ParseEnvFile(
    const std::string& file, std::string_view content);

// Of a file on the disk; empty when there is none.
absl::StatusOr<Texts> ReadEnvFile(const std::string& file);

}  // namespace hawkmount::settings

#endif  // HAWKMOUNT_SETTINGS_ENV_FILE_H_
