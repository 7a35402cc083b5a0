// golden/ is what the plugin prints of testdata/, byte for byte. With
// HAWKMOUNT_UPDATE_GOLDEN=1 it is made so: review the difference then.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

// The paths of the files below `root`, relative to it.
std::vector<std::string> FilesIn(
    const fs::path& root, const std::string& extension) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = entry.path().lexically_relative(root);
    if (entry.is_regular_file() && name.ends_with(extension)) {
      files.push_back(name);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadFile(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

bool IsUpdate() { return std::getenv("HAWKMOUNT_UPDATE_GOLDEN") != nullptr; }

// Those whose fakes and mocks are there, too.
bool HasTesting(const std::string& proto) { return proto == "greeter.proto"; }

// "imports/a.proto" -> "imports/a.hawkmount.pb.h" and ".cc"
std::vector<std::string> GeneratedFrom(const std::string& proto) {
  const std::string stem = proto.substr(0, proto.size() - 6);
  std::vector<std::string> files{
      stem + ".hawkmount.pb.h", stem + ".hawkmount.pb.cc"};
  if (HasTesting(proto)) files.push_back(stem + ".hawkmount.testing.h");
  return files;
}

class GoldenTest : public testing::TestWithParam<std::string> {
 protected:
  GoldenTest() {
    std::string path = fs::temp_directory_path() / "hawkmount.XXXXXX";
    out_ = mkdtemp(path.data());
  }
  ~GoldenTest() override { fs::remove_all(out_); }

  fs::path out_;
};

TEST_P(GoldenTest, IsWhatThePluginPrints) {
  const std::string command =
      PROTOC " --plugin=protoc-gen-hawkmount=" PLUGIN " -I" TESTDATA_DIR
             " -I" OPTIONS_DIR " --hawkmount_out=" +
      out_.string() +
      (HasTesting(GetParam()) ? " --hawkmount_opt=testing " : " ") + GetParam();
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  for (const std::string& file : GeneratedFrom(GetParam())) {
    const fs::path golden = fs::path(GOLDEN_DIR) / file;
    if (IsUpdate()) {
      fs::create_directories(golden.parent_path());
      fs::copy_file(out_ / file, golden, fs::copy_options::overwrite_existing);
    }
    EXPECT_EQ(ReadFile(out_ / file), ReadFile(golden))
        << "golden/" << file
        << " is not what the plugin prints. If it should be: ./dev golden";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Protos,
    GoldenTest,
    testing::ValuesIn(FilesIn(TESTDATA_DIR, ".proto")),
    [](const auto& info) {
      std::string name = info.param;
      for (char& c : name) {
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
      }
      return name;
    });

TEST(Golden, HasNothingElse) {
  std::set<std::string> expected;
  for (const std::string& proto : FilesIn(TESTDATA_DIR, ".proto")) {
    for (const std::string& file : GeneratedFrom(proto)) expected.insert(file);
  }
  for (const std::string& file : FilesIn(GOLDEN_DIR, "")) {
    if (expected.count(file) > 0) continue;
    if (IsUpdate()) fs::remove(fs::path(GOLDEN_DIR) / file);
    EXPECT_TRUE(IsUpdate())
        << "golden/" << file << " comes from no proto in testdata/";
  }
}

}  // namespace
