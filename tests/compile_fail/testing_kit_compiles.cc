// The testing kit's templates, with streams of all kinds in both styles.

#include "greeter.hawkmount.testing.h"
#include "hawkmount/testing.h"

using namespace acme::greeter::v1;  // NOLINT
using hawkmount::testing::FaultPoints;
using hawkmount::testing::TestStream;
using H = GreeterHandler;

template class hawkmount::testing::TestStream<H::CountStream>;
template class hawkmount::testing::TestStream<H::CountAsyncStream>;

void Streams(
    TestStream<H::CollectStream>& collect,
    TestStream<H::CollectAsyncStream>& collect_async,
    TestStream<H::ChatStream>& chat,
    TestStream<H::ChatAsyncStream>& chat_async) {
  collect.Push(CollectRequest());
  collect_async.Push(CollectRequest());
  chat.Push(ChatRequest());
  chat_async.Push(ChatRequest());
  static_cast<void>(chat.responses());
  static_cast<void>(chat_async.responses());
}

void Answers(FakeGreeter& fake, FakeAsyncGreeter& async) {
  fake.OnCount().Return({CountResponse()});
  async.OnCount().Return({CountResponse()});
  async.OnChat().Do(
      [](const ChatRequest&) -> hawkmount::Task { return absl::OkStatus(); });
}

GreeterMount Mounted(FakeGreeter& fake, const FaultPoints& faults) {
  return {fake, faults};
}
GreeterMount Mounted(FakeAsyncGreeter& fake, const FaultPoints& faults) {
  return {fake, faults};
}
