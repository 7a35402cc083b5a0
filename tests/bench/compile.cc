// What generated sources cost to compile, and how much machine code they are:
// `<service>.hawkmount.pb.cc` beside gRPC's `<service>.grpc.pb.cc`.

#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "harness/child.h"
#include "harness/claims.h"
#include "harness/object_text.h"
#include "harness/samples.h"
#include "harness/setup.h"
#include "harness/temporary_directory.h"

namespace hawkmount::bench {
namespace {

constexpr char kSource[] = HAWKMOUNT_SOURCE_DIR;

class Compilation {
 public:
  explicit Compilation(const std::string& flags) : flags_(flags) {}

  // Prints the messages and both plugins' code of a .proto in `directory`.
  void Generate(const std::string& directory, const std::string& name) const {
    RunChild(
        {HAWKMOUNT_PROTOC,
         absl::StrCat("-I", directory),
         absl::StrCat("-I", kSource, "/proto"),
         absl::StrCat("--cpp_out=", Path("")),
         absl::StrCat("--grpc_out=", Path("")),
         absl::StrCat("--hawkmount_out=", Path("")),
         "--plugin=protoc-gen-grpc=" HAWKMOUNT_GRPC_CPP_PLUGIN,
         "--plugin=protoc-gen-hawkmount=" HAWKMOUNT_PLUGIN,
         name + ".proto"});
  }

  // Compiles a source; CPU seconds.
  double Compile(const std::string& name) const {
    return CompileFile(Path(name + ".cc"), Path(name + ".o"), {});
  }

  // The same of a source that includes generated headers.
  double CompileUser(
      const std::string& source, const std::vector<std::string>& flags) const {
    return CompileFile(source, Path("user.o"), flags);
  }

  // The machine code of a source, in bytes.
  double Text(const std::string& name) const {
    Compile(name);
    return static_cast<double>(TextBytes(Path(name + ".o")));
  }

 private:
  double CompileFile(
      const std::string& source,
      const std::string& object,
      const std::vector<std::string>& flags) const {
    std::vector<std::string> command = {
        HAWKMOUNT_CXX_COMPILER,
        "-std=c++20",
        flags_,
        "-c",
        absl::StrCat("-I", Path("")),
        absl::StrCat("-I", kSource, "/runtime/include"),
        source,
        "-o",
        object};
    command.insert(command.end(), flags.begin(), flags.end());
    return RunChild(command);
  }

  std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }

  TemporaryDirectory directory_;
  std::string flags_;
};

void CompareTime(const Compilation& compilation, int rounds, Claims& claims) {
  compilation.Generate(absl::StrCat(kSource, "/testdata"), "greeter");
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(compilation.Compile("greeter.hawkmount.pb"));
    theirs.push_back(compilation.Compile("greeter.grpc.pb"));
  }
  Note(absl::StrFormat(
      "greeter, 4 methods: hawkmount.pb.cc %.2f s, grpc.pb.cc %.2f s",
      Median(ours),
      Median(theirs)));
  claims.AtMost("compile.time/grpc.pb.cc", Median(ours) / Median(theirs), 0.40);
}

// What a program pays where it makes a mount.
void CompareMount(const Compilation& compilation, int rounds) {
  compilation.Generate(absl::StrCat(kSource, "/testdata"), "greeter");
  const std::string source =
      absl::StrCat(kSource, "/tests/bench/compile/mount.cc");
  std::vector<double> alone;
  std::vector<double> chained;
  for (int round = 0; round < rounds; ++round) {
    alone.push_back(compilation.CompileUser(source, {}));
    chained.push_back(compilation.CompileUser(source, {"-DIN_CHAIN"}));
  }
  Note(absl::StrFormat(
      "a mount %.2f s, in three interceptors %.2f s",
      Median(alone),
      Median(chained)));
}

void CompareText(const Compilation& compilation, Claims& claims) {
  const std::string directory = absl::StrCat(kSource, "/tests/bench/compile");
  compilation.Generate(directory, "four_methods");
  compilation.Generate(directory, "eight_methods");
  const auto bytes_a_method = [&](const std::string& plugin) {
    const double four = compilation.Text("four_methods." + plugin + ".pb");
    const double eight = compilation.Text("eight_methods." + plugin + ".pb");
    Note(absl::StrFormat(
        "%s.pb.cc: text %.0f bytes with 4 methods, %.0f with 8",
        plugin,
        four,
        eight));
    return (eight - four) / 4;
  };
  const double ours = bytes_a_method("hawkmount");
  const double theirs = bytes_a_method("grpc");
  claims.AtMost("compile.text_a_method/grpc.pb.cc", ours / theirs, 0.30);
}

int Main(int argc, char** argv) {
  int rounds = 5;
  std::string flags = "-O2";
  CLI::App app("Compile time and size of generated sources.");
  app.add_option("--rounds", rounds, "alternating compilations of each");
  app.add_option("--flags", flags, "the compiler's optimisation");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  setenv("CCACHE_DISABLE", "1", 1);
  const Compilation compilation(flags);
  Claims claims;
  CompareTime(compilation, rounds, claims);
  CompareMount(compilation, rounds);
  CompareText(compilation, claims);
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
