// What the golden mounts of hard cases are made of: names that clash, services
// that share method names, services under several names.

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "imports/rooted.hawkmount.pb.h"
#include "names.hawkmount.pb.h"
#include "no_package.hawkmount.pb.h"
#include "serve_as.hawkmount.pb.h"
#include "twins.hawkmount.pb.h"

namespace {

using hawkmount::kBlocking;
using hawkmount::kCoroutine;
using hawkmount::kUnimplemented;
using hawkmount::Style;

std::vector<std::string_view> PathsOf(const hawkmount::Mount& mount) {
  std::vector<std::string_view> paths;
  for (const auto& method : mount.service().methods) {
    paths.push_back(method.method->path);
  }
  return paths;
}

TEST(Mount, KeepsTheSchemasNamesOnTheWire) {
  struct Handler final : acme::names::v1::newHandler {
    absl::Status delete_(
        delete_Context&,
        const acme::names::v1::class_&,
        acme::names::v1::Value_Inner&) override {
      return absl::OkStatus();
    }
    hawkmount::Task NULL_Async(
        NULL_Context&, NULL_AsyncStream&, acme::names::v1::Value&) override {
      return absl::OkStatus();
    }
  };
  Handler handler;
  const acme::names::v1::newMount mount(handler);
  EXPECT_EQ(mount.service_name(), "acme.names.v1.new");
  EXPECT_EQ(
      PathsOf(mount),
      (std::vector<std::string_view>{
          "/acme.names.v1.new/delete",
          "/acme.names.v1.new/and",
          "/acme.names.v1.new/assert",
          "/acme.names.v1.new/co_await",
          "/acme.names.v1.new/NULL"}));
  EXPECT_EQ(
      mount.styles(),
      (std::vector<Style>{
          kBlocking,
          kUnimplemented,
          kUnimplemented,
          kUnimplemented,
          kCoroutine}));
}

TEST(Mount, TellsMethodsApartWhoseNamesMeet) {
  struct Handler final : acme::names::v1::ClashHandler_ {
    using Value = acme::names::v1::Value;
    absl::Status FooAsync_(FooAsync_Context&, const Value&, Value&) override {
      return absl::OkStatus();
    }
    hawkmount::Task FooAsync(FooContext&, const Value&, Value&) override {
      return absl::OkStatus();
    }
  };
  Handler handler;
  const acme::names::v1::ClashMount_ mount(handler);
  EXPECT_EQ(mount.styles()[1], kCoroutine);  // Foo
  EXPECT_EQ(mount.styles()[2], kBlocking);   // FooAsync
  EXPECT_EQ(mount.styles()[3], kUnimplemented);
  EXPECT_EQ(PathsOf(mount)[2], "/acme.names.v1.Clash/FooAsync");
}

TEST(Mount, TakesAnyNameOfAnRpc) {
  struct Handler final : acme::names::v1::OwnHandler {
    using Value = acme::names::v1::Value;
    absl::Status request(requestContext&, const Value&, Value&) override {
      return absl::OkStatus();
    }
    absl::Status s(sContext&, const Value&, Value&) override {
      return absl::OkStatus();
    }
  };
  Handler handler;
  const acme::names::v1::OwnMount mount(handler);
  EXPECT_EQ(mount.styles()[0], kBlocking);
  EXPECT_EQ(mount.styles()[8], kBlocking);
  EXPECT_EQ(mount.styles().size(), 12u);
}

TEST(Mount, TakesAServiceWithoutMethods) {
  struct Handler final : acme::names::v1::NothingHandler {};
  Handler handler;
  const acme::names::v1::NothingMount mount(handler);
  EXPECT_TRUE(mount.styles().empty());
  EXPECT_TRUE(mount.service().methods.empty());
}

TEST(Mount, HandlesTwoServicesInOneClass) {
  using acme::twins::v1::Answer;
  using acme::twins::v1::ElderHandler;
  using acme::twins::v1::Question;
  using acme::twins::v1::YoungerHandler;
  struct Handler final : ElderHandler, YoungerHandler {
    using ElderHandler::AskAsync;
    using ElderHandler::Chat;
    using ElderHandler::ChatAsync;
    using YoungerHandler::AskAsync;
    using YoungerHandler::Chat;

    absl::Status Ask(
        ElderHandler::AskContext&, const Question&, Answer&) override {
      return absl::OkStatus();
    }
    absl::Status Ask(
        YoungerHandler::AskContext&, const Question&, Answer&) override {
      return absl::OkStatus();
    }
    hawkmount::Task ChatAsync(
        YoungerHandler::ChatContext&,
        YoungerHandler::ChatAsyncStream&) override {
      return absl::OkStatus();
    }
  };
  Handler handler;
  const acme::twins::v1::ElderMount elder(handler);
  EXPECT_EQ(elder.styles(), (std::vector<Style>{kBlocking, kUnimplemented}));
  EXPECT_EQ(
      acme::twins::v1::YoungerMount(handler).styles(),
      (std::vector<Style>{kBlocking, kCoroutine}));
  // Each mount hands on its own base.
  EXPECT_EQ(elder.handler(), static_cast<ElderHandler*>(&handler));
}

TEST(Mount, TakesABaseWhoseStylesAreSaid) {
  struct Handler final : EchoHandler {};
  Handler handler;
  EchoHandler& base = handler;
  const EchoMount mount(base, {.Repeat = kCoroutine});
  EXPECT_EQ(mount.service_name(), "Echo");
  EXPECT_EQ(
      mount.styles(),
      (std::vector<Style>{kUnimplemented, kCoroutine, kUnimplemented}));
}

TEST(Mount, KnowsItsOtherNames) {
  struct Handler final : acme::serve_as::v1::StableHandler {};
  Handler handler;
  const acme::serve_as::v1::StableMount mount(handler);
  const auto serve_as = mount.service().serve_as;
  ASSERT_EQ(serve_as.size(), 2u);
  EXPECT_EQ(serve_as[0], "acme.serve_as.v1beta1.Stable");
  EXPECT_EQ(serve_as[1], "acme.serve_as.v1alpha.Stable");
}

TEST(Mount, LivesBesideScopesOfOurNames) {
  struct Handler final : edge::std::absl::TaskHandler {};
  Handler handler;
  const edge::std::absl::TaskMount mount(handler);
  EXPECT_EQ(mount.service_name(), "edge.std.absl.Task");
}

}  // namespace
