#include "schemas.h"

#include <fcntl.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hawkmount::protoc {

TemporaryDirectory::TemporaryDirectory() {
  std::string path =
      std::filesystem::temp_directory_path() / "hawkmount.XXXXXX";
  path_ = mkdtemp(path.data());
}

TemporaryDirectory::~TemporaryDirectory() {
  std::filesystem::remove_all(path_);
}

std::string TemporaryDirectory::Write(
    const std::string& name, const std::string& text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
  return file;
}

std::string ReadFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Outcome RunProgram(
    const std::vector<std::string>& argv, const std::string& in) {
  const TemporaryDirectory directory;
  const std::string in_file = directory.Write("in", in);
  const std::string out_file = directory.Write("out", "");
  const std::string err_file = directory.Write("err", "");
  std::vector<char*> arguments;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);

  const pid_t child = fork();
  if (child == 0) {
    dup2(open(in_file.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(out_file.c_str(), O_WRONLY), STDOUT_FILENO);
    dup2(open(err_file.c_str(), O_WRONLY), STDERR_FILENO);
    alarm(10);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {
      WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status),
      ReadFile(out_file),
      ReadFile(err_file)};
}

google::protobuf::compiler::CodeGeneratorRequest RequestFor(
    const Schemas& schemas, const std::string& file) {
  const TemporaryDirectory directory;
  for (const auto& [name, text] : schemas) directory.Write(name, text);
  const std::string set_file = directory.Path("set");
  const Outcome outcome = RunProgram(
      {PROTOC,
       "-I" + directory.Path(""),
       "-I" OPTIONS_DIR,
       "--include_imports",
       "--include_source_info",
       "--descriptor_set_out=" + set_file,
       file});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;

  // Options stay unread, as they do in the plugin.
  const std::string bytes = ReadFile(set_file);
  const google::protobuf::DescriptorPool no_extensions;
  google::protobuf::DynamicMessageFactory no_messages;
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(bytes.data()),
      static_cast<int>(bytes.size()));
  input.SetExtensionRegistry(&no_extensions, &no_messages);
  google::protobuf::FileDescriptorSet set;
  EXPECT_TRUE(set.ParseFromCodedStream(&input));
  google::protobuf::compiler::CodeGeneratorRequest request;
  request.add_file_to_generate(file);
  request.mutable_proto_file()->Swap(set.mutable_file());
  return request;
}

}  // namespace hawkmount::protoc
