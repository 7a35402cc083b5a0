#ifndef HAWKMOUNT_PROTOC_READ_SYMBOLS_H_
#define HAWKMOUNT_PROTOC_READ_SYMBOLS_H_

#include "protoc-gen-hawkmount/names.h"

namespace google::protobuf {
class FileDescriptor;
}  // namespace google::protobuf

namespace hawkmount::protoc {

// What a schema and all that it imports declare in C++.
Symbols ReadSymbols(const google::protobuf::FileDescriptor& file);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_READ_SYMBOLS_H_
