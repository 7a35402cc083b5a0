#ifndef HAWKMOUNT_CODEGEN_MESSAGE_HOOKS_H_
#define HAWKMOUNT_CODEGEN_MESSAGE_HOOKS_H_

namespace google::protobuf {
class MessageLite;
}  // namespace google::protobuf

namespace hawkmount::codegen {

// Who looks at the messages of a stream, between the handler and the call. They
// are linked: each knows the one further out.
class MessageHooks {
 public:
  MessageHooks* outer = nullptr;

  // A message came in: false when it is refused.
  bool Received(google::protobuf::MessageLite& message) {
    return (outer == nullptr || outer->Received(message)) &&
           OnReceived(message);
  }

  // A message is to go out: what goes in its place, which lives until the next
  // one; null when it is refused.
  const google::protobuf::MessageLite* Sending(
      const google::protobuf::MessageLite& message) {
    const google::protobuf::MessageLite* result = OnSending(message);
    return result == nullptr || outer == nullptr ? result
                                                 : outer->Sending(*result);
  }

 protected:
  ~MessageHooks() = default;

 private:
  virtual bool OnReceived(google::protobuf::MessageLite& message) = 0;
  virtual const google::protobuf::MessageLite* OnSending(
      const google::protobuf::MessageLite& message) = 0;
};

}  // namespace hawkmount::codegen

#endif  // HAWKMOUNT_CODEGEN_MESSAGE_HOOKS_H_
