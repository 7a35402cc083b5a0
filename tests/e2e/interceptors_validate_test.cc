// Requests that are validated (D's "request validation"): every message of
// every kind, in both styles.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "handlers.h"
#include "hawkmount/error_details.h"
#include "hawkmount/interceptors/validate.h"
#include "oracle.h"

namespace acme::greeter::v1 {

// Beside their messages. Count's has none.
void Validate(
    const SayHelloRequest& request, hawkmount::Violations& violations) {
  if (request.name().empty()) {
    violations.Add("name", "must not be empty", "EMPTY");
  }
  if (request.name().size() < 2) violations.Add("name", "is too short");
}
absl::Status Validate(const CollectRequest& request) {
  return request.name() == "bad" ? absl::InvalidArgumentError("a bad name")
                                 : absl::OkStatus();
}
void Validate(const ChatRequest& request, hawkmount::Violations& violations) {
  if (request.line() == "bad") violations.Add("line", "is bad");
}

}  // namespace acme::greeter::v1

namespace e2e {
namespace {

using hawkmount::BadRequest;
using hawkmount::Validate;
using namespace std::chrono_literals;

const hawkmount::CallOptions kPatience{.timeout = 60s};

template <class Handler>
class ValidateTest : public testing::Test {
 protected:
  template <class Interceptor>
  void Serve(Interceptor interceptor) {
    mount_ = &app_.Mount(
        GreeterMount(handler_, interceptor), {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app_.Start().ok());
  }
  GreeterClient Client() { return ClientOf(mount_->port()); }
  absl::Status Hello(const std::string& name) {
    SayHelloRequest request;
    request.set_name(name);
    return Client().SayHello(request, kPatience).status();
  }

  Handler handler_;
  hawkmount::App app_{Quiet()};
  hawkmount::MountHandle* mount_ = nullptr;
};

using Handlers = testing::Types<BlockingGreeter, CoroutineGreeter>;
TYPED_TEST_SUITE(ValidateTest, Handlers);

TYPED_TEST(ValidateTest, UnaryRequests) {
  this->Serve(Validate());
  EXPECT_TRUE(this->Hello("ann").ok());
  const absl::Status status = this->Hello("");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      status.message(),
      "the request is not valid: name: must not be empty, and 1 more");
  const std::vector<BadRequest::FieldViolation> expected{
      {"name", "must not be empty", "EMPTY"}, {"name", "is too short", ""}};
  EXPECT_EQ(hawkmount::BadRequestOf(status).value().field_violations, expected);
  // The handler was not asked.
  EXPECT_TRUE(this->Hello("fail").code() == absl::StatusCode::kNotFound);
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(ValidateTest, WhatHasNoFunctionPasses) {
  this->Serve(Validate());
  CountRequest request;
  request.set_up_to(2);
  auto stream = this->Client().Count(request, kPatience);
  CountResponse response;
  int count = 0;
  while (stream.Read(response)) ++count;
  EXPECT_EQ(count, 2);
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(ValidateTest, EachMessageOfAClientsStream) {
  this->Serve(Validate());
  for (const bool bad : {false, true}) {
    auto stream = this->Client().Collect(kPatience);
    for (const char* name : {"a", "b", bad ? "bad" : "c"}) {
      CollectRequest request;
      request.set_name(name);
      EXPECT_TRUE(stream.Write(request));
    }
    const auto answer = stream.Finish();
    if (bad) {
      EXPECT_EQ(answer.status(), absl::InvalidArgumentError("a bad name"));
    } else {
      EXPECT_EQ(answer.value().names_size(), 3);
    }
  }
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

TYPED_TEST(ValidateTest, EachMessageOfAConversation) {
  this->Serve(Validate());
  auto stream = this->Client().Chat(kPatience);
  ChatRequest request;
  ChatResponse response;
  for (const char* line : {"a", "b"}) {
    request.set_line(line);
    EXPECT_TRUE(stream.Write(request));
    EXPECT_TRUE(stream.Read(response));
    EXPECT_EQ(response.line(), line);
  }
  request.set_line("bad");
  EXPECT_TRUE(stream.Write(request));
  EXPECT_FALSE(stream.Read(response));
  const absl::Status status = stream.Finish();
  EXPECT_EQ(status.message(), "the request is not valid: line: is bad");
  EXPECT_EQ(
      hawkmount::BadRequestOf(status).value().field_violations[0].field,
      "line");
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

// Rules in one place, for the one request of a stream of responses, too.
struct Rules {
  void operator()(
      const CountRequest& request, hawkmount::Violations& violations) const {
    if (request.up_to() > 10) violations.Add("up_to", "is more than 10");
  }
  absl::Status operator()(const SayHelloRequest&) const {
    return absl::FailedPreconditionError("not today");
  }
};

TYPED_TEST(ValidateTest, ByAFunctionObject) {
  this->Serve(Validate(Rules()));
  CountRequest request;
  request.set_up_to(11);
  auto stream = this->Client().Count(request, kPatience);
  CountResponse response;
  EXPECT_FALSE(stream.Read(response));
  EXPECT_EQ(
      stream.Finish().message(),
      "the request is not valid: up_to: is more than 10");
  EXPECT_EQ(this->Hello("x"), absl::FailedPreconditionError("not today"));
  EXPECT_TRUE(this->app_.Shutdown(5s).ok());
}

}  // namespace
}  // namespace e2e
