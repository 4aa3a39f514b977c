// SPDX-License-Identifier: Apache-2.0
#include <inlong/async/core.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

using namespace std::chrono_literals;
using inlong::async_options;
using inlong::testing::scripted_transport;

namespace {

const inlong::destination to{"group", "stream"};

/// A network whose requests wait until they are let through.
struct gate {
  explicit gate(scripted_transport answers = scripted_transport()) : under(std::move(answers)) {}

  scripted_transport under;
  std::mutex mutex;
  std::condition_variable changed;
  int let_through = 0;
  int waiting = 0;
  bool open = false;

  bool wait_for_waiting(int count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, [&] { return waiting >= count; });
  }
  void let(int count) {
    const std::lock_guard lock(mutex);
    let_through += count;
    changed.notify_all();
  }
  void open_wide() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
};

struct gated_transport {
  std::shared_ptr<gate> at;

  inlong::exchange post(const inlong::request& sent) {
    {
      std::unique_lock lock(at->mutex);
      ++at->waiting;
      at->changed.notify_all();
      at->changed.wait(lock, [&] { return at->open || at->let_through > 0; });
      --at->waiting;
      if (!at->open) --at->let_through;
    }
    return at->under.post(sent);
  }
  void cancel() noexcept { at->open_wide(); }
};

using driver = inlong::detail::core<gated_transport>;

struct driven {
  explicit driven(async_options how = {}, scripted_transport answers = scripted_transport(),
                  const inlong::endpoint_list& addresses = {"a", "b"})
      : at(std::make_shared<gate>(std::move(answers))),
        core(std::make_shared<driver>(
            how, [this](const inlong::deliveries& those) { reported += those.size(); },
            gated_transport{at})) {
    CHECK(core->replace(addresses) == inlong::errc::ok);
    CHECK_FALSE(core->start(how.workers));
  }
  ~driven() {
    at->open_wide();
    core->finish();
  }
  bool flush(std::chrono::milliseconds wait) {
    return core->flush(std::chrono::steady_clock::now() + wait);
  }

  std::atomic<std::size_t> reported{0};
  std::shared_ptr<gate> at;
  std::shared_ptr<driver> core;
};

}  // namespace

TEST_CASE("what can't be delivered in time is reported then, though nothing else happens") {
  scripted_transport dead([](const auto&) { return scripted_transport::not_sent(); });
  async_options how;
  how.delivery_timeout = 100ms;
  for (const std::size_t workers : {0u, 1u, 2u, 4u}) {
    how.workers = workers;
    driven reporter(how, dead);
    reporter.at->open_wide();
    CHECK(reporter.core->submit(to, {"x"}) == inlong::submit_status::accepted);
    CHECK(reporter.flush(5s));
    CHECK(reporter.reported == 1);
  }
}

TEST_CASE("a retry is made in time, whichever worker has to wait for it") {
  for (const std::size_t workers : {1u, 2u, 4u}) {
    async_options how;
    how.workers = workers;
    driven reporter(how, scripted_transport(), {"a"});
    reporter.at->under.next(scripted_transport::code(1));
    CHECK(reporter.core->submit(to, {"x"}) == inlong::submit_status::accepted);
    // The first attempt does not end before the other workers sleep again.
    REQUIRE(reporter.at->wait_for_waiting(1));
    CHECK_FALSE(reporter.flush(20ms));
    reporter.at->open_wide();
    CHECK(reporter.flush(5s));
  }
}

TEST_CASE("a batch is sealed in time while all who were awake are in the network") {
  async_options how;
  how.workers = 3;
  driven reporter(how, scripted_transport(), {"a", "b", "c", "d"});
  for (int i = 1; i <= 3; ++i) {
    const std::string group = "group" + std::to_string(i);
    CHECK(reporter.core->submit({group, "stream"}, {"x"}) == inlong::submit_status::accepted);
    CHECK(reporter.at->wait_for_waiting(i));  // each by a worker that was asleep
  }
}
