// The policy that docs/guide/policy.md shows is one that the plugin takes.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// What stands in the guide between "```textproto" and "```".
std::string PolicyOfGuide() {
  const std::string begin = "```textproto\n";
  const std::string guide = ReadFile(GUIDE);
  const size_t at = guide.find(begin);
  if (at == guide.npos) return "there is none";
  const size_t first = at + begin.size();
  return guide.substr(first, guide.find("```", first) - first);
}

TEST(PolicyGuide, ItsPolicyIsTakenAndInForce) {
  std::string path = fs::temp_directory_path() / "hawkmount.XXXXXX";
  const fs::path out = mkdtemp(path.data());
  std::ofstream(out / "policy.txt") << PolicyOfGuide();
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
