#include "protoc-gen-hawkmount/hooks.h"

#include <google/protobuf/message.h>

#include "hawkmount/options.pb.h"

namespace hawkmount::protoc {

void Turn(const hawkmount::Observe& observe, Switches& switches) {
  const google::protobuf::Reflection& values = *observe.GetReflection();
  for (size_t i = 0; i < kHooks.size(); ++i) {
    const auto* field =
        hawkmount::Observe::descriptor()->FindFieldByName(kHooks[i].name);
    if (values.HasField(observe, field)) {
      switches[i] = values.GetBool(observe, field);
    }
  }
}

}  // namespace hawkmount::protoc
