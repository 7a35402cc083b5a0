#include "protoc-gen-hawkmount/names.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace hawkmount::protoc {
namespace {

bool Free(const std::string&) { return false; }

ServiceModel Greeter() {
  ServiceModel service;
  SpellService("Greeter", Free, service);
  return service;
}

std::string Spelled(
    MemberNames& members,
    const std::string& name,
    MethodKind kind = MethodKind::kUnary) {
  MethodModel method;
  method.kind = kind;
  members.Spell(name, method);
  return method.name;
}

TEST(IsKeyword, KnowsCpp20) {
  for (const char* word :
       {"class", "delete", "xor_eq", "co_await", "char8_t"}) {
    EXPECT_TRUE(IsKeyword(word)) << word;
  }
  for (const char* word : {"Class", "module", "override", "final", ""}) {
    EXPECT_FALSE(IsKeyword(word)) << word;
  }
}

TEST(FreeName, AddsUnderscoresUntilANameIsFree) {
  EXPECT_EQ(FreeName("Foo", Free), "Foo");
  EXPECT_EQ(FreeName("delete", Free), "delete_");
  EXPECT_EQ(FreeName("assert", Free), "assert_");
  const std::set<std::string> taken = {"new_", "Foo", "Foo_"};
  const auto is_taken = [&](const std::string& name) {
    return taken.count(name) > 0;
  };
  EXPECT_EQ(FreeName("new", is_taken), "new__");
  EXPECT_EQ(FreeName("Foo", is_taken), "Foo__");
}

TEST(SpellService, StepsAsideForWhatThePackageHas) {
  ServiceModel service;
  SpellService(
      "Foo",
      [](const std::string& name) { return name == "FooMount"; },
      service);
  EXPECT_EQ(service.methods_class, "FooMethods");
  EXPECT_EQ(service.handler_class, "FooHandler");
  EXPECT_EQ(service.styles_class, "FooStyles");
  EXPECT_EQ(service.mount_class, "FooMount_");
  EXPECT_EQ(service.client_class, "FooClient");
  EXPECT_EQ(service.calls_class, "FooCalls");
}

TEST(SpellService, MakesNoKeywordsOfKeywords) {
  ServiceModel service;
  SpellService("class", Free, service);
  EXPECT_EQ(service.handler_class, "classHandler");
}

TEST(MemberNames, SpellsWhatBelongsToAMethod) {
  MemberNames members(Greeter());
  MethodModel method;
  method.kind = MethodKind::kBidiStream;
  members.Spell("Chat", method);
  EXPECT_EQ(method.name, "Chat");
  EXPECT_EQ(method.async, "ChatAsync");
  EXPECT_EQ(method.context, "ChatContext");
  EXPECT_EQ(method.stream, "ChatStream");
  EXPECT_EQ(method.async_stream, "ChatAsyncStream");
  EXPECT_EQ(method.call, "ChatCall");
  EXPECT_EQ(method.constant, "kChat");
}

TEST(MemberNames, LetsTheLaterMethodGiveWay) {
  MemberNames members(Greeter());
  EXPECT_EQ(Spelled(members, "Foo"), "Foo");
  EXPECT_EQ(Spelled(members, "FooAsync"), "FooAsync_");
  MemberNames reversed(Greeter());
  EXPECT_EQ(Spelled(reversed, "FooAsync"), "FooAsync");
  EXPECT_EQ(Spelled(reversed, "Foo"), "Foo_");
}

TEST(MemberNames, TakesStreamNamesForStreamsAlone) {
  MemberNames members(Greeter());
  EXPECT_EQ(Spelled(members, "Predict"), "Predict");
  EXPECT_EQ(
      Spelled(members, "PredictStream", MethodKind::kServerStream),
      "PredictStream");
  EXPECT_EQ(Spelled(members, "Get", MethodKind::kServerStream), "Get");
  EXPECT_EQ(Spelled(members, "GetStream"), "GetStream_");
}

TEST(MemberNames, KeepsTheClassesOwnNames) {
  MemberNames members(Greeter());
  for (const char* name :
       {"GreeterHandler", "GreeterMount", "Of", "channel_"}) {
    EXPECT_EQ(Spelled(members, name), std::string(name) + "_");
  }
}

TEST(MemberNames, TellsCasesApart) {
  MemberNames members(Greeter());
  EXPECT_EQ(Spelled(members, "GetFoo"), "GetFoo");
  EXPECT_EQ(Spelled(members, "getFoo"), "getFoo");
  EXPECT_EQ(Spelled(members, "get_foo"), "get_foo");
}

TEST(MemberNames, KnowsWhatTheyHide) {
  MemberNames members(Greeter());
  Spelled(members, "Foo");
  for (const char* name : {"Foo", "FooContext", "request", "GreeterHandler"}) {
    EXPECT_TRUE(members.Hide(name)) << name;
  }
  for (const char* name : {"FooStream", "FooRequest", "Request"}) {
    EXPECT_FALSE(members.Hide(name)) << name;
  }
}

TEST(Symbols, HidesOurs) {
  Symbols symbols;
  symbols.AddPackage("acme.std.v1");
  EXPECT_TRUE(symbols.Have("acme", "std"));
  EXPECT_TRUE(symbols.Have("", "acme"));
  EXPECT_TRUE(symbols.HideOurs("acme.std.v1"));
  EXPECT_TRUE(symbols.HideOurs("acme.other"));
  EXPECT_FALSE(symbols.HideOurs("other"));
  EXPECT_FALSE(symbols.HideOurs(""));
}

TEST(Symbols, HidesNothingWhereOurNamesAreOutermost) {
  Symbols symbols;
  symbols.AddPackage("hawkmount.health.v1");
  symbols.AddPackage("std");
  EXPECT_FALSE(symbols.HideOurs("hawkmount.health.v1"));
  symbols.Add("hawkmount", "absl");
  EXPECT_TRUE(symbols.HideOurs("hawkmount.health.v1"));
}

TEST(IsIncludable, WantsPlainRelativePaths) {
  for (const char* file : {"a.proto", "a/b c+d@e-1.x.proto", "ä.proto", "a"}) {
    EXPECT_TRUE(IsIncludable(file)) << file;
  }
  for (const char* file :
       {"",
        "/a.proto",
        "../a.proto",
        "a/../b.proto",
        "./a.proto",
        "a//b.proto",
        "a/",
        "a\nb.proto",
        "a\"b.proto",
        "a\\b.proto"}) {
    EXPECT_FALSE(IsIncludable(file)) << file;
  }
  EXPECT_FALSE(IsIncludable(absl::string_view("a\0b", 3)));
}

TEST(WithoutExtension, TakesOffTheLastOne) {
  EXPECT_EQ(WithoutExtension("a/b.v1.proto"), "a/b.v1");
  EXPECT_EQ(WithoutExtension("a.protodevel"), "a");
  EXPECT_EQ(WithoutExtension("a.proto.txt"), "a.proto.txt");
}

TEST(GuardOf, LooksLikeThePath) {
  EXPECT_EQ(
      GuardOf("acme/v1/greeter.proto"),
      "HAWKMOUNT_GENERATED_ACME_V1_GREETER_PROTO_H_");
  EXPECT_EQ(
      GuardOf("foo_service.proto"),
      "HAWKMOUNT_GENERATED_FOO_5FSERVICE_PROTO_H_");
}

TEST(GuardOf, IsAnotherForEveryFile) {
  std::set<std::string> guards;
  const char* files[] = {
      "a/b.proto",
      "a_b.proto",
      "a.b.proto",
      "a-b.proto",
      "A/b.proto",
      "ab.proto",
      "a/B.proto",
      "a/5fb.proto",
      "a5fb.proto",
      "a/b.txt",
      "a/b",
      "\xc3.proto",
      "/c3.proto",
      "a+b.proto",
      "a b.proto"};
  for (const char* file : files) {
    const std::string guard = GuardOf(file);
    EXPECT_TRUE(guards.insert(guard).second) << guard;
    for (const char c : guard) {
      EXPECT_TRUE(c == '_' || isupper(c) || isdigit(c)) << guard;
    }
  }
}

// A file's service as SpellService and MemberNames leave it.
ServiceModel Spelled(const std::string& name) {
  ServiceModel service;
  service.full_name = "a.b." + name;
  SpellService(
      name, [](const std::string&) { return false; }, service);
  MemberNames members(service);
  for (const char* method : {"Call", "OnCall", "CallFake"}) {
    members.Spell(method, service.methods.emplace_back());
  }
  return service;
}

TEST(SpellFakes, GivesWayToAllOthers) {
  std::vector<ServiceModel> services{
      Spelled("Foo"),
      Spelled("FakeFoo"),
      Spelled("MockFoo"),
      Spelled("AsyncFoo")};
  const std::vector<ServiceModel> before = services;
  SpellFakes(
      [](const std::string& name) { return name == "FakeFoo"; }, services);
  EXPECT_EQ(services[0].fake_class, "FakeFoo_");
  EXPECT_EQ(services[0].mock_class, "MockFooHandler_");
  EXPECT_EQ(services[3].fake_class, "FakeAsyncFoo");
  EXPECT_EQ(services[0].async_fake_class, "FakeAsyncFoo_");
  EXPECT_EQ(services[0].async_mock_class, "MockAsyncFooHandler_");
  EXPECT_EQ(services[3].async_fake_class, "FakeAsyncAsyncFoo");
  EXPECT_EQ(services[2].handler_class, "MockFooHandler");
  for (size_t i = 0; i < services.size(); ++i) {
    EXPECT_EQ(services[i].handler_class, before[i].handler_class);
    const std::vector<MethodModel>& methods = services[i].methods;
    EXPECT_EQ(methods[0].name, "Call");
    EXPECT_EQ(methods[0].fake, "OnCall_");
    EXPECT_EQ(methods[0].fake_member, "CallFake_");
    EXPECT_EQ(methods[1].name, "OnCall");
    EXPECT_EQ(methods[1].fake, "OnOnCall");
  }
}

}  // namespace
}  // namespace hawkmount::protoc
