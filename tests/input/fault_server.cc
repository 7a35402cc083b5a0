// A server that does wrong when it is asked to: see faults.h.
//
//   fault_server --style=blocking|coroutine [--port=N] [--http_port=N]
//                [--tls=DIRECTORY] [--mutual_tls]
//
// Its log, on standard output, tells the ports that it took. With --tls it
// serves with server.crt and server.key of the directory, where root.crt says
// whose callers --mutual_tls takes.

#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include "faults.h"
#include "hawkmount/app.h"

namespace {

struct Flags {
  std::string_view style;
  int port = 0;
  int http_port = 0;
  std::string tls;
  bool mutual_tls = false;
};

// Whether the argument is the flag, then with its value.
bool Take(
    std::string_view argument, std::string_view name, std::string_view& value) {
  if (!argument.starts_with(name)) return false;
  value = argument.substr(name.size());
  return true;
}

bool Parse(int argc, char** argv, Flags& flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view value;
    if (Take(argument, "--style=", value)) {
      flags.style = value;
    } else if (Take(argument, "--port=", value)) {
      std::from_chars(value.begin(), value.end(), flags.port);
    } else if (Take(argument, "--http_port=", value)) {
      std::from_chars(value.begin(), value.end(), flags.http_port);
    } else if (Take(argument, "--tls=", value)) {
      flags.tls = value;
    } else if (argument == "--mutual_tls") {
      flags.mutual_tls = true;
    } else {
      return false;
    }
  }
  return flags.style == "blocking" || flags.style == "coroutine";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace acme::greeter::v1;  // NOLINT
  Flags flags;
  if (!Parse(argc, argv, flags)) {
    std::fprintf(
        stderr, "usage: fault_server --style=blocking|coroutine ...\n");
    return 2;
  }
  const bool blocking = flags.style == "blocking";
  const auto greeter =
      blocking ? faults::MakeBlockingGreeter() : faults::MakeCoroutineGreeter();
  const hawkmount::Style all =
      blocking ? hawkmount::kBlocking : hawkmount::kCoroutine;
  const GreeterMount mount(
      *greeter, {.SayHello = all, .Count = all, .Collect = all, .Chat = all});

  hawkmount::MountOptions options{.host = "127.0.0.1", .port = flags.port};
  if (!flags.tls.empty()) {
    options.tls = hawkmount::TlsOptions{
        .certificate_file = flags.tls + "/server.crt",
        .key_file = flags.tls + "/server.key"};
    if (flags.mutual_tls) {
      options.tls->client_certificate = hawkmount::ClientCertificate::kRequired;
      options.tls->client_ca_file = flags.tls + "/root.crt";
    }
  }
  hawkmount::App app(
      {.http = {.host = "127.0.0.1", .port = flags.http_port},
       .exceptions = {.log_text = true}});
  app.Mount(mount, options);
  return app.Run();
}
