// What interceptors do to calls: every deed, in all four kinds of calls and
// both styles, for interceptors that were compiled in and for those that were
// listed at run time. Clients see what they must, and the books balance (I1,
// I5, I6, I7; P-B4: a refusal fits the kind of its call).

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "handlers.h"
#include "hawkmount/interceptor.h"
#include "oracle.h"

namespace e2e {
namespace {

using google::protobuf::Message;
using hawkmount::Context;
using hawkmount::Decision;
using hawkmount::MethodKind;
using hawkmount::Style;
using namespace std::chrono_literals;

enum class Form { kCompiled, kListed };
enum class Deed {
  kPass,
  kRefuse,
  kRefuseRequest,
  kRefuseResponse,
  kAlterRequest,
  kAlterResponse,
  kAlterStatus,
  kAnswer,
  kThrowBefore,
  kThrowOnReceive,
  kThrowOnSend,
  kThrowAfter,
};

constexpr const char* kKinds[] = {"SayHello", "Collect", "Count", "Chat"};

// Does one deed.
class Doing : public hawkmount::Interceptor {
 public:
  explicit Doing(Deed deed) : deed_(deed) {}

  Decision Before(Context&) override {
    ++begun;
    if (deed_ == Deed::kThrowBefore) throw std::runtime_error("secret");
    if (deed_ == Deed::kAnswer) return Decision::Answered();
    return deed_ == Deed::kRefuse ? Refusal() : absl::OkStatus();
  }

  Decision OnReceive(Context&, Message& request) override {
    if (deed_ == Deed::kThrowOnReceive) throw std::runtime_error("secret");
    if (deed_ == Deed::kAlterRequest) Alter(request);
    return deed_ == Deed::kRefuseRequest ? Refusal() : absl::OkStatus();
  }

  absl::Status OnSend(Context&, Message& response) override {
    if (deed_ == Deed::kThrowOnSend) throw std::runtime_error("secret");
    if (deed_ == Deed::kAlterResponse) Alter(response);
    return deed_ == Deed::kRefuseResponse ? Refusal() : absl::OkStatus();
  }

  void After(Context&, absl::Status& status) override {
    ++ended;
    if (deed_ == Deed::kThrowAfter) throw std::runtime_error("secret");
    if (deed_ == Deed::kAlterStatus) status = absl::DataLossError("altered");
  }

  std::atomic<int> begun{0};
  std::atomic<int> ended{0};

 private:
  static absl::Status Refusal() {
    return absl::PermissionDeniedError("not you");
  }

  // The first field: a text, texts, or a number.
  static void Alter(Message& message) {
    const auto& field = *message.GetDescriptor()->field(0);
    const auto& reflection = *message.GetReflection();
    if (field.is_repeated()) {
      reflection.AddString(&message, &field, "altered");
    } else if (
        field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      reflection.SetString(&message, &field, "altered");
    } else {
      reflection.SetUInt32(&message, &field, 7);
    }
  }

  const Deed deed_;
};

class MatrixTest : public testing::TestWithParam<
                       std::tuple<Form, Style, const char*, Deed>> {
 protected:
  MatrixTest() {
    const auto [form, style, kind, deed] = GetParam();
    doing_ = std::make_shared<Doing>(deed);
    hawkmount::MountOptions options{.host = "127.0.0.1", .port = 0};
    if (form == Form::kListed) options.interceptors = {doing_};
    auto& mount = app_.Mount(
        form == Form::kListed       ? Bare(style)
        : style == Style::kBlocking ? GreeterMount(blocking_, doing_)
                                    : GreeterMount(coroutine_, doing_),
        options);
    EXPECT_TRUE(app_.Start().ok());
    client_.emplace(ClientOf(mount.port()));
  }
  ~MatrixTest() override {
    CheckTruth(app_, ledger_);
    EXPECT_TRUE(app_.Shutdown(5s).ok());
  }

  GreeterMount Bare(Style style) {
    return style == Style::kBlocking ? GreeterMount(blocking_)
                                     : GreeterMount(coroutine_);
  }

  // One call with the text "x", or up to 3. What came back, as text.
  std::pair<absl::Status, std::string> Call(const std::string& kind) {
    const hawkmount::CallOptions options{.timeout = 30s};
    absl::Status status;
    std::string got;
    if (kind == "SayHello") {
      SayHelloRequest request;
      request.set_name("x");
      auto response = client_->SayHello(request, options);
      status = response.status();
      if (status.ok()) got = response->greeting();
    } else if (kind == "Count") {
      CountRequest request;
      request.set_up_to(3);
      auto stream = client_->Count(request, options);
      for (CountResponse response; stream.Read(response);) {
        absl::StrAppend(&got, response.number(), " ");
      }
      status = stream.Finish();
    } else if (kind == "Collect") {
      auto stream = client_->Collect(options);
      CollectRequest request;
      request.set_name("x");
      stream.Write(request);
      auto response = stream.Finish();
      status = response.status();
      if (status.ok()) {
        for (const auto& name : response->names()) absl::StrAppend(&got, name);
      }
    } else {
      auto stream = client_->Chat(options);
      ChatRequest request;
      request.set_line("x");
      ChatResponse response;
      if (stream.Write(request) && stream.Read(response)) {
        got = response.line();
      }
      stream.WritesDone();
      while (stream.Read(response)) {
      }
      status = stream.Finish();
    }
    ledger_.Add(kind, status);
    return {status, got};
  }

  std::shared_ptr<Doing> doing_;
  BlockingGreeter blocking_;
  CoroutineGreeter coroutine_;
  hawkmount::App app_{Quiet()};
  std::optional<GreeterClient> client_;
  Ledger ledger_;
};

bool Throws(Deed deed) {
  return deed == Deed::kThrowBefore || deed == Deed::kThrowOnReceive ||
         deed == Deed::kThrowOnSend || deed == Deed::kThrowAfter;
}

bool Refuses(Deed deed) {
  return deed == Deed::kRefuse || deed == Deed::kRefuseRequest ||
         deed == Deed::kRefuseResponse;
}

absl::StatusCode CodeOf(Deed deed) {
  if (Throws(deed)) return absl::StatusCode::kUnknown;
  if (Refuses(deed)) return absl::StatusCode::kPermissionDenied;
  return deed == Deed::kAlterStatus ? absl::StatusCode::kDataLoss
                                    : absl::StatusCode::kOk;
}

// What comes back as text: an echo of "x", or the numbers up to 3.
std::string TextOf(Deed deed, const std::string& kind) {
  const bool streams = kind == "Count" || kind == "Chat";
  switch (deed) {
    case Deed::kPass:
      break;
    case Deed::kAlterStatus:
    case Deed::kThrowAfter:
      if (!streams) return "";
      break;
    case Deed::kAlterRequest:
      if (kind == "Count") return "1 2 3 4 5 6 7 ";
      return kind == "SayHello" ? "Hello, altered" : "altered";
    case Deed::kAlterResponse:
      if (kind == "Count") return "7 7 7 ";
      return kind == "Collect" ? "xaltered" : "altered";
    default:
      return "";
  }
  if (kind == "Count") return "1 2 3 ";
  return kind == "SayHello" ? "Hello, x" : "x";
}

TEST_P(MatrixTest, DoesWhatItShall) {
  const std::string kind = std::get<2>(GetParam());
  const Deed deed = std::get<3>(GetParam());
  constexpr int kCalls = 3;
  for (int i = 0; i < kCalls; ++i) {
    const auto [status, text] = Call(kind);
    EXPECT_EQ(status.code(), CodeOf(deed)) << status;
    EXPECT_EQ(text, TextOf(deed, kind));
    EXPECT_FALSE(absl::StrContains(status.message(), "secret")) << status;
  }
  CheckTruth(app_, ledger_);
  EXPECT_EQ(doing_->begun, kCalls);
  const bool ended_at_once = deed == Deed::kRefuse || deed == Deed::kAnswer ||
                             deed == Deed::kThrowBefore;
  EXPECT_EQ(doing_->ended, ended_at_once ? 0 : kCalls);
  EXPECT_EQ(
      Sample(
          app_,
          absl::StrCat(
              "hawkapi_grpc_exceptions_total{", MethodLabel(kind), "}")),
      Throws(deed) ? kCalls : 0);
  EXPECT_EQ(
      Sample(
          app_,
          absl::StrCat(
              "hawkapi_grpc_requests_rejected_total{",
              MethodLabel(kind),
              ",reason=\"interceptor\"}")),
      Refuses(deed) ? kCalls : 0);
}

class GivenUpTest : public MatrixTest {};

// A call that is given up while its handler waits: After is told nevertheless.
TEST_P(GivenUpTest, IsTold) {
  {
    auto stream = client_->Chat({.timeout = 30s});
    ChatRequest request;
    request.set_line("wait");
    ChatResponse response;
    EXPECT_TRUE(stream.Write(request));
    EXPECT_TRUE(stream.Read(response));
    stream.Cancel();
    const absl::Status status = stream.Finish();
    EXPECT_TRUE(absl::IsCancelled(status)) << status;
    ledger_.Add("Chat", status);
  }
  CheckTruth(app_, ledger_);
  EXPECT_EQ(doing_->ended, 1);
}

std::string NameOf(const testing::TestParamInfo<MatrixTest::ParamType>& info) {
  const auto [form, style, kind, deed] = info.param;
  return absl::StrCat(
      form == Form::kListed ? "Listed" : "Compiled",
      style == Style::kBlocking ? "Blocking" : "Coroutine",
      kind,
      static_cast<int>(deed));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    MatrixTest,
    testing::Combine(
        testing::Values(Form::kCompiled, Form::kListed),
        testing::Values(Style::kBlocking, Style::kCoroutine),
        testing::ValuesIn(kKinds),
        testing::Values(
            Deed::kPass,
            Deed::kRefuse,
            Deed::kRefuseRequest,
            Deed::kRefuseResponse,
            Deed::kAlterRequest,
            Deed::kAlterResponse,
            Deed::kAlterStatus,
            Deed::kAnswer,
            Deed::kThrowBefore,
            Deed::kThrowOnReceive,
            Deed::kThrowOnSend,
            Deed::kThrowAfter)),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    All,
    GivenUpTest,
    testing::Combine(
        testing::Values(Form::kCompiled, Form::kListed),
        testing::Values(Style::kBlocking, Style::kCoroutine),
        testing::Values("Chat"),
        testing::Values(Deed::kPass)),
    NameOf);

}  // namespace
}  // namespace e2e
