#ifndef HAWKMOUNT_SRC_REFLECTION_STANDARD_PROTOS_H_
#define HAWKMOUNT_SRC_REFLECTION_STANDARD_PROTOS_H_

namespace hawkmount::reflection {

// The text of our own health/health.proto and reflection/reflection.proto.
extern const char kHealthProto[];
extern const char kReflectionProto[];

}  // namespace hawkmount::reflection

#endif  // HAWKMOUNT_SRC_REFLECTION_STANDARD_PROTOS_H_
