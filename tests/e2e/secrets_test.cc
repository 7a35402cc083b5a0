// What nobody is told unasked: what an exception says, wherever it was thrown,
// and what a caller showed who was not let in. Looked for in all that a client
// gets and in each line of the log, in all kinds of calls and both styles.
// I-B4: an exception's text reaches neither.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "acting.h"
#include "calling.h"
#include "certificates.h"
#include "hawkmount/await.h"
#include "hawkmount/interceptors/bearer_auth.h"
#include "hawkmount/interceptors/mtls_identity.h"
#include "tls_client.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Style;
using namespace std::chrono_literals;
using Metadata = std::vector<std::pair<std::string, std::string>>;

bool Holds(const std::vector<std::string>& lines, std::string_view text) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
    return line.find(text) != line.npos;
  });
}

bool Holds(const std::string& all, std::string_view text) {
  return all.find(text) != all.npos;
}

enum class Thrown { kException, kText, kPointer, kNested };
constexpr Thrown kThrown[] = {
    Thrown::kException, Thrown::kText, Thrown::kPointer, Thrown::kNested};

[[noreturn]] void Throw(Thrown what) {
  if (what == Thrown::kText) throw std::string("password=hunter2");
  if (what == Thrown::kPointer) throw "password=hunter2";
  if (what == Thrown::kNested) {
    try {
      throw std::out_of_range("inner hunter3");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("password=hunter2"));
    }
  }
  throw std::runtime_error("password=hunter2");
}

enum class Place { kHandler, kBefore, kOnReceive, kOnSend, kAfter };
constexpr Place kPlaces[] = {
    Place::kHandler,
    Place::kBefore,
    Place::kOnReceive,
    Place::kOnSend,
    Place::kAfter};

// Throws where it is told to.
struct Throwing {
  Place place;
  Thrown what;

  void Before(Context&) { ThrowAt(Place::kBefore); }
  void OnReceive(Context&, const auto&) { ThrowAt(Place::kOnReceive); }
  void OnSend(Context&, const auto&) { ThrowAt(Place::kOnSend); }
  void After(Context&, absl::Status&) { ThrowAt(Place::kAfter); }

 private:
  void ThrowAt(Place here) const {
    if (here == place) Throw(what);
  }
};

// The same in the place of Before, after a wait.
struct ThrowingLater {
  Thrown what;

  void Before(Context&) { Throw(what); }
  hawkmount::Task BeforeAsync(Context&) {
    const bool slept = co_await hawkmount::Sleep(1ms);
    EXPECT_TRUE(slept);
    Throw(what);
    co_return absl::OkStatus();
  }
};

// What came of a call: all that its client got, and the log.
struct Outcome {
  Got got;
  std::vector<std::string> lines;
};

class SecretsTest
    : public testing::TestWithParam<std::tuple<Style, std::string_view>> {
 protected:
  Style style() const { return std::get<0>(GetParam()); }
  std::string method() const { return std::string(std::get<1>(GetParam())); }

  // A call of a server with these interceptors.
  template <class... Interceptors>
  Outcome Call(
      hawkmount::AppOptions options,
      const Metadata& metadata,
      Interceptors... interceptors) {
    return CallOver(
        std::move(options),
        {.host = "127.0.0.1", .port = 0},
        [](int port) { return ClientOf(port); },
        metadata,
        std::move(interceptors)...);
  }

  template <class... Interceptors>
  Outcome CallOver(
      hawkmount::AppOptions options,
      hawkmount::MountOptions mount_options,
      GreeterClient (*connect)(int),
      const Metadata& metadata,
      Interceptors... interceptors) {
    std::shared_ptr<std::vector<std::string>> lines;
    options.logger = KeepLines(lines);
    BlockingGreeter blocking;
    CoroutineGreeter coroutine;
    hawkmount::App app(std::move(options));
    auto& mount = app.Mount(
        style() == Style::kBlocking ? GreeterMount(blocking, interceptors...)
                                    : GreeterMount(coroutine, interceptors...),
        std::move(mount_options));
    EXPECT_TRUE(app.Start().ok());
    Outcome outcome;
    outcome.got = CallAnd(connect(mount.port()), method(), metadata);
    EXPECT_TRUE(app.Shutdown(5s).ok());
    outcome.lines = *lines;
    // What is looked for would be found: both know the request by its id.
    EXPECT_TRUE(Holds(outcome.lines, kRequestId)) << outcome.lines.size();
    EXPECT_TRUE(Holds(outcome.got.all, kRequestId)) << outcome.got.all;
    return outcome;
  }

  // The same of an exception.
  Outcome CallWith(Place place, Thrown what, hawkmount::AppOptions options) {
    if (place != Place::kHandler) {
      return Call(std::move(options), {}, Throwing{place, what});
    }
    Stage stage(
        style(),
        [what](Context&) -> absl::Status { Throw(what); },
        std::move(options));
    hawkmount::ResponseMetadata metadata;
    Outcome outcome;
    outcome.got.status = stage.Call(method(), &metadata);
    outcome.got.all = AllOf(outcome.got.status, metadata);
    outcome.lines = stage.Lines();
    return outcome;
  }
};

TEST_P(SecretsTest, NobodyIsToldWhatAnExceptionSays) {
  for (const Place place : kPlaces) {
    for (const Thrown what : kThrown) {
      SCOPED_TRACE(absl::StrCat(
          "place ", static_cast<int>(place), " ", static_cast<int>(what)));
      const Outcome outcome = CallWith(place, what, {});
      EXPECT_EQ(
          outcome.got.status,
          absl::UnknownError("the handler threw an exception"));
      EXPECT_FALSE(Holds(outcome.got.all, "hunter")) << outcome.got.all;
      EXPECT_FALSE(Holds(outcome.lines, "hunter"));
      EXPECT_TRUE(Holds(outcome.lines, "\"exception\":\""));
    }
  }
}

TEST_P(SecretsTest, NorOfOneThatCameAfterAWait) {
  for (const Thrown what : kThrown) {
    const Outcome outcome = Call({}, {}, ThrowingLater{what});
    EXPECT_EQ(outcome.got.status.code(), absl::StatusCode::kUnknown);
    EXPECT_FALSE(Holds(outcome.got.all, "hunter")) << outcome.got.all;
    EXPECT_FALSE(Holds(outcome.lines, "hunter"));
    EXPECT_TRUE(Holds(outcome.lines, "\"exception\":\""));
  }
}

// Asked for, what() is told, and nothing more: not what it was thrown out of.
TEST_P(SecretsTest, WhoAsksIsTold) {
  for (const Place place : kPlaces) {
    SCOPED_TRACE(static_cast<int>(place));
    for (const Thrown what : {Thrown::kException, Thrown::kNested}) {
      const Outcome exposed =
          CallWith(place, what, {.exceptions = {.expose = true}});
      EXPECT_EQ(exposed.got.status, absl::UnknownError("password=hunter2"));
      EXPECT_TRUE(Holds(exposed.got.all, "hunter2"));
      EXPECT_TRUE(Holds(exposed.lines, "hunter2"));
      EXPECT_FALSE(Holds(exposed.got.all, "hunter3"));
      EXPECT_FALSE(Holds(exposed.lines, "hunter3"));
      const Outcome logged =
          CallWith(place, what, {.exceptions = {.log_text = true}});
      EXPECT_FALSE(Holds(logged.got.all, "hunter")) << logged.got.all;
      EXPECT_TRUE(Holds(logged.lines, "hunter2"));
      EXPECT_FALSE(Holds(logged.lines, "hunter3"));
    }
    // What is no std::exception has nothing to tell.
    const Outcome text =
        CallWith(place, Thrown::kText, {.exceptions = {.expose = true}});
    EXPECT_FALSE(Holds(text.got.all, "hunter"));
  }
}

// P9: a refused token, whatever its validator makes of it.
TEST_P(SecretsTest, NoTokenGetsOut) {
  const auto validate =
      [](std::string_view token,
         const hawkmount::Method&) -> absl::StatusOr<hawkmount::Principal> {
    const std::string text(token);
    if (absl::StartsWith(text, "throws")) throw std::runtime_error(text);
    if (absl::StartsWith(text, "text")) throw text;
    if (absl::StartsWith(text, "banned")) {
      return absl::PermissionDeniedError(text);
    }
    if (absl::StartsWith(text, "away")) return absl::UnavailableError(text);
    return absl::NotFoundError(text);
  };
  const hawkmount::BearerAuth auth(validate);
  for (const char* sent :
       {"Bearer hunter2",
        "Bearer throws-hunter2",
        "Bearer text-hunter2",
        "Bearer banned-hunter2",
        "Bearer away-hunter2",
        "Bearer hunter2 hunter2",
        "Basic hunter2",
        "hunter2",
        "Digest username=hunter2"}) {
    SCOPED_TRACE(sent);
    const Outcome outcome = Call({}, {{"authorization", sent}}, auth);
    EXPECT_FALSE(outcome.got.status.ok());
    EXPECT_NE(outcome.got.status.code(), absl::StatusCode::kUnknown);
    EXPECT_FALSE(Holds(outcome.got.all, "hunter")) << outcome.got.all;
    EXPECT_FALSE(Holds(outcome.lines, "hunter"));
  }
  const Outcome two = Call(
      {},
      {{"authorization", "Bearer hunter2"},
       {"authorization", "Bearer hunter3"}},
      auth);
  EXPECT_TRUE(absl::IsUnauthenticated(two.got.status)) << two.got.status;
  EXPECT_FALSE(Holds(two.got.all, "hunter")) << two.got.all;
  EXPECT_FALSE(Holds(two.lines, "hunter"));
}

// A refused certificate, and either side's key.
TEST_P(SecretsTest, NoCertificateGetsOut) {
  const auto& certificates = tls_test::Certificates::Get();
  const Outcome outcome = CallOver(
      {},
      {.host = "127.0.0.1",
       .port = 0,
       .tls =
           hawkmount::TlsOptions{
               .certificate_file = certificates.Path("server.crt"),
               .key_file = certificates.Path("server.key"),
               .client_ca_file = certificates.Path("root.crt"),
               .client_certificate = hawkmount::ClientCertificate::kOptional}},
      [](int port) { return tls_test::TlsClient(port, "client"); },
      {},
      hawkmount::MtlsIdentity({.allowed = {"spiffe://acme.example/shop"}}));
  EXPECT_TRUE(absl::IsPermissionDenied(outcome.got.status))
      << outcome.got.status;
  // Who it was made out to.
  EXPECT_FALSE(Holds(outcome.got.all, "billing")) << outcome.got.all;
  EXPECT_FALSE(Holds(outcome.lines, "billing"));
  for (const char* file : {"client.crt", "client.key", "server.key"}) {
    int looked_for = 0;
    for (const auto line :
         absl::StrSplit(certificates.Text(file), '\n', absl::SkipEmpty())) {
      if (absl::StartsWith(line, "-----")) continue;
      const std::string text(line);
      EXPECT_FALSE(Holds(outcome.got.all, text)) << file;
      EXPECT_FALSE(Holds(outcome.lines, text)) << file;
      ++looked_for;
    }
    EXPECT_GT(looked_for, 0) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Calls,
    SecretsTest,
    testing::Combine(
        testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
        testing::ValuesIn(kMethods)),
    [](const auto& info) {
      const bool blocking = std::get<0>(info.param) == hawkmount::kBlocking;
      return std::string(std::get<1>(info.param)) +
             (blocking ? "Blocking" : "Coroutine");
    });

}  // namespace
}  // namespace e2e
