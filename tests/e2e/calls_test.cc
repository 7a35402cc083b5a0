// Four kinds of calls, two styles, and every way in which a handler can end.

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "handlers.h"
#include "oracle.h"

namespace e2e {
namespace {

using hawkmount::Style;
using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

class CallsTest : public testing::TestWithParam<Style> {
 protected:
  CallsTest()
      : served_([this] {
          hawkmount::AppOptions options;
          options.logger = KeepLines(lines_);
          return options;
        }()) {
    EXPECT_TRUE(served_.app().Start().ok());
    client_.emplace(served_.Client(GetParam()));
  }
  ~CallsTest() override {
    CheckTruth(served_.app(), ledger_);
    EXPECT_TRUE(served_.app().Shutdown(5s).ok());
  }

  absl::Status Hello(const std::string& name, std::string* greeting = nullptr) {
    SayHelloRequest request;
    request.set_name(name);
    auto response = client_->SayHello(request, {.timeout = kPatience});
    if (response.ok() && greeting != nullptr) *greeting = response->greeting();
    ledger_.Add("SayHello", response.status());
    return response.status();
  }

  absl::Status Count(uint32_t up_to, uint32_t* read = nullptr) {
    CountRequest request;
    request.set_up_to(up_to);
    auto stream = client_->Count(request, {.timeout = kPatience});
    uint32_t count = 0;
    for (CountResponse response; stream.Read(response);) {
      EXPECT_EQ(response.number(), ++count);
    }
    if (read != nullptr) *read = count;
    const absl::Status status = stream.Finish();
    ledger_.Add("Count", status);
    return status;
  }

  absl::Status Collect(
      const std::vector<std::string>& names,
      CollectResponse* collected = nullptr) {
    auto stream = client_->Collect({.timeout = kPatience});
    CollectRequest request;
    for (const std::string& name : names) {
      request.set_name(name);
      if (!stream.Write(request)) break;
    }
    auto response = stream.Finish();
    ledger_.Add("Collect", response.status());
    if (response.ok() && collected != nullptr) *collected = *response;
    return response.status();
  }

  absl::Status Chat(const std::string& line, std::string* answer = nullptr) {
    auto stream = client_->Chat({.timeout = kPatience});
    ChatRequest request;
    request.set_line(line);
    ChatResponse response;
    if (stream.Write(request) && stream.Read(response) && answer != nullptr) {
      *answer = response.line();
    }
    stream.WritesDone();
    const absl::Status status = stream.Finish();
    ledger_.Add("Chat", status);
    return status;
  }

  std::shared_ptr<std::vector<std::string>> lines_;
  BothStyles served_;
  Ledger ledger_;
  std::optional<GreeterClient> client_;
};

// H21, H-B2, H-B3, H-B4: with all hooks, in both styles.
TEST_P(CallsTest, AllKindsAnswer) {
  std::string greeting;
  EXPECT_TRUE(Hello("Ada", &greeting).ok());
  EXPECT_EQ(greeting, "Hello, Ada");

  uint32_t read = 0;
  EXPECT_TRUE(Count(100, &read).ok());
  EXPECT_EQ(read, 100u);

  CollectResponse collected;
  EXPECT_TRUE(Collect({"a", "b", "c"}, &collected).ok());
  ASSERT_EQ(collected.names_size(), 3);
  EXPECT_EQ(collected.names(2), "c");

  std::string answer;
  EXPECT_TRUE(Chat("how are you", &answer).ok());
  EXPECT_EQ(answer, "how are you");
}

TEST_P(CallsTest, EmptyStreams) {
  uint32_t read = 7;
  EXPECT_TRUE(Count(0, &read).ok());
  EXPECT_EQ(read, 0u);
  CollectResponse collected;
  EXPECT_TRUE(Collect({}, &collected).ok());
  EXPECT_EQ(collected.names_size(), 0);
  auto stream = client_->Chat({.timeout = kPatience});
  stream.WritesDone();
  const absl::Status status = stream.Finish();
  EXPECT_TRUE(status.ok()) << status;
  ledger_.Add("Chat", status);
}

TEST_P(CallsTest, AReturnedStatusArrivesAsItIs) {
  for (const absl::Status& status :
       {Hello("fail"), Count(kFail), Collect({"fail"}), Chat("fail")}) {
    EXPECT_EQ(status, absl::NotFoundError("no such thing"));
  }
}

TEST_P(CallsTest, AnExceptionIsUnknownAndItsTextStaysHere) {
  for (const absl::Status& status :
       {Hello("throw"),
        Count(kThrow),
        Collect({"throw"}),
        Chat("throw"),
        Hello("throw int"),
        Count(kThrowInt),
        Collect({"throw int"}),
        Chat("throw int"),
        Count(kLateThrow),
        Chat("late throw")}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
    EXPECT_EQ(status.message().find("secret"), absl::string_view::npos);
  }
  CheckTruth(served_.app(), ledger_);
  EXPECT_EQ(
      Sample(
          served_.app(),
          "hawkapi_grpc_exceptions_total{" + MethodLabel("Chat") + "}"),
      3);
  EXPECT_TRUE(served_.app().Shutdown(5s).ok());
  int told = 0;
  int told_int = 0;
  for (const std::string& line : *lines_) {
    if (line.find("\"exception\":\"std::runtime_error\"") !=
        std::string::npos) {
      ++told;
    }
    EXPECT_EQ(line.find("secret"), std::string::npos) << line;
    if (line.find("\"exception\":\"int\"") != std::string::npos) ++told_int;
  }
  EXPECT_EQ(told, 6);
  EXPECT_EQ(told_int, 4);
}

TEST_P(CallsTest, AHandlerMayEndEarly) {
  std::vector<std::string> names = {"early"};
  names.resize(2000, std::string(100, 'x'));
  CollectResponse collected;
  EXPECT_TRUE(Collect(names, &collected).ok());
  EXPECT_EQ(collected.names_size(), 0);
  EXPECT_TRUE(Chat("early").ok());
  EXPECT_TRUE(Hello("still there").ok());
}

TEST_P(CallsTest, LargeAndManyMessages) {
  std::string greeting;
  EXPECT_TRUE(Hello(std::string(3'000'000, 'x'), &greeting).ok());
  EXPECT_EQ(greeting.size(), 3'000'007u);
  EXPECT_TRUE(Hello("small again", &greeting).ok());
  EXPECT_EQ(greeting, "Hello, small again");
  uint32_t read = 0;
  EXPECT_TRUE(Count(3000, &read).ok());
  EXPECT_EQ(read, 3000u);
}

TEST_P(CallsTest, TwoRecordsACallWithOneRequestId) {
  SayHelloRequest request;
  hawkmount::ResponseMetadata metadata;
  ASSERT_TRUE(client_
                  ->SayHello(
                      request,
                      {.timeout = kPatience,
                       .request_id = "my-id.1",
                       .response_metadata = &metadata})
                  .ok());
  ledger_.Add("SayHello", absl::OkStatus());
  CheckTruth(served_.app(), ledger_);
  EXPECT_TRUE(served_.app().Shutdown(5s).ok());
  int found = 0;
  for (const std::string& line : *lines_) {
    if (line.find("\"request_id\":\"my-id.1\"") != std::string::npos) ++found;
  }
  EXPECT_EQ(found, 2);
  bool echoed = false;
  for (const auto& [key, value] : metadata.initial) {
    echoed = echoed || (key == "x-request-id" && value == "my-id.1");
  }
  EXPECT_TRUE(echoed);
}

INSTANTIATE_TEST_SUITE_P(
    Styles,
    CallsTest,
    testing::Values(hawkmount::kBlocking, hawkmount::kCoroutine),
    [](const auto& info) {
      return info.param == hawkmount::kBlocking ? "Blocking" : "Coroutine";
    });

}  // namespace
}  // namespace e2e
