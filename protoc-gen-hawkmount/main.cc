// protoc-gen-hawkmount: a plugin of protoc's. Run by
// `protoc --hawkmount_out=DIR`, it reads a request on stdin and answers on
// stdout. A broken request is one line on stderr and a failure.

#include <google/protobuf/stubs/logging.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "protoc-gen-hawkmount/generator.h"

namespace {

constexpr char kUsage[] =
    R"(usage: protoc --hawkmount_out=DIR [--hawkmount_opt=PARAMETER,...] FILE ...
       protoc-gen-hawkmount --version | --help

Prints, for each FILE.proto, FILE.hawkmount.pb.h and FILE.hawkmount.pb.cc: the
handlers, mounts and clients of its services. They go with the messages that
`protoc --cpp_out=DIR` prints, and with the hawkmount runtime.

Parameters:
  policy=FILE  Options of services from outside of their schemas: a
               hawkmount.Policy (hawkmount/options.proto) in protobuf's text
               format. FILE is relative to the current directory.

                 service {
                   name: "acme.greeter.v1.Greeter"
                   options { serve_as: "acme.greeter.v1beta1.Greeter" }
                   method {
                     name: "SayHello"
                     options { observe { log: false } }
                   }
                 }

  metrics, request_id, log
               Each alone or =true, the default, or =false: whether calls have
               this hook. What a schema or the policy says of a service or a
               method counts more.

  testing      Alone or =true, or =false, the default: whether to print
               FILE.hawkmount.testing.h as well: fakes and mocks of the
               services, for tests that link hawkmount::testing.
)";

int Complain(const std::string& what) {
  std::cerr << "protoc-gen-hawkmount: " << what << std::endl;
  return 1;
}

// Everything that stdin holds; false when it cannot be read.
bool ReadStdin(std::string& bytes) {
  std::vector<char> block(1 << 16);
  ssize_t size;
  while ((size = read(STDIN_FILENO, block.data(), block.size())) > 0) {
    bytes.append(block.data(), size);
  }
  return size == 0;
}

bool WriteStdout(const std::string& bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
         std::fflush(stdout) == 0;
}

int Answer() {
  std::string request;
  if (!ReadStdin(request)) {
    return Complain(absl::StrCat("stdin: ", std::strerror(errno)));
  }
  const absl::StatusOr<std::string> response =
      hawkmount::protoc::Generate(request);
  if (!response.ok()) {
    return Complain(std::string(response.status().message()));
  }
  if (!WriteStdout(*response)) {
    return Complain(absl::StrCat("stdout: ", std::strerror(errno)));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string>{"--version"}) {
    std::cout << "protoc-gen-hawkmount " << HAWKMOUNT_VERSION << std::endl;
    return 0;
  }
  if (arguments == std::vector<std::string>{"--help"} ||
      arguments == std::vector<std::string>{"-h"}) {
    std::cout << kUsage;
    return 0;
  }
  if (!arguments.empty() || isatty(STDIN_FILENO)) {
    std::cerr << kUsage;
    return 1;
  }
  // A reader who left is an error of write's, not the end of us.
  std::signal(SIGPIPE, SIG_IGN);
  google::protobuf::SetLogHandler(nullptr);
  try {
    return Answer();
  } catch (const std::exception& exception) {
    return Complain(exception.what());
  }
}
