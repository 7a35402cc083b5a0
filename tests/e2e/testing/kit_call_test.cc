// I18: handlers called without a network.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "handlers.h"
#include "hawkmount/testing.h"
#include "kit_messages.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;
using hawkmount::testing::RunTask;
using hawkmount::testing::TestContext;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using HelloContext = TestContext<GreeterHandler::SayHelloContext>;

TEST(TestContextTest, UnaryInBothStyles) {
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  SayHelloResponse response;
  HelloContext first;
  EXPECT_TRUE(blocking.SayHello(first, Named("Ada"), response).ok());
  EXPECT_EQ(response.greeting(), "Hello, Ada");

  HelloContext second;
  const SayHelloRequest request = Named("Grace");
  EXPECT_TRUE(
      RunTask(second, coroutine.SayHelloAsync(second, request, response)).ok());
  EXPECT_EQ(response.greeting(), "Hello, Grace");
  const SayHelloRequest bad = Named("throw");
  EXPECT_THROW(
      RunTask(second, coroutine.SayHelloAsync(second, bad, response))
          .IgnoreError(),
      std::runtime_error);
}

TEST(TestContextTest, TellsWhatTheTestSaysOfTheCaller) {
  hawkmount::App app;
  hawkmount::PeerIdentity billing;
  billing.common_name = "billing";
  HelloContext context(
      {.metadata =
           {{"authorization", "Bearer x"},
            {"x-request-id", "id.7"},
            {"traceparent",
             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}},
       .timeout = 1h,
       .peer = "ipv4:10.0.0.1:7",
       .identity = billing,
       .request_compressed = true,
       .app = &app});
  EXPECT_EQ(context->metadata().Find("authorization"), "Bearer x");
  EXPECT_EQ(context->metadata().size(), 3);
  EXPECT_EQ(context->request_id(), "id.7");
  ASSERT_NE(context->trace(), nullptr);
  EXPECT_EQ(context->peer(), "ipv4:10.0.0.1:7");
  EXPECT_EQ(context->identity().common_name, "billing");
  EXPECT_TRUE(context->request_compressed());
  EXPECT_EQ(&context->app(), &app);
  EXPECT_EQ(&context->logger(), &app.logger());
  EXPECT_EQ(&context->method(), &GreeterMethods::kSayHello);
  EXPECT_GT(context->deadline(), std::chrono::system_clock::now() + 50min);
  EXPECT_FALSE(context->IsCancelled());
  context.Cancel();
  EXPECT_TRUE(context->IsCancelled());
}

TEST(TestContextTest, HasWhatCallsHaveWhenNothingIsSaid) {
  HelloContext context;
  EXPECT_EQ(context->request_id().size(), 32);
  EXPECT_EQ(context->deadline(), std::chrono::system_clock::time_point::max());
  EXPECT_EQ(context->trace(), nullptr);
  EXPECT_NE(context->peer(), "");
  context.app().Set(std::make_shared<int>(7));
  EXPECT_EQ(*context->app().Get<int>(), 7);
}

TEST(TestContextTest, RefusesMetadataThatNoServerCouldReceive) {
  EXPECT_THROW(
      HelloContext({.metadata = {{"Upper", "case"}}}), std::invalid_argument);
}

TEST(TestContextTest, KeepsWhatTheHandlerAdds) {
  HelloContext context;
  EXPECT_TRUE(context->AddInitialMetadata("first", "1").ok());
  EXPECT_TRUE(context->AddTrailingMetadata("last-bin", "\xff").ok());
  EXPECT_EQ(
      context->AddTrailingMetadata("grpc-status", "0").code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(context.initial_metadata(), (Pairs{{"first", "1"}}));
  EXPECT_EQ(context.trailing_metadata(), (Pairs{{"last-bin", "\xff"}}));
}

struct UserId {
  std::string text;
};
struct Tenant {
  int number = 0;
};

TEST(TestContextTest, HasFacts) {
  HelloContext context;
  EXPECT_EQ(context->Get<UserId>(), nullptr);
  EXPECT_EQ(context->Set<UserId>("undeclared"), nullptr);
  context.Set<UserId>("ada");
  ASSERT_NE(context->Get<UserId>(), nullptr);
  EXPECT_EQ(context->Get<UserId>()->text, "ada");
  EXPECT_EQ(context->Get<Tenant>(), nullptr);
  context.Provide<Tenant>();
  EXPECT_EQ(context->Get<Tenant>(), nullptr);
  ASSERT_NE(context->Set<Tenant>(7), nullptr);
  EXPECT_EQ(context->Get<Tenant>()->number, 7);
}

TEST(TestContextTest, ADeadlineThatHasPassedCancels) {
  HelloContext context({.timeout = -1s});
  EXPECT_TRUE(context->IsCancelled());
}

}  // namespace
}  // namespace e2e
