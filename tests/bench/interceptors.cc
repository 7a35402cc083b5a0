// What three interceptors cost a unary call, under callgrind: ours beside
// gRPC's own on its callback server, each doing the same work; and what a call
// costs that is refused before its handler.

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "harness/callgrind_run.h"
#include "harness/claims.h"
#include "harness/server_process.h"
#include "harness/setup.h"
#include "harness/unary_load.h"
#include "servers/guards.h"

namespace hawkmount::bench {
namespace {

constexpr int kInFlight = 16;

// Calls that bring a token, which every server here gets, also those that do
// not look at it.
struct GoodUnary : SmallUnary {
  static void Prepare(grpc::ClientContext& context) {
    context.AddMetadata("authorization", std::string(kGoodToken));
  }
};
struct BadUnary : SmallUnary {
  static void Prepare(grpc::ClientContext& context) {
    context.AddMetadata("authorization", std::string(kBadToken));
  }
};

bool LoadRefused(const std::shared_ptr<grpc::Channel>& channel) {
  constexpr long kCalls = 300 + 3000 + 4 * kInFlight;
  UnaryLoad<BadUnary> load(channel, kInFlight);
  return load.RunCalls(kCalls).failed == kCalls;
}

std::map<std::string, CallgrindRun> AllRuns() {
  const auto load = LoadUnary<GoodUnary, kInFlight>;
  const auto server = [](const char* name,
                         const char* model,
                         const char* chain) -> std::vector<std::string> {
    return {BesideMe(name), model, "--chain", chain};
  };
  return {
      {"callback",
       {server("hand_server", "callback", "none"), 300, 3000, load}},
      {"callback in 3",
       {server("hand_server", "callback", "guarded"), 300, 3000, load}},
      {"callback that refuses itself",
       {server("hand_server", "callback", "by_hand"), 300, 3000, LoadRefused}},
      {"coroutine",
       {server("hawkmount_server", "coroutine", "none"), 300, 3000, load}},
      {"coroutine in none that fits",
       {server("hawkmount_server", "coroutine", "elsewhere"), 300, 3000, load}},
      {"coroutine in 3",
       {server("hawkmount_server", "coroutine", "typed"), 300, 3000, load}},
      {"coroutine in 3 listed",
       {server("hawkmount_server", "coroutine", "listed"), 300, 3000, load}},
      {"coroutine refused",
       {server("hawkmount_server", "coroutine", "typed"),
        300,
        3000,
        LoadRefused}},
      {"blocking",
       {server("hawkmount_server", "blocking", "none"), 300, 3000, load}},
      {"blocking in 3",
       {server("hawkmount_server", "blocking", "typed"), 300, 3000, load}},
      {"blocking refused",
       {server("hawkmount_server", "blocking", "typed"),
        300,
        3000,
        LoadRefused}},
  };
}

int Main(int argc, char** argv) {
  int rounds = 5;
  CLI::App app("Interceptors, in instructions a call.");
  app.add_option("--rounds", rounds, "alternating runs of each server");
  CLI11_PARSE(app, argc, argv);

  const Surroundings surroundings;
  RequireCallgrind();
  const std::map<std::string, double> medians =
      MedianInstructions(AllRuns(), rounds);
  const auto added = [&](const std::string& name, const std::string& bare) {
    return medians.at(name) - medians.at(bare);
  };
  const double theirs = added("callback in 3", "callback");
  const double ours = added("coroutine in 3", "coroutine");
  Note(absl::StrFormat("three of gRPC's add %.0f instructions", theirs));
  Note(absl::StrFormat("three of ours add %.0f", ours));
  Note(absl::StrFormat(
      "to a blocking handler %.0f", added("blocking in 3", "blocking")));
  Note(absl::StrFormat(
      "listed at run time they add %.0f",
      added("coroutine in 3 listed", "coroutine")));
  Note(absl::StrFormat(
      "one that does not fit the method adds %.0f",
      added("coroutine in none that fits", "coroutine")));
  Claims claims;
  claims.AtMost("interceptors.added/added_by_grpc", ours / theirs, 0.05);
  // Not of a served call: core itself makes and prints an error for each call
  // that fails, which is more than it takes to serve a small one.
  // A blocking handler's interceptors take their turn on a worker.
  for (const auto& [style, bound] :
       {std::pair("coroutine", 0.9), std::pair("blocking", 1.0)}) {
    const double refused = medians.at(absl::StrCat(style, " refused"));
    const double callback = medians.at("callback that refuses itself");
    Note(absl::StrFormat(
        "%s, refused / served %.3f (not a claim; gRPC's callback server %.3f)",
        style,
        refused / medians.at(absl::StrCat(style, " in 3")),
        callback / medians.at("callback")));
    claims.AtMost(
        absl::StrCat("interceptors.refused_", style, "/refused_callback"),
        refused / callback,
        bound);
  }
  return claims.exit_code();
}

}  // namespace
}  // namespace hawkmount::bench

int main(int argc, char** argv) { return hawkmount::bench::Main(argc, argv); }
