#ifndef HAWKMOUNT_PROTOC_OPTIONS_H_
#define HAWKMOUNT_PROTOC_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "protoc-gen-hawkmount/hooks.h"

namespace hawkmount::protoc {

// What --hawkmount_opt says.
struct Options {
  std::string policy_file;  // empty: none
  Switches observe = kAllOn;
  bool testing = false;  // print fakes and mocks as well
};

// Reads "key=value,key=value". The error is for whoever called protoc.
absl::StatusOr<Options> ParseOptions(absl::string_view parameter);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_OPTIONS_H_
