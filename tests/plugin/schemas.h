#ifndef HAWKMOUNT_TESTS_PLUGIN_SCHEMAS_H_
#define HAWKMOUNT_TESTS_PLUGIN_SCHEMAS_H_

#include <google/protobuf/compiler/plugin.pb.h>

#include <filesystem>
#include <map>
#include <string>

namespace hawkmount::protoc {

// A directory that goes with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string Path(const std::string& name) const { return path_ / name; }
  // Writes a file, with the directories that it lies in.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

// How a program ended.
struct Outcome {
  // Negative: the signal that ended it. One that runs for ten seconds is ended.
  int exit_code = 0;
  std::string out;
  std::string err;
};

// Runs argv[0], with `in` on stdin.
Outcome RunProgram(
    const std::vector<std::string>& argv, const std::string& in = "");

// The schemas' texts by file name.
using Schemas = std::map<std::string, std::string>;

// What the real protoc asks its plugins about `file`, one of `schemas`.
// Schemas can import hawkmount/options.proto and protobuf's own.
google::protobuf::compiler::CodeGeneratorRequest RequestFor(
    const Schemas& schemas, const std::string& file);

std::string ReadFile(const std::string& path);

}  // namespace hawkmount::protoc

#endif  // HAWKMOUNT_TESTS_PLUGIN_SCHEMAS_H_
