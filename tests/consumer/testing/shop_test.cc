// What the testing kit is for, without anything of hawkmount's own tests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hawkmount/await.h"
#include "hawkmount/testing.h"
#include "shop/v1/shop.1.hawkmount.testing.h"

namespace {

using namespace std::chrono_literals;
using hawkmount::testing::FaultPoints;
using hawkmount::testing::RunTask;
using hawkmount::testing::TestContext;
using hawkmount::testing::TestServer;
using shop::v1::BuyRequest;
using shop::v1::Item;
using shop::v1::ShopClient;
using shop::v1::ShopHandler;
using shop::v1::ShopMount;

class Workshop final : public ShopHandler {
 public:
  hawkmount::Task BuyAsync(
      BuyContext& context, const BuyRequest& request, Item& item) override {
    const bool made = co_await hawkmount::Sleep(24h);
    if (!made) co_return absl::CancelledError();
    item.set_name(request.name());
    co_return context.AddTrailingMetadata("made", "by hand");
  }
};

TEST(Workshop, MakesWhatIsBought) {
  Workshop workshop;
  TestContext<ShopHandler::BuyContext> context;
  BuyRequest request;
  request.set_name("kite");
  Item item;
  EXPECT_TRUE(RunTask(context, workshop.BuyAsync(context, request, item)).ok());
  EXPECT_EQ(item.name(), "kite");
  EXPECT_EQ(context.trailing_metadata().size(), 1);
}

TEST(Caller, BuysOfAFake) {
  shop::v1::FakeShop fake;
  fake.OnBuy().Do([](const BuyRequest& request) {
    Item item;
    item.set_name("a " + request.name());
    return item;
  });
  const TestServer server((ShopMount(fake)));
  BuyRequest request;
  request.set_name("kite");
  const auto item = ShopClient(server.channel()).Buy(request, {.timeout = 60s});
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->name(), "a kite");
}

TEST(Caller, BuysOfAMock) {
  shop::v1::MockShopHandler mock;
  EXPECT_CALL(mock, Buy).WillOnce(
      ::testing::Return(absl::NotFoundError("sold out")));
  const TestServer server((ShopMount(mock)));
  EXPECT_EQ(
      ShopClient(server.channel()).Buy({}, {.timeout = 60s}).status(),
      absl::NotFoundError("sold out"));
}

TEST(Caller, LivesWithAFault) {
  shop::v1::FakeAsyncShop fake;
  fake.OnBuy().Return(Item());
  FaultPoints faults;
  const TestServer server(ShopMount(fake, faults));
  const ShopClient client(server.channel());
  const auto fault =
      faults.Arm({.times = 1, .status = absl::UnavailableError("closed")});
  EXPECT_EQ(
      client.Buy({}, {.timeout = 60s}).status(),
      absl::UnavailableError("closed"));
  EXPECT_TRUE(client.Buy({}, {.timeout = 60s}).ok());
  EXPECT_EQ(fault.passed(), 2);
}

}  // namespace
