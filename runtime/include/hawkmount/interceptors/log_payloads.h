#ifndef HAWKMOUNT_INTERCEPTORS_LOG_PAYLOADS_H_
#define HAWKMOUNT_INTERCEPTORS_LOG_PAYLOADS_H_

// What is in messages, in the log.

#include <cstddef>

#include "hawkmount/interceptor.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace hawkmount {

struct LogPayloadsOptions {
  bool requests = true;
  bool responses = true;
  // Of a message, so many bytes of text at the most.
  size_t max_bytes = 1024;
};

// Writes each message that comes in and goes out to the app's logger, as a line
// of level info:
//
//   request of /acme.v1.Accounts/Put 5f1c...: name: "ann" password: [REDACTED]
//
// The number is the call's request id. Fields that the method's policy redacts
// (`redact` of hawkmount/options.proto) show that they are there and no more.
// The same goes for what an Any holds, and for fields that the schema does not
// have: nobody knows what they are. All other content of calls is in the log
// then: whoever may read the log may read that.
//
// A line is made where the call runs, on the event thread for coroutines, and
// costs as much as its text; no more of a large message is read than is
// written. Messages of the lite runtime cannot be written. Any thread.
class LogPayloads {
 public:
  explicit LogPayloads(LogPayloadsOptions options = {}) : options_(options) {}

  void OnReceive(Context& context, const google::protobuf::Message& request);
  void OnSend(Context& context, const google::protobuf::Message& response);

 private:
  LogPayloadsOptions options_;
};

}  // namespace hawkmount

#endif  // HAWKMOUNT_INTERCEPTORS_LOG_PAYLOADS_H_
