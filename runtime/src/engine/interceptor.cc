#include "hawkmount/interceptor.h"

namespace hawkmount {

Decision Interceptor::Before(Context&) { return Decision(); }

Decision Interceptor::OnReceive(Context&, google::protobuf::Message&) {
  return Decision();
}

absl::Status Interceptor::OnSend(Context&, google::protobuf::Message&) {
  return absl::OkStatus();
}

void Interceptor::After(Context&, absl::Status&) {}

}  // namespace hawkmount
