// A server that does wrong when it is asked to: see faults.h.
//
//   fault_server --style=blocking|coroutine
//
// Its log, on standard output, tells the ports that it took.

#include <cstdio>
#include <string_view>

#include "faults.h"
#include "hawkmount/app.h"

int main(int argc, char** argv) {
  using namespace acme::greeter::v1;  // NOLINT
  const std::string_view style = argc == 2 ? argv[1] : "";
  const bool blocking = style == "--style=blocking";
  if (!blocking && style != "--style=coroutine") {
    std::fprintf(stderr, "usage: fault_server --style=blocking|coroutine\n");
    return 2;
  }
  const auto greeter =
      blocking ? faults::MakeBlockingGreeter() : faults::MakeCoroutineGreeter();
  const hawkmount::Style all =
      blocking ? hawkmount::kBlocking : hawkmount::kCoroutine;
  const GreeterMount mount(
      *greeter, {.SayHello = all, .Count = all, .Collect = all, .Chat = all});

  hawkmount::App app({.http = {.host = "127.0.0.1", .port = 0}});
  app.Mount(mount, {.host = "127.0.0.1", .port = 0});
  return app.Run();
}
