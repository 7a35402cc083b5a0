#include "engine/timers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <vector>

namespace hawkmount::engine {
namespace {

using TimePoint = Timers::TimePoint;

TimePoint At(int seconds) { return TimePoint(std::chrono::seconds(seconds)); }

struct NotedTimer : codegen::Timer {
  NotedTimer(int name, std::vector<int>& fired) : name(name), fired(&fired) {
    fire = [](codegen::Timer& timer) {
      auto& self = static_cast<NotedTimer&>(timer);
      self.fired->push_back(self.name);
    };
  }
  int name;
  std::vector<int>* fired;
};

TEST(Timers, FireInTheOrderOfTheirTimes) {
  std::vector<int> fired;
  NotedTimer a(3, fired), b(1, fired), c(2, fired);
  a.due = At(3);
  b.due = At(1);
  c.due = At(2);
  Timers timers;
  EXPECT_TRUE(timers.empty());
  for (NotedTimer* timer : {&a, &b, &c}) timers.Add(*timer);
  EXPECT_EQ(timers.first_due(), At(1));
  timers.FireDue(At(0));
  EXPECT_TRUE(fired.empty());
  timers.FireDue(At(2));  // due on the edge is due
  EXPECT_EQ(fired, (std::vector<int>{1, 2}));
  timers.FireDue(At(9));
  EXPECT_EQ(fired, (std::vector<int>{1, 2, 3}));
  EXPECT_TRUE(timers.empty());
}

TEST(Timers, RemovingOneThatIsNotSetDoesNothing) {
  std::vector<int> fired;
  NotedTimer a(1, fired), b(2, fired);
  Timers timers;
  timers.Remove(a);
  a.due = At(1);
  timers.Add(a);
  timers.Remove(b);
  timers.FireDue(At(2));
  timers.Remove(a);
  EXPECT_EQ(fired, std::vector<int>{1});
}

// Each operation is done to a multimap as well, which must agree.
TEST(Timers, BehaveLikeASortedMap) {
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    constexpr int kTimers = 300;
    std::vector<int> fired;
    std::vector<NotedTimer> timers;
    for (int i = 0; i < kTimers; ++i) timers.emplace_back(i, fired);
    Timers heap;
    std::multimap<TimePoint, int> model;
    const auto find = [&](int name) {
      const auto [first, last] = model.equal_range(timers[name].due);
      for (auto i = first; i != last; ++i) {
        if (i->second == name) return i;
      }
      return model.end();
    };

    int now = 0;
    for (int step = 0; step < 20'000; ++step) {
      const int name = static_cast<int>(random() % kTimers);
      const bool set = timers[name].position != 0;
      ASSERT_EQ(set, find(name) != model.end());
      switch (random() % 8) {
        case 0: {
          now += static_cast<int>(random() % 20);
          fired.clear();
          heap.FireDue(At(now));
          // Of those due at the same time any may be the first.
          std::multimap<TimePoint, int> expected(
              model.begin(), model.upper_bound(At(now)));
          ASSERT_EQ(fired.size(), expected.size());
          TimePoint last = TimePoint::min();
          for (const int one : fired) {
            ASSERT_LE(last, timers[one].due);
            last = timers[one].due;
            ASSERT_NE(find(one), model.end());
            model.erase(find(one));
          }
          break;
        }
        case 1:
        case 2:
        case 3:
          if (set) model.erase(find(name));
          heap.Remove(timers[name]);
          ASSERT_EQ(timers[name].position, 0u);
          break;
        default:
          if (set) break;
          timers[name].due = At(now + static_cast<int>(random() % 100));
          heap.Add(timers[name]);
          model.emplace(timers[name].due, name);
      }
      ASSERT_EQ(heap.empty(), model.empty());
      if (model.empty()) continue;
      ASSERT_EQ(heap.first_due(), model.begin()->first);
    }
  }
}

TEST(Timers, OneMayRemoveAnotherThatIsDueToo) {
  struct Remover : codegen::Timer {
    Timers* timers;
    codegen::Timer* other;
    int* fired;
  } first, second;
  int fired = 0;
  Timers timers;
  for (Remover* one : {&first, &second}) {
    one->timers = &timers;
    one->other = one == &first ? &second : &first;
    one->fired = &fired;
    one->due = At(1);
    one->fire = [](codegen::Timer& timer) {
      auto& self = static_cast<Remover&>(timer);
      ++*self.fired;
      self.timers->Remove(*self.other);
    };
    timers.Add(*one);
  }
  timers.FireDue(At(1));
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(timers.empty());
}

}  // namespace
}  // namespace hawkmount::engine
