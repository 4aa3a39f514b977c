// SPDX-License-Identifier: Apache-2.0
// Destructors at bad moments: beside a callback, beside submitters, with a transport that hangs.
#ifndef INLONG_TESTS_PROCESS_LATE_HPP
#define INLONG_TESTS_PROCESS_LATE_HPP

#include "support.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// The destructor waits for a callback that runs, since that may need what is destroyed next.
inline int destroyed_beside_callback() {
  std::atomic<bool> is_in_it{false};
  std::atomic<bool> is_over{false};
  auto queue =
      std::make_unique<async_reporter>(address(), async_options(), [&](const inlong::deliveries&) {
        is_in_it = true;
        std::this_thread::sleep_for(300ms);  // what it does takes long; nobody waits for this
        is_over = true;
      });
  EXPECT(queue->submit(to, body("record", 0)) == submit_status::accepted);
  await([&] { return is_in_it.load(); });
  EXPECT(!is_over);
  const auto start = clock_type::now();
  queue.reset();
  EXPECT(is_over);
  took("destructor", start, 400ms);
  promise("record", 1);
  return status();
}

/// `close` does not wait for it, and then the destructor does.
inline int closed_beside_callback() {
  std::atomic<bool> is_in_it{false};
  std::atomic<bool> may_end{false};
  std::atomic<bool> is_over{false};
  auto queue =
      std::make_unique<async_reporter>(address(), async_options(), [&](const inlong::deliveries&) {
        is_in_it = true;
        await([&] { return may_end.load(); });
        is_over = true;
      });
  EXPECT(queue->submit(to, body("record", 0)) == submit_status::accepted);
  await([&] { return is_in_it.load(); });
  const auto start = clock_type::now();
  EXPECT(queue->close(100ms).left.empty());
  took("close", start, 150ms);
  EXPECT(!is_over);
  may_end = true;
  queue.reset();
  EXPECT(is_over);
  promise("record", 1);
  return status();
}

/// What the callback holds goes with the reporter, even if a handle is left.
inline int destroyed_before_handle() {
  auto held = std::make_shared<int>(0);
  auto queue = std::make_unique<async_reporter>(address(), async_options(),
                                                [held](const inlong::deliveries&) { ++*held; });
  const stream_handle left = queue->stream(to);
  EXPECT(left.submit(body("record", 0)) == submit_status::accepted);
  EXPECT(queue->flush(20s));
  EXPECT(held.use_count() == 2);
  queue.reset();
  EXPECT(held.use_count() == 1);
  EXPECT(*held == 1);
  EXPECT(left.submit("late") == submit_status::closed);
  promise("record", 1);
  return status();
}

inline std::optional<async_reporter>& long_lived() {
  static std::optional<async_reporter> one;
  return one;
}

/// The process ends within a callback: the destructor of a static runs on a worker then.
inline int exit_in_callback() {
  async_options how;
  how.close_wait = milliseconds("WAIT");
  long_lived().emplace(address(), how, [](const inlong::deliveries&) {
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT(long_lived()->submit(to, body("late", i)) == submit_status::accepted);
    }
    promise("record", 1);
    if (milliseconds("WAIT") > 1s) promise("late", 10);
    mark_end();
    std::exit(7);
  });
  EXPECT(long_lived()->submit(to, body("record", 0)) == submit_status::accepted);
  for (;;) static_cast<void>(long_lived()->flush(1h));
}

/// Threads that go on to submit through handles while the process ends, and after the destructor.
inline int exit_beside_handles() {
  async_options how;
  how.linger = 0ms;
  how.close_wait = 5s;
  long_lived().emplace(address(), how);
  static std::atomic<int> started{0};
  for (int i = 0; i < 4; ++i) {
    std::thread([handle = long_lived()->stream(to)] {
      ++started;
      for (std::size_t number = 0;; ++number) {
        const submit_status said = handle.submit(body("record", number));
        EXPECT(said == submit_status::accepted || said == submit_status::full ||
               said == submit_status::closed);
        if (failed) ::_exit(1);
      }
    }).detach();
  }
  await([] { return started == 4 && long_lived()->counters().delivered > 1000; });
  mark_end();
  leave(setting("HOW"), 7);
  return 7;
}

/// A transport that hangs, whatever `cancel` says, until it is released.
struct stubborn_transport {
  struct shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_released = false;
    std::size_t posting = 0;
    std::size_t copies = 0;
  };
  static shared& all() {
    static auto* const one = new shared;  // for threads that outlive the statics
    return *one;
  }

  stubborn_transport() { count(1); }
  stubborn_transport(const stubborn_transport&) { count(1); }
  ~stubborn_transport() { count(-1); }
  stubborn_transport& operator=(const stubborn_transport&) = delete;

  inlong::exchange post(const inlong::request& what) {
    std::unique_lock lock(all().mutex);
    ++all().posting;
    all().changed.notify_all();
    all().changed.wait(lock, [] { return all().is_released; });
    inlong::exchange result;
    result.what = inlong::transmission::maybe_sent;
    result.error_text = std::string(what.body[0]);  // the request is there to be read still
    return result;
  }
  void cancel() noexcept {}

 private:
  static void count(int added) {
    const std::lock_guard lock(all().mutex);
    all().copies += static_cast<std::size_t>(added);
    all().changed.notify_all();
  }
};
using stubborn_reporter = inlong::basic_async_reporter<stubborn_transport>;

inline std::optional<stubborn_reporter>& hanging() {
  static std::optional<stubborn_reporter> one;
  return one;
}

inline int transport_that_hangs() {
  stubborn_transport::shared& all = stubborn_transport::all();
  async_options how;
  how.linger = 0ms;
  hanging().emplace(address(), how);
  EXPECT(hanging()->submit(to, "first") == submit_status::accepted);
  {
    std::unique_lock lock(all.mutex);
    all.changed.wait(lock, [&] { return all.posting == 1; });
  }
  EXPECT(hanging()->submit(to, "second") == submit_status::accepted);
  if (setting("CLOSES") == "yes") {
    const auto start = clock_type::now();
    const inlong::close_result end = hanging()->close(100ms);
    took("close", start, 150ms);
    EXPECT(end.left.size() == 2);
    EXPECT(end.left[0].body == "first");
    EXPECT(end.left[0].known == inlong::certainty::maybe_stored);
    EXPECT(end.left[1].body == "second");
    EXPECT(end.delivered == 0);
    EXPECT(end.failed == 2);
  }
  if (setting("RELEASED") == "yes") {
    hanging().reset();
    std::unique_lock lock(all.mutex);
    EXPECT(all.copies != 0);  // with the thread that hangs
    all.is_released = true;
    all.changed.notify_all();
    all.changed.wait(lock, [&] { return all.copies == 0; });
  }
  mark_end();
  leave(setting("HOW"), 7);
  return 7;
}

#endif
