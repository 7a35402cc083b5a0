#ifndef HAWKMOUNT_PROTOC_PLACE_H_
#define HAWKMOUNT_PROTOC_PLACE_H_

#include <functional>
#include <string>
#include <vector>

namespace hawkmount::protoc {

// Where something of some options stands, as "acme.proto:3:5". The path is that
// of descriptor.proto's SourceCodeInfo, from the options on: the number of a
// field, the index in it if it is a list, the number of a field in that, and so
// on. What has no place of its own stands where the nearest thing around it
// does.
using FieldPlace = std::function<std::string(const std::vector<int>& path)>;

// What somebody says, and where.
template <class Value>
struct Said {
  Value value;
  std::string place;
};

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_PLACE_H_
