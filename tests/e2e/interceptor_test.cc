// Interceptors around real calls: what they see, in which order, and what they
// can do, in both styles.

#include "hawkmount/interceptor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "handlers.h"
#include "hawkmount/await.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Context;
using hawkmount::Facts;
using hawkmount::Style;
using namespace std::chrono_literals;

// What interceptors and handlers noted, in their order.
class Diary {
 public:
  void Note(const std::string& line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(line);
  }
  std::string Take() {
    std::lock_guard lock(mutex_);
    std::string all = absl::StrJoin(lines_, " ");
    lines_.clear();
    return all;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

// Notes all that it sees.
struct Noting {
  Diary* diary;
  std::string name;

  void Before(Context& context) {
    diary->Note(
        absl::StrCat(name, ".before:", std::string(context.method().name())));
  }
  void OnReceive(Context&, google::protobuf::Message& request) {
    diary->Note(absl::StrCat(name, ".in:", request.ShortDebugString()));
  }
  void OnSend(Context&, const google::protobuf::Message& response) {
    diary->Note(absl::StrCat(name, ".out:", response.ShortDebugString()));
  }
  void After(Context&, absl::Status& status) {
    diary->Note(
        absl::StrCat(name, ".after:", absl::StatusCodeToString(status.code())));
  }
};

struct UserId {
  std::string value;
};
struct Trail {
  Diary* diary;
  std::string name;
  Trail(Diary* d, std::string n) : diary(d), name(std::move(n)) {}
  Trail(Trail&&) = delete;
  ~Trail() { diary->Note(absl::StrCat("~", name)); }
};
struct SecondTrail : Trail {
  using Trail::Trail;
};

struct Identify {
  using Provides = Facts<UserId>;
  absl::Status Before(Context& context) {
    const auto user = context.metadata().Find("user");
    if (!user.has_value()) {
      return absl::UnauthenticatedError("say who you are");
    }
    context.Set<UserId>(std::string(*user));
    return absl::OkStatus();
  }
};

struct LeaveTrails {
  using Needs = Facts<UserId>;
  using Provides = Facts<Trail, SecondTrail>;
  Diary* diary;
  void Before(Context& context) {
    context.Set<Trail>(diary, "first");
    context.Set<SecondTrail>(diary, "second");
  }
};

class BlockingReader final : public GreeterHandler {
 public:
  using Needs = Facts<UserId, Trail>;
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    response.set_greeting(context.Get<UserId>()->value);
    EXPECT_NE(context.Get<Trail>(), nullptr);
    EXPECT_EQ(context.Get<int>(), nullptr);
    EXPECT_EQ(context.Set<int>(7), nullptr);
    return absl::OkStatus();
  }
};

class CoroutineReader final : public GreeterHandler {
 public:
  using Needs = Facts<UserId, Trail>;
  hawkmount::Task SayHelloAsync(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse& response) override {
    const bool slept = co_await hawkmount::Sleep(1ms);
    EXPECT_TRUE(slept);
    response.set_greeting(context.Get<UserId>()->value);
    EXPECT_NE(context.Get<Trail>(), nullptr);
    EXPECT_EQ(context.Get<int>(), nullptr);
    co_return absl::OkStatus();
  }
};

class InterceptorTest : public testing::Test {
 protected:
  // Serves a mount and calls it.
  void Serve(const hawkmount::Mount& mount) {
    auto& handle = app_.Mount(mount, {.host = "127.0.0.1", .port = 0});
    EXPECT_TRUE(app_.Start().ok());
    port_ = handle.port();
  }
  ~InterceptorTest() override { EXPECT_TRUE(ended_); }
  // While the handlers are there.
  void End() {
    CheckTruth(app_, ledger_);
    EXPECT_TRUE(app_.Shutdown(5s).ok());
    ended_ = true;
  }
  absl::StatusOr<std::string> Hello(
      const std::string& name,
      std::vector<std::pair<std::string, std::string>> metadata = {}) {
    SayHelloRequest request;
    request.set_name(name);
    hawkmount::CallOptions options{.timeout = 20s};
    for (auto& pair : metadata) options.metadata.push_back(pair);
    auto response = ClientOf(port_).SayHello(request, options);
    ledger_.Add("SayHello", response.status());
    if (!response.ok()) return response.status();
    return response->greeting();
  }

  Diary diary_;
  hawkmount::App app_{Quiet()};
  int port_ = 0;
  Ledger ledger_;
  bool ended_ = false;
};

// P4: what an interceptor knows of a caller reaches later ones and the handler,
// with the call it is of.
TEST_F(InterceptorTest, FactsReachBlockingHandlers) {
  BlockingReader handler;
  Serve(GreeterMount(handler, Identify{}, LeaveTrails{&diary_}));
  EXPECT_EQ(Hello("x", {{"user", "ann"}}).value(), "ann");
  EXPECT_EQ(diary_.Take(), "~second ~first");
  EXPECT_EQ(Hello("x").status(), absl::UnauthenticatedError("say who you are"));
  EXPECT_EQ(diary_.Take(), "");
  End();
}

TEST_F(InterceptorTest, FactsReachCoroutines) {
  CoroutineReader handler;
  Serve(GreeterMount(handler, Identify{}, LeaveTrails{&diary_}));
  EXPECT_EQ(Hello("x", {{"user", "ann"}}).value(), "ann");
  EXPECT_EQ(diary_.Take(), "~second ~first");
  EXPECT_EQ(Hello("x").status(), absl::UnauthenticatedError("say who you are"));
  EXPECT_EQ(diary_.Take(), "");
  End();
}

// Ends calls after the trails were left.
struct Ending {
  std::atomic<bool>* refuses;
  std::atomic<bool>* throws;
  absl::Status Before(Context&) {
    if (*throws) throw std::runtime_error("before the handler");
    return *refuses ? absl::AbortedError("refused") : absl::OkStatus();
  }
};

// H71, H74: what belongs to a call goes with it, the last one first, whatever
// becomes of the call, and is gone when its caller has the answer.
class InterceptorEndsTest : public InterceptorTest,
                            public testing::WithParamInterface<Style> {};

TEST_P(InterceptorEndsTest, FactsGoInReverse) {
  BlockingGreeter blocking;
  CoroutineGreeter coroutine;
  std::atomic<bool> refuses{false};
  std::atomic<bool> throws{false};
  const Ending ending{&refuses, &throws};
  const LeaveTrails trails{.diary = &diary_};
  Serve(
      GetParam() == Style::kBlocking
          ? GreeterMount(blocking, Identify{}, trails, ending)
          : GreeterMount(coroutine, Identify{}, trails, ending));
  const auto code = [&](const std::string& name) {
    return Hello(name, {{"user", "ann"}}).status().code();
  };
  const std::pair<const char*, absl::StatusCode> ends[] = {
      {"x", absl::StatusCode::kOk},
      {"fail", absl::StatusCode::kNotFound},
      {"throw", absl::StatusCode::kUnknown},
      {"throw int", absl::StatusCode::kUnknown}};
  for (const auto& [name, expected] : ends) {
    EXPECT_EQ(code(name), expected);
    EXPECT_EQ(diary_.Take(), "~second ~first") << name;
  }
  refuses = true;
  EXPECT_EQ(code("x"), absl::StatusCode::kAborted);
  EXPECT_EQ(diary_.Take(), "~second ~first");
  throws = true;
  EXPECT_EQ(code("x"), absl::StatusCode::kUnknown);
  EXPECT_EQ(diary_.Take(), "~second ~first");
  End();
}

// Provides a fact that it does not set, beside one that it does.
struct Half {
  using Provides = Facts<UserId, Trail>;
  void Before(Context& context) { context.Set<UserId>("ann"); }
};

class Looking final : public GreeterHandler {
 public:
  using Needs = Facts<UserId, Trail>;
  absl::Status SayHello(
      SayHelloContext& context,
      const SayHelloRequest&,
      SayHelloResponse&) override {
    EXPECT_EQ(context.Get<Trail>(), nullptr);
    EXPECT_EQ(context.Get<SecondTrail>(), nullptr);
    const UserId* user = context.Get<UserId>();
    EXPECT_EQ(user->value, "ann");
    EXPECT_EQ(context.Get<UserId>(), user);
    return absl::OkStatus();
  }
};

// H-B20: a fact is one thing for the whole call, however often it is asked for,
// and what is not there is not made up.
TEST_F(InterceptorTest, AFactIsOneThingOrNothing) {
  Looking handler;
  Serve(GreeterMount(handler, Half{}));
  EXPECT_TRUE(Hello("x").ok());
  End();
}

// I2, H19: in the order in which they are listed.
TEST_F(InterceptorTest, TheFirstIsTheOutermost) {
  BlockingGreeter handler;
  Serve(GreeterMount(handler, Noting{&diary_, "a"}, Noting{&diary_, "b"}));
  EXPECT_TRUE(Hello("x").ok());
  EXPECT_EQ(
      diary_.Take(),
      "a.before:SayHello b.before:SayHello a.in:name: \"x\" b.in:name: \"x\" "
      "b.out:greeting: \"Hello, x\" a.out:greeting: \"Hello, x\" "
      "b.after:OK a.after:OK");
  End();
}

INSTANTIATE_TEST_SUITE_P(
    Styles,
    InterceptorEndsTest,
    testing::Values(Style::kBlocking, Style::kCoroutine),
    [](const auto& info) {
      return info.param == Style::kBlocking ? "Blocking" : "Coroutine";
    });

}  // namespace
}  // namespace e2e
