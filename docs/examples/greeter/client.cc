// Calls acme.greeter.v1.Greeter from the command line.

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>

#include "greeter.hawkmount.pb.h"

namespace {

using namespace acme::greeter::v1;
using std::chrono_literals::operator""s;

absl::Status Hello(const GreeterClient& client, const std::string& name) {
  SayHelloRequest request;
  request.set_name(name);
  absl::StatusOr<SayHelloResponse> response =
      client.SayHello(request, {.timeout = 5s});
  if (!response.ok()) return response.status();
  std::cout << response->greeting() << "\n";
  return absl::OkStatus();
}

absl::Status Count(const GreeterClient& client, uint32_t up_to) {
  CountRequest request;
  request.set_up_to(up_to);
  auto stream = client.Count(request);
  CountResponse response;
  while (stream.Read(response)) std::cout << response.number() << std::endl;
  return stream.Finish();
}

absl::Status Collect(
    const GreeterClient& client, const std::vector<std::string>& names) {
  auto stream = client.Collect({.timeout = 5s});
  CollectRequest request;
  for (const std::string& name : names) {
    request.set_name(name);
    if (!stream.Write(request)) break;
  }
  absl::StatusOr<CollectResponse> response = stream.Finish();
  if (!response.ok()) return response.status();
  for (const std::string& name : response->names()) std::cout << name << "\n";
  return absl::OkStatus();
}

absl::Status Chat(const GreeterClient& client) {
  auto stream = client.Chat();
  ChatRequest request;
  ChatResponse response;
  while (std::getline(std::cin, *request.mutable_line())) {
    if (!stream.Write(request) || !stream.Read(response)) break;
    std::cout << response.line() << std::endl;
  }
  stream.WritesDone();
  return stream.Finish();
}

}  // namespace

int main(int argc, char** argv) {
  std::string address = "localhost:50051";
  std::string name;
  uint32_t up_to = 0;
  std::vector<std::string> names;

  CLI::App flags("Calls acme.greeter.v1.Greeter.");
  flags.require_subcommand(1);
  flags.add_option("--address", address)->capture_default_str();
  CLI::App* hello = flags.add_subcommand("hello", "Says hello once.");
  hello->add_option("NAME", name)->required();
  CLI::App* count = flags.add_subcommand("count", "Counts from one.");
  count->add_option("UP_TO", up_to)->required();
  CLI::App* collect = flags.add_subcommand("collect", "Sends some names.");
  collect->add_option("NAMES", names)->required();
  flags.add_subcommand("chat", "Sends lines of standard input.");
  CLI11_PARSE(flags, argc, argv);

  const GreeterClient client(hawkmount::Channel::Insecure(address));
  const absl::Status status = *hello     ? Hello(client, name)
                              : *count   ? Count(client, up_to)
                              : *collect ? Collect(client, names)
                                         : Chat(client);
  if (!status.ok()) {
    std::cerr << status << "\n";
    return 1;
  }
}
