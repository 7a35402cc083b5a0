#include "engine/workers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace hawkmount::engine {
namespace {

using namespace std::chrono_literals;

// A function as a piece of work, and a look at how far it is.
class Job : public codegen::Work {
 public:
  explicit Job(std::function<void()> function = [] {})
      : function_(std::move(function)) {
    run = [](codegen::Work& work) { static_cast<Job&>(work).Run(); };
  }

  bool WaitForEnd() { return ended_.wait_for(60s) == kReady; }
  bool WaitForBegin() { return begun_.wait_for(60s) == kReady; }
  bool has_begun() const { return begun_.wait_for(0s) == kReady; }
  std::thread::id thread() const { return thread_; }
  pid_t kernel_thread() const { return kernel_thread_; }

 private:
  static constexpr auto kReady = std::future_status::ready;

  void Run() {
    thread_ = std::this_thread::get_id();
    kernel_thread_ = gettid();
    begin_.set_value();
    function_();
    end_.set_value();  // the test may take it away after this
  }

  std::function<void()> function_;
  std::promise<void> begin_;
  std::promise<void> end_;
  std::future<void> begun_ = begin_.get_future();
  std::future<void> ended_ = end_.get_future();
  std::thread::id thread_;
  pid_t kernel_thread_ = 0;
};

// Holds jobs up until it is opened.
class Gate {
 public:
  std::function<void()> Wait() {
    return [opened = opened_] { opened.wait(); };
  }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};

// The kernel's word on a thread of this process: S, it sleeps.
char StateOf(pid_t thread) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text;
  std::getline(stat, text);
  const size_t name_end = text.rfind(')');
  return name_end == std::string::npos ? '?' : text.at(name_end + 2);
}

// Until a job's thread is asleep: it goes on for a little after its work's last
// word. It is when several looks in a row found it so.
void LetSleep(const Job& job) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  int asleep = 0;
  while (asleep < 20 && std::chrono::steady_clock::now() < end) {
    asleep = StateOf(job.kernel_thread()) == 'S' ? asleep + 1 : 0;
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(asleep, 20);
}

// For threads that end by themselves, with their pool: nothing waits for them.
void LetThemEnd() { std::this_thread::sleep_for(50ms); }

TEST(Workers, NoThreadIsStartedBeforeThereIsWork) {
  Workers workers(4, 10);
  EXPECT_EQ(workers.threads(), 0u);
  Job job;
  EXPECT_TRUE(workers.Submit(job));
  EXPECT_TRUE(job.WaitForEnd());
  EXPECT_EQ(workers.threads(), 1u);
  EXPECT_NE(job.thread(), std::this_thread::get_id());
}

TEST(Workers, AsManyThreadsAsAreNeededAndNoMore) {
  Workers workers(2, 10);
  Gate gate;
  std::deque<Job> jobs;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(workers.Submit(jobs.emplace_back(gate.Wait())));
  }
  EXPECT_TRUE(jobs[0].WaitForBegin());
  EXPECT_TRUE(jobs[1].WaitForBegin());
  EXPECT_EQ(workers.threads(), 2u);
  EXPECT_EQ(workers.queued(), 3u);
  EXPECT_FALSE(jobs[2].has_begun());
  gate.Open();
  for (Job& job : jobs) EXPECT_TRUE(job.WaitForEnd());
  EXPECT_EQ(workers.queued(), 0u);
  EXPECT_EQ(workers.threads(), 2u);
}

TEST(Workers, WhoSleptLastIsWokenFirst) {
  Workers workers(3, 10);
  Gate gates[3];
  std::deque<Job> jobs;
  for (Gate& gate : gates) workers.Submit(jobs.emplace_back(gate.Wait()));
  for (Job& job : jobs) ASSERT_TRUE(job.WaitForBegin());
  // They fall asleep in this order.
  for (const int i : {1, 2, 0}) {
    gates[i].Open();
    ASSERT_TRUE(jobs[i].WaitForEnd());
    LetSleep(jobs[i]);
  }
  Gate gate;
  std::deque<Job> next;
  for (int i = 0; i < 3; ++i) workers.Submit(next.emplace_back(gate.Wait()));
  for (Job& job : next) ASSERT_TRUE(job.WaitForBegin());
  EXPECT_EQ(next[0].thread(), jobs[0].thread());
  EXPECT_EQ(next[1].thread(), jobs[2].thread());
  EXPECT_EQ(next[2].thread(), jobs[1].thread());
  gate.Open();
  for (Job& job : next) EXPECT_TRUE(job.WaitForEnd());
  EXPECT_EQ(workers.threads(), 3u);
}

TEST(Workers, TheQueueIsBoundedAndInOrder) {
  Workers workers(1, 3);
  Gate gate;
  Job busy(gate.Wait());
  ASSERT_TRUE(workers.Submit(busy));
  ASSERT_TRUE(busy.WaitForBegin());
  std::vector<int> order;
  std::deque<Job> jobs;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        workers.Submit(jobs.emplace_back([&, i] { order.push_back(i); })));
  }
  Job refused;
  EXPECT_FALSE(workers.Submit(refused));
  EXPECT_EQ(workers.queued(), 3u);
  gate.Open();
  for (Job& job : jobs) ASSERT_TRUE(job.WaitForEnd());
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
  // There is room again.
  EXPECT_TRUE(workers.Submit(refused));
  EXPECT_TRUE(refused.WaitForEnd());
}

TEST(Workers, WithoutAQueueWhatCannotBeginIsRefused) {
  Workers workers(1, 0);
  Gate gate;
  Job busy(gate.Wait());
  ASSERT_TRUE(workers.Submit(busy));
  Job refused;
  EXPECT_FALSE(workers.Submit(refused));
  gate.Open();
  EXPECT_TRUE(busy.WaitForEnd());
}

TEST(Workers, WorkIsTakenBackAnywhereInTheQueue) {
  for (size_t taken = 0; taken < 4; ++taken) {
    Workers workers(1, 10);
    Gate gate;
    Job busy(gate.Wait());
    ASSERT_TRUE(workers.Submit(busy));
    ASSERT_TRUE(busy.WaitForBegin());
    std::deque<Job> jobs;
    for (int i = 0; i < 4; ++i) workers.Submit(jobs.emplace_back());
    EXPECT_FALSE(workers.TakeBack(busy)) << "it has begun";
    EXPECT_TRUE(workers.TakeBack(jobs[taken]));
    EXPECT_FALSE(workers.TakeBack(jobs[taken])) << "it is not there any more";
    EXPECT_EQ(workers.queued(), 3u);
    gate.Open();
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_TRUE(i == taken || jobs[i].WaitForEnd());
    }
    EXPECT_FALSE(jobs[taken].has_begun());
    EXPECT_EQ(workers.queued(), 0u);
    // What was taken back may come again.
    EXPECT_TRUE(workers.Submit(jobs[taken]));
    EXPECT_TRUE(jobs[taken].WaitForEnd());
  }
}

TEST(Workers, WorkThatWasNeverSubmittedIsNotTakenBack) {
  Workers workers(1, 10);
  Job job;
  EXPECT_FALSE(workers.TakeBack(job));
}

TEST(Workers, TheEndWaitsForThreadsThatSleep) {
  for (int round = 0; round < 100; ++round) {
    Workers workers(4, 10);
    std::deque<Job> jobs;
    for (int i = 0; i < 4; ++i) workers.Submit(jobs.emplace_back());
    for (Job& job : jobs) ASSERT_TRUE(job.WaitForEnd());
  }
}

TEST(Workers, TheEndDoesNotWaitForAThreadThatIsBusy) {
  Gate gate;
  std::atomic<bool> ended = false;
  Job stuck([wait = gate.Wait(), &ended] {
    wait();
    ended = true;
  });
  {
    Workers workers(2, 10);
    Job job;
    workers.Submit(stuck);
    workers.Submit(job);
    ASSERT_TRUE(job.WaitForEnd());
    ASSERT_TRUE(stuck.WaitForBegin());
  }
  // It came here, although the gate is closed.
  EXPECT_FALSE(ended);
  gate.Open();
  EXPECT_TRUE(stuck.WaitForEnd());
  LetThemEnd();
}

TEST(Workers, ManyThreadsMaySubmitAndTakeBack) {
  Workers workers(4, 1000);
  std::atomic<int> ran = 0;
  std::atomic<int> taken_back = 0;
  std::atomic<int> refused = 0;
  constexpr int kJobs = 2000;
  struct Counted : codegen::Work {
    std::atomic<int>* ran = nullptr;
  };
  std::vector<std::vector<Counted>> work(3);
  std::vector<std::thread> threads;
  for (auto& mine : work) {
    mine.resize(kJobs);
    threads.emplace_back([&] {
      for (Counted& job : mine) {
        job.ran = &ran;
        job.run = [](codegen::Work& self) {
          ++*static_cast<Counted&>(self).ran;
        };
        if (!workers.Submit(job)) {
          ++refused;
        } else if (workers.TakeBack(job)) {
          ++taken_back;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (ran + taken_back + refused < 3 * kJobs &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  EXPECT_EQ(ran + taken_back + refused, 3 * kJobs);
  EXPECT_EQ(workers.queued(), 0u);
  LetThemEnd();
}

}  // namespace
}  // namespace hawkmount::engine
