// H32: lifecycles are values that merge.

#include "hawkmount/lifecycle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hawkmount {
namespace {

using Words = std::vector<std::string>;

// Hooks that note their names: "+name" at the start, "-name" at the end.
Lifecycle Noting(
    Words& words,
    const std::string& name,
    absl::Status start = absl::OkStatus()) {
  Lifecycle hooks;
  hooks.OnStart(name, [&words, name, start] {
    words.push_back("+" + name);
    return start;
  });
  hooks.OnShutdown(name, [&words, name] {
    words.push_back("-" + name);
    return absl::OkStatus();
  });
  return hooks;
}

TEST(LifecycleTest, MergedHooksComeAfterThoseThatAreThere) {
  Words words;
  Lifecycle hooks = Noting(words, "one");
  const Lifecycle two = Noting(words, "two");
  hooks.Merge(two);
  hooks.Merge(Lifecycle());
  hooks.OnShutdown("three", [&] {
    words.push_back("-three");
    return absl::OkStatus();
  });
  EXPECT_TRUE(hooks.Start().ok());
  EXPECT_EQ(words, (Words{"+one", "+two"}));
  EXPECT_TRUE(hooks.Shutdown().ok());
  EXPECT_EQ(words, (Words{"+one", "+two", "-three", "-two", "-one"}));
  words.clear();
  EXPECT_TRUE(two.Start().ok());
  EXPECT_EQ(words, Words{"+two"}) << "what was merged is as it was";
}

TEST(LifecycleTest, AMergedHookThatFailsUndoesThoseBeforeIt) {
  Words words;
  Lifecycle hooks = Noting(words, "one");
  hooks.Merge(Noting(words, "two", absl::NotFoundError("no disk")));
  hooks.Merge(Noting(words, "three"));
  EXPECT_EQ(hooks.Start(), absl::NotFoundError("start hook \"two\": no disk"));
  EXPECT_EQ(words, (Words{"+one", "+two", "-one"}));
}

TEST(LifecycleTest, MergesWithItself) {
  Words words;
  Lifecycle hooks = Noting(words, "one");
  hooks.Merge(hooks);
  EXPECT_TRUE(hooks.Start().ok());
  EXPECT_EQ(words, (Words{"+one", "+one"}));
}

}  // namespace
}  // namespace hawkmount
