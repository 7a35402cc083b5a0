// One class may handle two services that have methods of the same names: the
// contexts tell them apart.

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <string>

#include "hawkmount/app.h"
#include "two_services.hawkmount.pb.h"

namespace two_services {
namespace {

class Both final : public FirstHandler, public SecondHandler {
 public:
  absl::Status Ask(
      FirstHandler::AskContext&,
      const Question& question,
      Answer& answer) override {
    answer.set_text("first " + question.text());
    return absl::OkStatus();
  }

  // In another style than the first service's method of that name.
  hawkmount::Task AskAsync(
      SecondHandler::AskContext&,
      const Question& question,
      Answer& answer) override {
    answer.set_text("second " + question.text());
    co_return absl::OkStatus();
  }

  hawkmount::Task TalkAsync(
      FirstHandler::TalkContext&,
      FirstHandler::TalkAsyncStream& stream) override {
    return Echo(stream, "first ");
  }

  hawkmount::Task TalkAsync(
      SecondHandler::TalkContext&,
      SecondHandler::TalkAsyncStream& stream) override {
    return Echo(stream, "second ");
  }

 private:
  static hawkmount::Task Echo(
      hawkmount::AsyncBidiStream<Question, Answer>& stream, std::string who) {
    Question question;
    Answer answer;
    while (co_await stream.Read(question)) {
      answer.set_text(who + question.text());
      if (!co_await stream.Write(answer)) co_return absl::CancelledError();
    }
    co_return absl::OkStatus();
  }
};

static_assert(FirstStyles::Of<Both>().Ask == hawkmount::kBlocking);
static_assert(SecondStyles::Of<Both>().Ask == hawkmount::kCoroutine);
static_assert(FirstStyles::Of<Both>().Talk == hawkmount::kCoroutine);
static_assert(SecondStyles::Of<Both>().Talk == hawkmount::kCoroutine);

Question Text(std::string text) {
  Question question;
  question.set_text(std::move(text));
  return question;
}

template <class Client>
std::string TalkTo(const Client& client) {
  auto stream = client.Talk();
  stream.Write(Text("talk"));
  Answer answer;
  stream.Read(answer);
  stream.WritesDone();
  const absl::Status status = stream.Finish();
  return status.ok() ? answer.text() : status.ToString();
}

TEST(TwoServices, EachCallReachesTheMethodOfItsService) {
  Both handler;
  hawkmount::App app(
      {.logger = std::make_shared<spdlog::logger>(
           "quiet", std::make_shared<spdlog::sinks::null_sink_mt>())});
  auto& first =
      app.Mount(FirstMount(handler), {.host = "127.0.0.1", .port = 0});
  auto& second =
      app.Mount(SecondMount(handler), {.host = "127.0.0.1", .port = 0});
  ASSERT_TRUE(app.Start().ok());
  const auto channel = [](const hawkmount::MountHandle& mount) {
    return hawkmount::Channel::Insecure(
        "127.0.0.1:" + std::to_string(mount.port()));
  };
  const FirstClient first_client(channel(first));
  const SecondClient second_client(channel(second));

  EXPECT_EQ(first_client.Ask(Text("ask"))->text(), "first ask");
  EXPECT_EQ(second_client.Ask(Text("ask"))->text(), "second ask");
  EXPECT_EQ(TalkTo(first_client), "first talk");
  EXPECT_EQ(TalkTo(second_client), "second talk");
  // Neither server has the other's methods.
  EXPECT_EQ(
      FirstClient(channel(second)).Ask(Text("ask")).status().code(),
      absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(app.Shutdown(std::chrono::seconds(5)).ok());
}

}  // namespace
}  // namespace two_services
