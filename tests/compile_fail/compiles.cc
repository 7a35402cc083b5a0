// What must compile: each kind of handler that a mount can be made of.

#include <gmock/gmock.h>

#include "greeter.hawkmount.pb.h"

using namespace acme::greeter::v1;  // NOLINT

namespace {

class Blocking : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return absl::OkStatus();
  }
};
static_assert(
    GreeterStyles::Of<Blocking>().SayHello == hawkmount::kBlocking &&
    GreeterStyles::Of<Blocking>().Count == hawkmount::kUnimplemented);

class Coroutine final : public GreeterHandler {
 public:
  hawkmount::Task CountAsync(
      CountContext&, const CountRequest&, CountAsyncStream&) override {
    return absl::OkStatus();
  }
};
static_assert(
    GreeterStyles::Of<Coroutine>().Count == hawkmount::kCoroutine &&
    GreeterStyles::Of<Coroutine>().SayHello == hawkmount::kUnimplemented);

// What a class inherits counts as its own.
class Grandchild final : public Blocking {
 public:
  hawkmount::Task ChatAsync(ChatContext&, ChatAsyncStream&) override {
    return absl::OkStatus();
  }
};
static_assert(
    GreeterStyles::Of<Grandchild>().SayHello == hawkmount::kBlocking &&
    GreeterStyles::Of<Grandchild>().Chat == hawkmount::kCoroutine);

class Noexcept final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&,
      const SayHelloRequest&,
      SayHelloResponse&) noexcept override {
    return absl::OkStatus();
  }
};
static_assert(GreeterStyles::Of<Noexcept>().SayHello == hawkmount::kBlocking);

// Another function of the name stands beside the override.
class Overloaded final : public GreeterHandler {
 public:
  absl::Status SayHello(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    return SayHello(1);
  }
  absl::Status SayHello(int) { return absl::OkStatus(); }
};
static_assert(GreeterStyles::Of<Overloaded>().SayHello == hawkmount::kBlocking);

// The advice for a hidden name, followed.
class Used final : public GreeterHandler {
 public:
  using GreeterHandler::SayHello;
  absl::Status SayHello(int) { return absl::OkStatus(); }
};
static_assert(GreeterStyles::Of<Used>().SayHello == hawkmount::kUnimplemented);

// Nobody can make one of these.
class Abstract : public GreeterHandler {
 public:
  absl::Status Chat(ChatContext&, ChatStream&) override = 0;

 protected:
  ~Abstract() override = default;
};
static_assert(GreeterStyles::Of<Abstract>().Chat == hawkmount::kBlocking);

// A mock of some methods tells its styles like any other class.
class PartialMock final : public GreeterHandler {
 public:
  MOCK_METHOD(
      absl::Status,
      SayHello,
      (SayHelloContext&, const SayHelloRequest&, SayHelloResponse&),
      (override));
  MOCK_METHOD(
      hawkmount::Task, ChatAsync, (ChatContext&, ChatAsyncStream&), (override));
};
static_assert(
    GreeterStyles::Of<PartialMock>().SayHello == hawkmount::kBlocking &&
    GreeterStyles::Of<PartialMock>().Chat == hawkmount::kCoroutine);

// One of all methods in both styles has to be told which of them.
class FullMock final : public GreeterHandler {
 public:
  MOCK_METHOD(
      absl::Status,
      SayHello,
      (SayHelloContext&, const SayHelloRequest&, SayHelloResponse&),
      (override));
  MOCK_METHOD(
      hawkmount::Task,
      SayHelloAsync,
      (SayHelloContext&, const SayHelloRequest&, SayHelloResponse&),
      (override));
};

}  // namespace

GreeterMount MountOf(GreeterHandler& handler) {
  return GreeterMount(
      handler,
      {.SayHello = hawkmount::kBlocking, .Chat = hawkmount::kCoroutine});
}

GreeterMount MountOfMock() {
  static FullMock mock;
  return GreeterMount(mock, {.SayHello = hawkmount::kCoroutine});
}

GreeterMount MountOfPartialMock() {
  static PartialMock mock;
  return GreeterMount(mock);
}
