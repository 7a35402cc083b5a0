#ifndef HAWKMOUNT_PROTOC_POLICY_H_
#define HAWKMOUNT_PROTOC_POLICY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "hawkmount/options.pb.h"
#include "protoc-gen-hawkmount/call_policy.h"
#include "protoc-gen-hawkmount/limits.h"

namespace hawkmount::protoc {

// A name, and where it is written: "acme.proto:3:5".
struct PlacedName {
  std::string name;
  std::string place;
};

// What is said about a service from outside of its schema.
struct ServicePolicy {
  struct Method {
    std::string place;
    hawkmount::MethodOptions options;
    Limits limits{};
    CallPolicy calls{};
  };

  std::vector<PlacedName> serve_as{};
  hawkmount::Observe observe{};
  std::map<std::string, Method> methods{};  // by the name of the rpc
  Limits limits{};                          // of each of them
  CallPolicy calls{};                       // of each of them
  std::string place{};
};

// The same about a message.
struct MessagePolicy {
  std::string place;
  // By name.
  std::map<std::string, Said<hawkmount::FieldOptions>> fields{};
};

// By full names.
struct Policy {
  std::map<std::string, ServicePolicy> services{};
  std::map<std::string, MessagePolicy> messages{};
};

// Reads a hawkmount.Policy in text format. The error names each mistake as
// "file:line:column: message", one a line.
absl::StatusOr<Policy> ReadPolicy(const std::string& file);

// Complains about names in `serve_as` that cannot be the name of a service, or
// that `service` has already.
void CheckServeAs(
    const std::string& service,
    const std::vector<PlacedName>& serve_as,
    std::vector<std::string>& errors);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_POLICY_H_
