// docs/guide/policy.md shows what there is: its code is that of files that are
// compiled, and its policy is one that the plugin takes.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// What stands in the guide between "```LANGUAGE" and "```".
std::vector<std::string> BlocksOf(const std::string& language) {
  const std::string begin = "```" + language + "\n";
  std::vector<std::string> blocks;
  const std::string guide = ReadFile(GUIDE);
  for (size_t at = guide.find(begin); at != guide.npos;) {
    const size_t first = at + begin.size();
    const size_t end = guide.find("```", first);
    blocks.push_back(guide.substr(first, end - first));
    at = guide.find(begin, end);
  }
  return blocks;
}

TEST(PolicyGuide, ShowsWhatIsThere) {
  const std::string schema = ReadFile(fs::path(TESTDATA_DIR) / "policy.proto");
  const std::string code =
      ReadFile(fs::path(GOLDEN_DIR) / "policy.hawkmount.pb.h") +
      ReadFile(POLICY_TEST);
  const auto protos = BlocksOf("proto");
  EXPECT_EQ(protos.size(), 3u);
  for (const std::string& block : protos) {
    EXPECT_NE(schema.find(block), schema.npos) << block;
  }
  const auto sources = BlocksOf("cpp");
  EXPECT_EQ(sources.size(), 3u);
  for (const std::string& block : sources) {
    EXPECT_NE(code.find(block), code.npos) << block;
  }
}

TEST(PolicyGuide, ItsPolicyIsTakenAndInForce) {
  const auto policies = BlocksOf("textproto");
  ASSERT_EQ(policies.size(), 1u);
  std::string path = fs::temp_directory_path() / "hawkmount.XXXXXX";
  const fs::path out = mkdtemp(path.data());
  std::ofstream(out / "policy.txt") << policies[0];
  const std::string command =
      PROTOC " --plugin=protoc-gen-hawkmount=" PLUGIN " -I" TESTDATA_DIR
             " -I" OPTIONS_DIR " --hawkmount_opt=policy=" +
      (out / "policy.txt").string() + " --hawkmount_out=" + out.string() +
      " policy.proto";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  const std::string header = ReadFile(out / "policy.hawkmount.pb.h");
  fs::remove_all(out);
  for (const char* said :
       {"        \"accounts\",\n",
        "{.per_second = 1, .burst = 5}",
        "\"acme.policy.v1.User.mail\""}) {
    EXPECT_NE(header.find(said), header.npos) << said;
  }
}

}  // namespace
