#include "calling.h"

#include <chrono>

#include "absl/strings/str_cat.h"

namespace e2e {

using namespace std::chrono_literals;

namespace {

template <class Stream, class Response>
void ReadAll(Stream& stream, Response& response, std::string& all) {
  while (stream.Read(response)) {
    absl::StrAppend(&all, response.ShortDebugString(), "\n");
  }
}

}  // namespace

std::string AllOf(
    const absl::Status& status, const hawkmount::ResponseMetadata& metadata) {
  std::string all = status.ToString() + "\n";
  for (const auto* pairs : {&metadata.initial, &metadata.trailing}) {
    for (const auto& [key, value] : *pairs) {
      absl::StrAppend(&all, key, ": ", value, "\n");
    }
  }
  return all;
}

Got CallAnd(
    const GreeterClient& client,
    const std::string& method,
    const std::vector<std::pair<std::string, std::string>>& metadata) {
  hawkmount::ResponseMetadata answered;
  const hawkmount::CallOptions options{
      .timeout = 60s,
      .metadata = metadata,
      .request_id = kRequestId,
      .response_metadata = &answered};
  Got got;
  if (method == "SayHello") {
    SayHelloRequest request;
    request.set_name("x");
    const auto response = client.SayHello(request, options);
    got.status = response.status();
    if (response.ok()) got.all = response->ShortDebugString();
  } else if (method == "Count") {
    CountRequest request;
    request.set_up_to(2);
    CountResponse response;
    auto stream = client.Count(request, options);
    ReadAll(stream, response, got.all);
    got.status = stream.Finish();
  } else if (method == "Collect") {
    CollectRequest request;
    request.set_name("x");
    auto stream = client.Collect(options);
    stream.Write(request);
    const auto response = stream.Finish();
    got.status = response.status();
    if (response.ok()) got.all = response->ShortDebugString();
  } else {
    ChatRequest request;
    request.set_line("x");
    ChatResponse response;
    auto stream = client.Chat(options);
    stream.Write(request);
    stream.WritesDone();
    ReadAll(stream, response, got.all);
    got.status = stream.Finish();
  }
  absl::StrAppend(&got.all, AllOf(got.status, answered));
  return got;
}

}  // namespace e2e
