// SPDX-License-Identifier: Apache-2.0
#include <inlong/async/dispatcher.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using inlong::async_options;
using inlong::record;
using inlong::statistics;
using inlong::submit_status;
using inlong::detail::dispatcher;
using inlong::detail::steady_time;
using inlong::testing::scripted_transport;

namespace {

constexpr steady_time never = (steady_time::max)();
const inlong::destination to{"group", "stream"};

/// Drives a dispatcher by hand, on the test's own thread and its own clock.
struct scripted_driver {
  explicit scripted_driver(async_options wanted = {}, dispatcher::callback also = {})
      : of(wanted, [this, also = std::move(also)](const inlong::deliveries& those) {
          for (const inlong::delivery& each : those) tokens.push_back(each.token);
          if (also) also(those);
        }) {
    CHECK(of.replace({"a"}) == inlong::errc::ok);
  }

  submit_status submit(std::string_view body, std::uint64_t token = 0) {
    return of.submit(to, {body, std::nullopt, token});
  }
  /// Does all that is due at that time.
  void run(steady_time now = std::chrono::steady_clock::now()) {
    std::unique_lock lock(of.mutex);
    for (;;) {
      if (of.do_chore(lock, now)) continue;
      const auto wanted = of.next(now);
      if (!wanted && !of.has_report()) return;
      if (!wanted) continue;
      lock.unlock();
      auto came = inlong::detail::carry_out(*wanted, network, of.how());
      lock.lock();
      of.told(*wanted, std::move(came), now);
    }
  }
  void run_all() {
    std::unique_lock lock(of.mutex);
    of.seal_up_to(lock, of.last_opened(), (steady_time::max)());
    lock.unlock();
    run();
  }
  statistics counted() {
    const statistics all = of.counters();
    CHECK(all.offered == all.refused + all.delivered + all.failed + all.pending);
    return all;
  }

  scripted_transport network;
  std::vector<std::uint64_t> tokens;
  dispatcher of;
};

/// Enough for a few requests of 200 bytes.
async_options small_memory() {
  async_options how;
  how.max_request_bytes = 200;
  how.max_memory = 8 * 1024;
  return how;
}

}  // namespace

TEST_CASE("a record that waits for room is offered once, and refused once") {
  scripted_driver driver(small_memory());
  std::uint64_t accepted = 0;
  while (driver.submit("some body") == submit_status::accepted) ++accepted;
  CHECK(driver.counted().refused == 1);
  CHECK(driver.counted().refused_full == 1);
  const auto in_20_ms = std::chrono::steady_clock::now() + 20ms;
  CHECK(driver.of.submit_for(to, {"some body"}, in_20_ms) == submit_status::full);
  CHECK(std::chrono::steady_clock::now() >= in_20_ms);
  CHECK(driver.counted().offered == accepted + 2);
  CHECK(driver.counted().refused == 2);

  std::thread patient([&] {
    CHECK(driver.of.submit_for(to, {"some body"}, never) == submit_status::accepted);
  });
  driver.run_all();
  patient.join();
  CHECK(driver.counted().offered == accepted + 3);
  CHECK(driver.counted().refused_full == 2);
}

TEST_CASE("who waits for room is let go when the intake ends") {
  scripted_driver driver(small_memory());
  while (driver.submit("some body") == submit_status::accepted) {
  }
  std::thread patient([&] {
    CHECK(driver.of.submit_for(to, {"some body"}, never) == submit_status::closed);
  });
  CHECK(driver.of.stop_intake());
  patient.join();
  CHECK_FALSE(driver.of.stop_intake());
}

TEST_CASE("a record that is refused does not end the batch that others are in") {
  async_options how;
  how.max_request_bytes = 1000;
  scripted_driver driver(how);
  const std::string fits(600, 'x');
  CHECK(driver.submit(fits) == submit_status::accepted);
  CHECK(driver.submit(std::string(2000, 'x')) == submit_status::too_large);
  CHECK(driver.submit(std::string(400, '%')) == submit_status::too_large);  // thrice as long
  CHECK(driver.submit(std::string(600, ' ')) == submit_status::invalid);
  CHECK(driver.submit(std::string(600, '\n')) == submit_status::invalid);
  CHECK(driver.submit("x") == submit_status::accepted);
  driver.run_all();
  CHECK(driver.network.journal().size() == 1);
}

TEST_CASE("a record that no request can carry is too large, also where there is no memory for a try") {
  async_options how;
  how.max_memory = 240 * 1024;
  scripted_driver driver(how);
  CHECK(driver.submit("x") == submit_status::accepted);
  CHECK(driver.submit(std::string(30 * 1024, '%')) == submit_status::too_large);
  CHECK(driver.counted().refused_full == 0);
}

TEST_CASE("where there is no memory for another batch, the open one does not wait for more") {
  async_options how = small_memory();
  how.linger = 1h;
  scripted_driver driver(how);
  std::uint64_t accepted = 0;
  while (driver.submit("some body") == submit_status::accepted) ++accepted;
  driver.run();
  CHECK(driver.tokens.size() == accepted);
}

TEST_CASE("idle lanes go while others are busy") {
  async_options how;
  how.linger = 1h;
  how.max_batch_records = 2;
  scripted_driver driver(how);
  const auto now = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    for (int record = 0; record < 2; ++record) {
      CHECK(driver.of.submit({"group " + std::to_string(i), "stream"}, {"x"}) ==
            submit_status::accepted);
    }
  }
  CHECK(driver.of.submit({"waits", "stream"}, {"x"}) == submit_status::accepted);
  driver.run(now);
  CHECK(driver.counted().lanes == 101);
  for (std::size_t i = 0; i < inlong::detail::lane_table::shards; ++i) {
    CHECK(driver.submit("x") == submit_status::accepted);
    CHECK(driver.submit("x") == submit_status::accepted);
    driver.run(now + 2s);
  }
  CHECK(driver.counted().pending == 1);
  CHECK(driver.counted().lanes == 2);
}

TEST_CASE("lanes that nobody uses make room for others, also while something is under way") {
  async_options how;
  how.linger = 1h;
  how.max_batch_records = 1;
  how.max_request_bytes = 4096;
  how.max_memory = 64 * 1024;
  scripted_driver driver(how);
  const auto now = std::chrono::steady_clock::now();
  CHECK(driver.submit("x") == submit_status::accepted);
  driver.run(now);
  CHECK(driver.of.submit({"stuck", "stream"}, {"x"}) == submit_status::accepted);
  {
    const std::lock_guard lock(driver.of.mutex);
    REQUIRE(driver.of.next(now));  // and nothing is told of it
  }
  for (int i = 0; i < 5000; ++i) {
    const std::string group = "group " + std::to_string(i);
    REQUIRE(driver.of.submit({group, "stream"}, {"x"}) == submit_status::accepted);
    driver.run(now);
  }
  CHECK(driver.counted().pending == 1);
}

TEST_CASE("what lingers is sent early where it takes all memory, and nothing else is under way") {
  async_options how = small_memory();
  how.linger = 1h;
  scripted_driver driver(how);
  const auto submit = [&](int i) {
    const std::string group = "group " + std::to_string(i);
    return driver.of.submit({group, "stream"}, {"x"});
  };
  const auto now = std::chrono::steady_clock::now();
  int accepted = 0;
  while (submit(accepted) == submit_status::accepted) {
    ++accepted;
    driver.run(now);
    REQUIRE(driver.counted().delivered == 0);
  }
  CHECK(accepted > 2);
  driver.run(std::chrono::steady_clock::now());
  CHECK(driver.counted().delivered == static_cast<std::uint64_t>(accepted));
  CHECK(submit(accepted) == submit_status::accepted);
  driver.run(std::chrono::steady_clock::now());
  CHECK(driver.counted().pending == 1);  // and lingers, as there is room again
}

TEST_CASE("what lingers is sent early where it takes all memory, though something else waits") {
  async_options how = small_memory();
  how.linger = 1h;
  scripted_driver driver(how);
  driver.network.next(scripted_transport::code(113));
  CHECK(driver.submit("of a stream that is not known yet") == submit_status::accepted);
  driver.run_all();
  CHECK(driver.counted().pending == 1);
  int accepted = 0;
  while (driver.of.submit({"group " + std::to_string(accepted), "stream"}, {"x"}) ==
         submit_status::accepted) {
    ++accepted;
  }
  CHECK(accepted > 1);
  driver.run(std::chrono::steady_clock::now());
  CHECK(driver.counted().delivered == static_cast<std::uint64_t>(accepted));
}

TEST_CASE("whoever goes on to another request lets the one who keeps the time know of a retry") {
  async_options how;
  how.linger = 1h;
  how.max_batch_records = 1;
  dispatcher of(how, {});
  CHECK(of.replace({"a", "b"}) == inlong::errc::ok);
  for (int i = 0; i < 2; ++i) CHECK(of.submit(to, {"x"}) == submit_status::accepted);
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(of.mutex);
  const auto first = of.next(start);
  REQUIRE(first);
  inlong::detail::bed bed;
  std::atomic<bool> asleep{false};
  std::thread keeper([&] {
    std::unique_lock own(of.mutex);
    asleep = true;
    of.sleep(own, bed, start, start + 20s, false);
  });
  while (!asleep) {
    lock.unlock();
    lock.lock();  // when it has been given back, it sleeps
  }
  inlong::detail::reply came;
  came.got = scripted_transport::code(114);
  came.code = 114;
  came.means = inlong::detail::judge(came.got, came.code, false);
  of.told(*first, std::move(came), start);
  const auto second = of.next(start);
  REQUIRE(second);
  CHECK(second->carried != nullptr);
  CHECK(second->carried != first->carried);
  lock.unlock();
  keeper.join();
  CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("within the callback nobody waits for room, which comes after it") {
  scripted_driver* self = nullptr;
  submit_status got = submit_status::accepted;
  scripted_driver driver(small_memory(), [&](const inlong::deliveries&) {
    if (got != submit_status::accepted) return;
    while (self->submit("some body") == submit_status::accepted) {
    }
    got = self->of.submit_for(to, {"some body"}, never);
  });
  self = &driver;
  driver.submit("x");
  driver.run_all();
  CHECK(got == submit_status::full);
}

TEST_CASE("a queue without room is full and never out of memory, whoever else asks for some") {
  async_options how = small_memory();
  how.max_memory = 16 * 1024;
  scripted_driver driver(how);
  std::atomic<std::uint64_t> full{0};
  std::atomic<std::uint64_t> others{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string group = "a group with a rather long name " + std::to_string(i);
      for (int round = 0; round < 2000; ++round) {
        const auto status = driver.of.submit({group, "stream"}, {"some body"});
        if (status == submit_status::full) ++full;
        if (status != submit_status::full && status != submit_status::accepted) ++others;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(others == 0);
  CHECK(driver.counted().refused_full == full);
  CHECK(driver.counted().memory <= how.max_memory);
}

TEST_CASE("a batch calls for work twice at most: when it is opened, and when it is sealed") {
  // One sleeps as a worker does, and is counted each time that somebody calls for it.
  async_options how;
  how.linger = 1h;
  how.max_batch_records = 100;
  dispatcher of(how, {});
  inlong::detail::bed bed;
  std::atomic<bool> stop{false};
  std::atomic<int> woken{0};
  std::atomic<bool> asleep{false};
  std::thread worker([&] {
    std::unique_lock lock(of.mutex);
    while (!stop) {
      asleep = true;
      of.sleep(lock, bed, std::chrono::steady_clock::now(), never, false);
      asleep = false;
      ++woken;
    }
  });
  const auto wait_asleep = [&] {
    for (;;) {
      const std::lock_guard lock(of.mutex);  // held while it is awake
      if (asleep) return;
    }
  };
  int most = 0;
  for (int batch = 0; batch < 20; ++batch) {
    wait_asleep();
    const int before = woken;
    for (int i = 0; i < 100; ++i) {
      CHECK(of.submit(to, {"x"}) == submit_status::accepted);
      if (i == 0 || i == 98) wait_asleep();
    }
    wait_asleep();
    most = (std::max)(most, woken - before);
  }
  CHECK(most <= 2);
  {
    const std::lock_guard lock(of.mutex);
    stop = true;
    of.call_all();
  }
  worker.join();
}

TEST_CASE("a snapshot says how much memory is in use, and a drained queue how little") {
  scripted_driver driver;
  CHECK(driver.counted().memory == 0);
  CHECK(driver.submit("x", 1) == submit_status::accepted);
  const statistics with_one = driver.counted();
  CHECK(with_one.memory > sizeof(inlong::detail::lane_batch));
  CHECK(with_one.memory < 4096);
  CHECK(with_one.lanes == 1);
  CHECK(with_one.pending == 1);
  driver.run_all();
  CHECK(driver.tokens == std::vector<std::uint64_t>{1});
  CHECK(driver.counted().lanes == 0);
  CHECK(driver.counted().memory <= with_one.memory);
}

TEST_CASE("batches are sealed when they have lingered, by the clock of whoever drives") {
  async_options how;
  how.linger = 50ms;
  scripted_driver driver(how);
  const auto before = std::chrono::steady_clock::now();
  driver.submit("x");
  const auto after = std::chrono::steady_clock::now();
  driver.run(before + 49ms);
  CHECK(driver.network.journal().empty());
  driver.run(after + 50ms);
  CHECK(driver.network.journal().size() == 1);
  CHECK(driver.tokens.size() == 1);
}
