// I9, I10, I-B11: the names in a method's path.

#include <gtest/gtest.h>

#include "hawkmount/method.h"

namespace hawkmount {
namespace {

TEST(MethodNameTest, HasThePartsOfAPath) {
  const auto name = ParseMethodName("/acme.greeter.v1.Greeter/SayHello");
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_EQ(name->package, "acme.greeter.v1");
  EXPECT_EQ(name->service, "Greeter");
  EXPECT_EQ(name->fully_qualified_service, "acme.greeter.v1.Greeter");
  EXPECT_EQ(name->method, "SayHello");
}

TEST(MethodNameTest, MayHaveNoPackage) {
  const auto name = ParseMethodName("/Greeter/SayHello");
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_EQ(name->package, "");
  EXPECT_EQ(name->service, "Greeter");
  EXPECT_EQ(name->fully_qualified_service, "Greeter");
}

TEST(MethodNameTest, RefusesWhatIsNoPath) {
  for (const char* path :
       {"",
        "/",
        "//",
        "///",
        "SayHello",
        "Greeter/SayHello",
        "/Greeter",
        "/Greeter/",
        "//SayHello",
        "/a/b/c",
        "/.Greeter/SayHello",
        "/acme./SayHello"}) {
    const auto name = ParseMethodName(path);
    EXPECT_TRUE(absl::IsInvalidArgument(name.status())) << path;
    EXPECT_NE(name.status().message().find(path), absl::string_view::npos);
  }
}

TEST(MethodNameTest, IsWhatAMethodSaysOfItself) {
  constexpr Method kMethod{"/acme.v1.Greeter/Chat", MethodKind::kBidiStream};
  const auto name = ParseMethodName(kMethod.path);
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(name->package, kMethod.package());
  EXPECT_EQ(name->fully_qualified_service, kMethod.service());
  EXPECT_EQ(name->method, kMethod.name());
}

}  // namespace
}  // namespace hawkmount
