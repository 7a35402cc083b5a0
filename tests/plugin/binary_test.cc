// The plugin as a program, with and without protoc around it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <random>

#include "schemas.h"

namespace hawkmount::protoc {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kSchema[] =
    "syntax = \"proto3\";\npackage acme;\nmessage M {}\n"
    "service S { rpc F(M) returns (stream M); }\n";

std::string Request() {
  return RequestFor({{"a.proto", kSchema}}, "a.proto").SerializeAsString();
}

// A failure that says why in one line, and prints nothing else.
void ExpectRefused(const std::string& in) {
  const Outcome outcome = RunProgram({PLUGIN}, in);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(
      outcome.err, StartsWith("protoc-gen-hawkmount: this is no request"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
}

TEST(Binary, SaysItsVersion) {
  const Outcome outcome = RunProgram({PLUGIN, "--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, "protoc-gen-hawkmount " VERSION "\n");
  EXPECT_EQ(outcome.err, "");
}

TEST(Binary, Helps) {
  for (const char* flag : {"--help", "-h"}) {
    const Outcome outcome = RunProgram({PLUGIN, flag});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("policy=FILE"));
    EXPECT_EQ(outcome.err, "");
  }
}

TEST(Binary, RefusesOtherArguments) {
  const std::vector<std::vector<std::string>> wrong = {
      {"--versions"}, {"-v"}, {""}, {"a.proto"}, {"--version", "--help"}};
  for (std::vector<std::string> arguments : wrong) {
    arguments.insert(arguments.begin(), PLUGIN);
    const Outcome outcome = RunProgram(arguments, Request());
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, StartsWith("usage: "));
  }
}

TEST(Binary, AnswersARequest) {
  const Outcome outcome = RunProgram({PLUGIN}, Request());
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("a.hawkmount.pb.h"));
  EXPECT_EQ(outcome.err, "");
}

TEST(Binary, RefusesGarbage) {
  ExpectRefused("");
  ExpectRefused("x");
  ExpectRefused("protoc --hawkmount_out=. a.proto\n");
  ExpectRefused(Request() + "x");
  ExpectRefused(std::string(1 << 20, '\xff'));
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    std::string bytes(1024, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ExpectRefused(bytes);
  }
}

TEST(Binary, NeverDiesOfATruncatedRequest) {
  const std::string request = Request();
  for (size_t i = 0; i < 50; ++i) {
    const Outcome outcome =
        RunProgram({PLUGIN}, request.substr(0, request.size() * i / 50));
    EXPECT_THAT(outcome.exit_code, testing::AnyOf(0, 1)) << i;
  }
}

TEST(Binary, ReadsLargeRequests) {
  auto request = RequestFor({{"a.proto", kSchema}}, "a.proto");
  request.mutable_proto_file(0)
      ->mutable_source_code_info()
      ->mutable_location(0)
      ->set_trailing_comments(std::string(64 << 20, 'x'));
  EXPECT_EQ(RunProgram({PLUGIN}, request.SerializeAsString()).exit_code, 0);
}

// As RunProgram, through a shell.
Outcome Shell(const std::string& command) {
  return RunProgram({"/bin/sh", "-c", command});
}

TEST(Binary, SaysWhenItCannotReadOrWrite) {
  const TemporaryDirectory directory;
  const std::string in = directory.Write("in", Request());
  for (const std::string& redirection :
       {std::string("<&-"), "<" + in + " >&-", "<" + in + " >/dev/full"}) {
    const Outcome outcome = Shell(PLUGIN " " + redirection);
    EXPECT_EQ(outcome.exit_code, 1) << redirection;
    EXPECT_THAT(outcome.err, StartsWith("protoc-gen-hawkmount: std"));
  }
}

TEST(Binary, SurvivesAReaderThatLeaves) {
  const TemporaryDirectory directory;
  const std::string in = directory.Write("in", Request());
  const Outcome outcome =
      Shell("{ sleep 0.2; " PLUGIN " <" + in + "; echo $? >&2; } | true");
  EXPECT_THAT(outcome.err, EndsWith("Broken pipe\n1\n"));
}

TEST(Binary, SaysWhenMemoryIsShort) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need the address space";
#endif
  const TemporaryDirectory directory;
  const std::string in = directory.Write("in", std::string(96 << 20, 'x'));
  const Outcome outcome = Shell("ulimit -v 150000; exec " PLUGIN " <" + in);
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
}

class WithProtoc : public testing::Test {
 protected:
  Outcome Protoc(const std::string& file, const std::string& options = "") {
    return RunProgram(
        {PROTOC,
         "--plugin=protoc-gen-hawkmount=" PLUGIN,
         "-I" + directory_.Path(""),
         "--hawkmount_out=" + options + ":" + directory_.Path(""),
         file});
  }

  TemporaryDirectory directory_;
};

TEST_F(WithProtoc, WritesTheFiles) {
  directory_.Write("a/b.v1.proto", kSchema);
  const Outcome outcome = Protoc("a/b.v1.proto");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(ReadFile(directory_.Path("a/b.v1.hawkmount.pb.h")), "");
  EXPECT_NE(ReadFile(directory_.Path("a/b.v1.hawkmount.pb.cc")), "");
}

TEST_F(WithProtoc, PassesOnWhatIsWrong) {
  directory_.Write("a.proto", kSchema);
  Outcome outcome = Protoc("a.proto", "colour=red");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(
      outcome.err, HasSubstr("--hawkmount_out: Unknown parameter: colour=red"));

  outcome = Protoc("a.proto", "policy=none");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("policy=none: cannot be read"));

  directory_.Write("b.proto", "syntax = \"proto3\"; import \"none.proto\";");
  EXPECT_EQ(Protoc("b.proto").exit_code, 1);

  directory_.Write("c.proto", "syntax = \"proto3\"; service {}");
  EXPECT_EQ(Protoc("c.proto").exit_code, 1);
  EXPECT_EQ(ReadFile(directory_.Path("c.hawkmount.pb.h")), "");
}

TEST_F(WithProtoc, TakesProto3Optional) {
  directory_.Write(
      "a.proto", "syntax = \"proto3\"; message M { optional int32 a = 1; }");
  const Outcome outcome = Protoc("a.proto");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace
}  // namespace hawkmount::protoc
