// SPDX-License-Identifier: Apache-2.0
#include <inlong/async/core.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include "../../support/networks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using inlong::async_options;
using inlong::testing::scripted_transport;

namespace {

const inlong::destination to{"group", "stream"};

inlong::detail::steady_time in(std::chrono::milliseconds wait) {
  return inlong::detail::later(std::chrono::steady_clock::now(), wait);
}

using driver = inlong::detail::core<gated_transport>;

struct driven {
  explicit driven(async_options how = {}, scripted_transport answers = scripted_transport(),
                  const inlong::endpoint_list& addresses = {"a", "b"})
      : at(std::make_shared<gate>(std::move(answers))),
        core(std::make_shared<driver>(
            how,
            [this](const inlong::deliveries& those) {
              reported += those.size();
              if (on_delivery) on_delivery();
            },
            gated_transport(at))) {
    CHECK(core->replace(addresses) == inlong::errc::ok);
    CHECK_FALSE(core->start(how.workers));
  }
  ~driven() {
    at->open();
    core->finish();
  }
  bool flush(std::chrono::milliseconds wait) { return core->flush(in(wait)); }
  void submit() { CHECK(core->submit(to, {"x"}) == inlong::submit_status::accepted); }

  std::function<void()> on_delivery;
  std::atomic<std::size_t> reported{0};
  std::shared_ptr<gate> at;
  std::shared_ptr<driver> core;
};

async_options with_workers(std::size_t count) {
  async_options how;
  how.workers = count;
  return how;
}

std::chrono::milliseconds took(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

}  // namespace

TEST_CASE("what can't be delivered in time is reported then, though nothing else happens") {
  scripted_transport dead([](const auto&) { return scripted_transport::not_sent(); });
  async_options how;
  how.delivery_timeout = 100ms;
  for (const std::size_t workers : {0u, 1u, 2u, 4u}) {
    how.workers = workers;
    driven reporter(how, dead);
    reporter.at->open();
    reporter.submit();
    CHECK(reporter.flush(5s));
    CHECK(reporter.reported == 1);
  }
}

TEST_CASE("a retry is made in time, whichever worker has to wait for it") {
  for (const std::size_t workers : {1u, 2u, 4u}) {
    driven reporter(with_workers(workers), scripted_transport(), {"a"});
    reporter.at->answers.next(scripted_transport::code(1));
    reporter.submit();
    // The first attempt does not end before the other workers sleep again.
    REQUIRE(reporter.at->wait_for_held(1));
    CHECK_FALSE(reporter.flush(20ms));
    reporter.at->open();
    CHECK(reporter.flush(5s));
  }
}

TEST_CASE("a batch is sealed in time while all who were awake are in the network") {
  driven reporter(with_workers(3), scripted_transport(), {"a", "b", "c", "d"});
  for (int i = 1; i <= 3; ++i) {
    const std::string group = "group" + std::to_string(i);
    CHECK(reporter.core->submit({group, "stream"}, {"x"}) == inlong::submit_status::accepted);
    CHECK(reporter.at->wait_for_held(i));  // each by a worker that was asleep
  }
}

TEST_CASE("whoever works on the calling thread looks at the time between two requests") {
  scripted_transport slow([](const auto&) {
    const auto end = std::chrono::steady_clock::now() + 20ms;
    while (std::chrono::steady_clock::now() < end) {
    }
    return scripted_transport::code(0);
  });
  async_options how = with_workers(0);
  how.max_batch_records = 1;
  driven reporter(how, slow);
  reporter.at->open();
  for (int i = 0; i < 50; ++i) reporter.submit();  // a second's work
  CHECK(took([&] { CHECK_FALSE(reporter.flush(50ms)); }) < 500ms);
  CHECK(took([&] { CHECK(reporter.core->poll(in(50ms))); }) < 500ms);
  CHECK(took([&] { CHECK_FALSE(reporter.flush(0ms)); }) < 50ms);
  CHECK(took([&] { static_cast<void>(reporter.core->close(in(50ms))); }) < 500ms);
}

TEST_CASE("without workers, room that another thread has just made is not slept through") {
  async_options how = with_workers(0);
  how.linger = 0ms;
  how.max_request_bytes = 4096;
  how.max_memory = 16 * 1024;
  driven reporter(how);
  reporter.at->open();
  std::atomic<bool> stop{false};
  std::thread polling([&] {
    while (!stop) static_cast<void>(reporter.core->poll(in(5ms)));
  });
  const std::string body(3500, 'x');
  std::chrono::milliseconds longest(0);
  for (int i = 0; i < 3000 && longest < 5s; ++i) {
    longest = (std::max)(longest, took([&] {
      static_cast<void>(reporter.core->submit_patiently(to, {body}, in(10s)));
    }));
  }
  CHECK(longest < 5s);
  stop = true;
  polling.join();
}

TEST_CASE("a callback that keeps submitting does not keep poll") {
  async_options how = with_workers(0);
  how.linger = 0ms;
  driven reporter(how);
  reporter.at->open();
  reporter.on_delivery = [&] { reporter.core->submit(to, {"x"}); };
  reporter.submit();
  CHECK(took([&] { CHECK(reporter.core->poll(in(20ms))); }) < 5s);
  CHECK(reporter.reported > 1);
  CHECK(reporter.core->poll(in(0ms)));
  reporter.on_delivery = nullptr;
  CHECK(reporter.flush(5s));
  CHECK_FALSE(reporter.core->poll(in(5s)));
}

TEST_CASE("poll waits for what becomes due first, and no longer") {
  for (const std::size_t workers : {0u, 1u, 4u}) {
    driven reporter(with_workers(workers));
    CHECK(took([&] { CHECK_FALSE(reporter.core->poll(in(10s))); }) < 5s);  // there is nothing
    reporter.submit();
    CHECK(took([&] { CHECK(reporter.core->poll(in(0ms))); }) < 5s);
    reporter.at->open();
    CHECK(took([&] {
            while (reporter.core->poll(in(10s))) {
            }
          }) < 5s);
    CHECK(reporter.reported == 1);
  }
}

TEST_CASE("without workers, who waits in poll takes over from who leaves it") {
  for (int round = 0; round < 50; ++round) {  // in most of them the other one comes first
    async_options how = with_workers(0);
    how.linger = 10ms;
    driven reporter(how);
    reporter.at->open();
    reporter.submit();
    std::atomic<bool> begun{false};
    std::thread leaves([&] {
      begun = true;
      static_cast<void>(reporter.core->poll(in(5ms)));
    });
    while (!begun) std::this_thread::yield();
    CHECK(took([&] {
            while (reporter.core->poll(in(20s))) {
            }
          }) < 5s);
    CHECK(reporter.reported == 1);
    leaves.join();
  }
}

TEST_CASE("a flush within the callback returns in time, whatever the network does") {
  driven reporter(with_workers(2));
  bool first = true;
  reporter.on_delivery = [&] {
    if (!std::exchange(first, false)) return;
    reporter.submit();
    CHECK(took([&] { CHECK_FALSE(reporter.flush(30ms)); }) < 1s);
    reporter.at->open();
    CHECK(reporter.flush(5s));
  };
  reporter.submit();
  reporter.at->let_through(1);
  CHECK(reporter.flush(10s));
  CHECK(reporter.flush(10s));  // what the callback submitted, perhaps after the first began
  CHECK(reporter.reported == 2);
}

TEST_CASE("close cuts a request short that would outlast it, where the caller makes it itself") {
  driven reporter(with_workers(0));
  reporter.submit();
  inlong::close_result end;
  CHECK(took([&] { end = reporter.core->close(in(50ms)); }) < 1s);
  REQUIRE(end.left.size() == 1);
  CHECK(end.left[0].known == inlong::certainty::maybe_stored);
}

TEST_CASE("a callback may fork while the caller works for itself: its child is out of all this") {
  pid_t child = -1;
  driven reporter(with_workers(0));
  reporter.at->open();
  reporter.on_delivery = [&] {
    if (child != -1) return;
    child = fork();
    if (child == 0) alarm(10);
  };
  reporter.submit();
  const bool flushed = reporter.flush(10s);
  if (child == 0) {
    const bool refused = reporter.core->home.is_here();
    _exit(flushed || refused ? 1 : 0);
  }
  CHECK(flushed);
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(reporter.reported == 1);
}
