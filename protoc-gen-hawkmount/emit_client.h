#ifndef HAWKMOUNT_PROTOC_EMIT_CLIENT_H_
#define HAWKMOUNT_PROTOC_EMIT_CLIENT_H_

#include <string>

#include "protoc-gen-hawkmount/model.h"

namespace hawkmount::protoc {

// The client of a service: its class for the header, its functions for the
// source.
std::string EmitClientClass(const ServiceModel& service);
std::string EmitClientFunctions(const ServiceModel& service);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_EMIT_CLIENT_H_
