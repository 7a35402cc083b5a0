// Exceptions on their way out of coroutines.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "handlers.h"
#include "hawkmount/await.h"
#include "hawkmount/status.h"

namespace e2e {
namespace {

using namespace std::chrono_literals;

using Nest = std::function<hawkmount::Task()>;

class Nesting final : public GreeterHandler {
 public:
  explicit Nesting(Nest nest) : nest_(std::move(nest)) {}
  hawkmount::Task SayHelloAsync(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    co_return co_await nest_();
  }

 private:
  const Nest nest_;
};

absl::Status CallNested(Nest nest) {
  Nesting handler(std::move(nest));
  hawkmount::App app(Quiet());
  auto& mount =
      app.Mount(GreeterMount(handler), {.host = "127.0.0.1", .port = 0});
  EXPECT_TRUE(app.Start().ok());
  const absl::Status status = ClientOf(mount.port())
                                  .SayHello(SayHelloRequest(), {.timeout = 20s})
                                  .status();
  EXPECT_TRUE(app.Shutdown(5s).ok());
  return status;
}

hawkmount::TaskOf<int> Deep(int depth) {
  if (depth == 0) throw hawkmount::AbortedError("from the bottom");
  const int below = co_await Deep(depth - 1);
  co_return below + 1;
}

TEST(NestedErrorsTest, ComeOutOfTasks) {
  const absl::Status thrown = absl::AbortedError("from the bottom");
  const auto nested = []() -> hawkmount::Task {
    const int depth = co_await Deep(5);
    co_return absl::OutOfRangeError(std::to_string(depth));
  };
  EXPECT_EQ(CallNested(nested), thrown);
  const auto later = []() -> hawkmount::Task {
    const bool slept = co_await hawkmount::Sleep(1ms);
    EXPECT_TRUE(slept);
    co_await Deep(5);
    co_return absl::OkStatus();
  };
  EXPECT_EQ(CallNested(later), thrown);
  const auto worker = []() -> hawkmount::Task {
    const absl::Status status = co_await hawkmount::RunBlocking(
        [] { throw hawkmount::AbortedError("from the bottom"); });
    co_return status;
  };
  EXPECT_EQ(CallNested(worker), thrown);
  const auto joined = []() -> hawkmount::Task {
    const auto both =
        co_await hawkmount::WhenAll(hawkmount::Sleep(1ms), Deep(2));
    co_return absl::OutOfRangeError(std::to_string(std::get<1>(both)));
  };
  EXPECT_EQ(CallNested(joined), thrown);
}

TEST(NestedErrorsTest, MayBeCaughtByType) {
  const auto nested = []() -> hawkmount::Task {
    absl::Status status;
    try {
      co_await Deep(3);
    } catch (const hawkmount::NotFoundError&) {
      status = absl::InternalError("another type");
    } catch (const hawkmount::AbortedError& error) {
      status = absl::DataLossError(error.what());
    }
    co_return status;
  };
  EXPECT_EQ(
      CallNested(nested), absl::DataLossError("ABORTED: from the bottom"));
}

// Throws when it goes.
struct Explosive {
  ~Explosive() noexcept(false) { throw std::runtime_error("late"); }
};

class Late final : public GreeterHandler {
 public:
  explicit Late(absl::Status status) : status_(std::move(status)) {}
  hawkmount::Task SayHelloAsync(
      SayHelloContext&, const SayHelloRequest&, SayHelloResponse&) override {
    const Explosive explosive;
    co_return status_;
  }

 private:
  const absl::Status status_;
};

// I14: the status that a coroutine returned goes before what is thrown then,
// if it is an error.
TEST(EarlierStatusTest, GoesBeforeWhatIsThrownLater) {
  for (const absl::Status& returned :
       {absl::NotFoundError("said first"), absl::OkStatus()}) {
    std::shared_ptr<std::vector<std::string>> lines;
    hawkmount::AppOptions options;
    options.logger = KeepLines(lines);
    Late handler(returned);
    hawkmount::App app(options);
    auto& mount =
        app.Mount(GreeterMount(handler), {.host = "127.0.0.1", .port = 0});
    ASSERT_TRUE(app.Start().ok());
    const absl::Status status =
        ClientOf(mount.port())
            .SayHello(SayHelloRequest(), {.timeout = 20s})
            .status();
    EXPECT_EQ(
        status,
        returned.ok() ? absl::UnknownError("the handler threw an exception")
                      : returned);
    EXPECT_TRUE(app.Shutdown(5s).ok());
    // It was thrown all the same.
    EXPECT_TRUE(std::any_of(lines->begin(), lines->end(), [](const auto& line) {
      return line.find("\"exception\":\"std::runtime_error\"") != line.npos;
    }));
  }
}

}  // namespace
}  // namespace e2e
