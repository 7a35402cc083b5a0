#ifndef HAWKMOUNT_PROTOC_REDACTION_H_
#define HAWKMOUNT_PROTOC_REDACTION_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "protoc-gen-hawkmount/policy.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class FileDescriptor;
class MethodDescriptor;
}  // namespace google::protobuf

namespace hawkmount::protoc {

// Which fields of messages nobody is to see in logs.
class Redaction {
 public:
  // Looks at all messages of the file and of what it imports. What the policy
  // gets wrong about them is added to `errors`.
  Redaction(
      const google::protobuf::FileDescriptor& file,
      const Policy& policy,
      std::vector<std::string>& errors);

  // The full names of those that a request or a response of the method can have
  // in it, sorted; not of what lies in one of them.
  std::vector<std::string> Of(
      const google::protobuf::MethodDescriptor& method) const;

 private:
  using Field = google::protobuf::FieldDescriptor;
  using Message = google::protobuf::Descriptor;

  void AddFile(const google::protobuf::FileDescriptor& file);
  void AddMessage(const Message& message);
  void AddField(const Field& field);
  // Names in the policy that are there, but not what it takes them for.
  void CheckKinds(const Policy& policy, std::vector<std::string>& errors) const;
  void Obey(
      const Message& message,
      const MessagePolicy& policy,
      std::vector<std::string>& errors);

  std::set<const Field*> redacted_;
  std::map<std::string, const Message*> messages_;  // by full name
  std::set<std::string> services_;
  std::map<const Message*, std::vector<const Field*>> extensions_;
};

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_PROTOC_REDACTION_H_
