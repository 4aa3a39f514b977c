// SPDX-License-Identifier: Apache-2.0
#include <inlong/async/sleepers.hpp>

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using inlong::detail::bed;
using inlong::detail::sleepers;
using inlong::detail::steady_time;
using inlong::detail::wake_up;

namespace {

constexpr steady_time never = (steady_time::max)();

steady_time in(std::chrono::milliseconds wait) { return std::chrono::steady_clock::now() + wait; }

/// Threads that lie down one after the other, and are up once they have been woken.
struct dormitory {
  std::mutex mutex;
  std::condition_variable changed;
  sleepers all;
  std::array<bed, 4> beds;
  std::array<bool, 4> asleep{};
  std::array<bool, 4> up{};
  std::vector<std::thread> threads;

  ~dormitory() {
    {
      const std::lock_guard lock(mutex);
      all.call_all();
    }
    for (std::thread& each : threads) each.join();
  }
  void lie_down(std::size_t which, steady_time alarm, steady_time latest = never) {
    threads.emplace_back([this, which, alarm, latest] {
      std::unique_lock lock(mutex);
      asleep[which] = true;
      changed.notify_all();
      all.sleep(lock, beds[which], alarm, latest);
      up[which] = true;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asleep[which]; });  // it holds the mutex until it sleeps
  }
  void set_alarm(steady_time due) {
    const std::lock_guard lock(mutex);
    all.set_alarm(due);
  }
  bool gets_up(std::size_t which, std::chrono::milliseconds within = 10s) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, within, [&] { return up[which]; });
  }
};

}  // namespace

TEST_CASE("the first who sleeps keeps the time, the others sleep on") {
  dormitory beds;
  beds.lie_down(0, never);
  beds.lie_down(1, never);
  const steady_time due = in(30ms);
  beds.set_alarm(due);
  CHECK(beds.gets_up(0));
  CHECK(std::chrono::steady_clock::now() >= due);
  CHECK_FALSE(beds.gets_up(1, 20ms));
  const std::lock_guard lock(beds.mutex);
  CHECK(beds.all.lack_keeper());
}

TEST_CASE("a call that is put off until the mutex is free still comes, and so do several") {
  dormitory beds;
  for (std::size_t i = 0; i < 3; ++i) beds.lie_down(i, never);
  {
    wake_up first;
    wake_up second;
    const std::lock_guard lock(beds.mutex);
    first = beds.all.call_one();
    first = beds.all.call_one();
    second = beds.all.call_one();
    wake_up nobody = beds.all.call_one();
    second = std::move(nobody);
  }
  for (std::size_t i = 0; i < 3; ++i) CHECK(beds.gets_up(i));
}

TEST_CASE("everybody wakes at the latest time of their own") {
  dormitory beds;
  beds.lie_down(0, never, in(10ms));
  beds.lie_down(1, never, in(20ms));
  CHECK(beds.gets_up(0));
  CHECK(beds.gets_up(1));
}

TEST_CASE("work goes to one who keeps no time, or else to the one who does") {
  dormitory beds;
  beds.lie_down(0, never);
  beds.lie_down(1, never);
  {
    const std::lock_guard lock(beds.mutex);
    beds.all.call_one();
  }
  CHECK(beds.gets_up(1));
  CHECK_FALSE(beds.up[0]);
  {
    const std::lock_guard lock(beds.mutex);
    beds.all.call_one();
  }
  CHECK(beds.gets_up(0));
  const std::lock_guard lock(beds.mutex);
  beds.all.call_one();  // nobody is there, and nothing is owed to who comes later
  CHECK_FALSE(beds.all.lack_keeper());
}

TEST_CASE("two calls wake two") {
  dormitory beds;
  for (std::size_t i = 0; i < 4; ++i) beds.lie_down(i, never);
  {
    const std::lock_guard lock(beds.mutex);
    beds.all.call_one();
    beds.all.call_one();
  }
  CHECK(beds.gets_up(1));
  CHECK(beds.gets_up(2));
  CHECK_FALSE(beds.up[0]);
  CHECK_FALSE(beds.up[3]);
}

TEST_CASE("an alarm that is set earlier wakes the one who keeps the time") {
  dormitory beds;
  beds.lie_down(0, never);
  beds.lie_down(1, never);
  beds.set_alarm(in(10ms));
  beds.set_alarm(in(1h));
  CHECK(beds.gets_up(0));
  CHECK_FALSE(beds.up[1]);
}

TEST_CASE("what the next one to sleep knows is due wakes the one who keeps the time") {
  dormitory beds;
  beds.lie_down(0, never);
  beds.lie_down(1, in(10ms));
  CHECK(beds.gets_up(0));
}

TEST_CASE("an alarm that nobody keeps wakes somebody who will") {
  dormitory beds;
  for (std::size_t i = 0; i < 3; ++i) beds.lie_down(i, never);
  beds.set_alarm(in(1ms));
  CHECK(beds.gets_up(0));
  beds.set_alarm(in(1h));
  CHECK(beds.gets_up(1));
  CHECK_FALSE(beds.up[2]);
}
