// SPDX-License-Identifier: Apache-2.0
// Forks at every moment: the child's copy is inert, and the parent's goes on as before.
#ifndef INLONG_TESTS_PROCESS_FORKS_HPP
#define INLONG_TESTS_PROCESS_FORKS_HPP

#include "support.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/// All that a process can have of the library.
struct family {
  explicit family(const async_options& how = {}, const async_reporter::callback& on_delivery = {})
      : queue({address()}, how, on_delivery), blocking({address()}), handle(queue.stream(to)) {}

  async_reporter queue;
  reporter blocking;
  stream_handle handle;
  stream_handle stranger;  // of no reporter

  std::size_t submitted = 0;
  void submit(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT(handle.submit(body("parent", submitted++)) == submit_status::accepted);
    }
  }
};

/// For those who fork in a callback, which has no way to pass it, and for the ends of a child that
/// destroy it at exit.
inline std::unique_ptr<family>& relatives() {
  static std::unique_ptr<family> all;
  return all;
}

/// In a child: nothing of the parent's works, and everything returns at once.
inline void expect_inert(family& of_parent) {
  async_reporter& queue = of_parent.queue;
  EXPECT(queue.submit(to, "child") == submit_status::forked);
  EXPECT(queue.submit_for(to, "child", 1h) == submit_status::forked);
  EXPECT(of_parent.handle.submit("child") == submit_status::forked);
  stream_handle copied = of_parent.handle;
  EXPECT(copied.submit("child") == submit_status::forked);
  copied = of_parent.stranger;
  EXPECT(copied.submit("child") == submit_status::closed);
  EXPECT(queue.stream({"group", "another"}).submit("child") == submit_status::forked);
  EXPECT(!queue.flush(1h));
  EXPECT(!queue.poll(1h));
  EXPECT(queue.replace_endpoints({"127.0.0.1:1"}) == errc::forked);
  EXPECT(queue.counters().offered == 0);
  EXPECT(queue.close(1h).left.empty());
  EXPECT(of_parent.blocking.report(to, "child").error == errc::forked);
  EXPECT(of_parent.blocking.replace_endpoints({"127.0.0.1:1"}) == errc::forked);
}

/// Whether a child may end so. In the child of a program with threads the sanitizers do not do the
/// end of a thread: it waits for locks of their allocator, which another thread had at the fork.
inline bool is_for_children(const std::string& how) {
  const bool ends_a_thread = how == "exit_elsewhere" || how == "pthread_exit";
  return !ends_a_thread || (!is_tsan && !is_asan);
}

/// Forks. The child does `in_child` and ends so; nothing if it is the child, and is to return.
inline std::optional<pid_t> fork_and(const std::function<void()>& in_child,
                                     const std::string& how) {
  const pid_t child = ::fork();
  EXPECT(child >= 0);
  if (child != 0) return child;
  in_child();
  leave(how, status());
  return std::nullopt;
}
inline void expect_success(pid_t child) {
  int how = -1;
  EXPECT(::waitpid(child, &how, 0) == child);
  EXPECT(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

/// A child of each way to end, which destroys its copy before, or leaves that to its end. False: it
/// is the child.
inline bool fork_in_all_ways(const std::function<void()>& destroy_more = [] {}) {
  for (const std::string& how : ways_to_end) {
    if (!is_for_children(how)) continue;
    for (const bool destroys : {false, true}) {
      const auto start = clock_type::now();
      const auto child = fork_and(
          [&] {
            expect_inert(*relatives());
            if (!destroys) return;
            relatives().reset();
            destroy_more();
          },
          how);
      if (!child) return false;
      expect_success(*child);
      took("fork", start, 100ms);
    }
  }
  return true;
}

/// The parent delivers all that it was given, and ends.
inline int finish_parent() {
  family& all = *relatives();
  EXPECT(all.queue.flush(20s));
  EXPECT(all.blocking.report(to, body("parent", all.submitted++)));
  promise("parent", all.submitted);
  const auto counted = all.queue.counters();
  EXPECT(counted.failed == 0);
  EXPECT(counted.delivered + 1 == all.submitted);
  EXPECT(all.queue.close(1s).left.empty());
  relatives().reset();
  return status();
}

inline int fork_idle() {
  relatives() = std::make_unique<family>();
  EXPECT(relatives()->blocking.report(to, body("parent", relatives()->submitted++)));
  relatives()->submit(10);
  EXPECT(relatives()->queue.flush(20s));
  if (!fork_in_all_ways()) return status();
  relatives()->submit(10);
  EXPECT(relatives()->queue.flush(20s));
  promise("parent", relatives()->submitted);
  EXPECT(relatives()->queue.counters().delivered == 20);
  return status();  // the destructor closes what is idle
}

inline int fork_pending() {
  async_options how;
  how.linger = 1h;
  relatives() = std::make_unique<family>(how);
  relatives()->submit(10);  // the child has them too, and must not send them when it ends
  if (!fork_in_all_ways()) return status();
  relatives()->submit(10);
  return finish_parent();
}

/// Threads of the parent wait at the fork: what they wait for can't be destroyed in a child.
inline int fork_beside_waiters() {
  relatives() = std::make_unique<family>();
  static std::optional<async_reporter> polled;
  static std::optional<reporter> waiting;
  async_options how;
  how.workers = 0;
  how.linger = 1h;
  polled.emplace(address(), how);
  EXPECT(polled->submit(to, body("polled", 0)) == submit_status::accepted);
  options patient;
  patient.delivery_timeout = 2s;
  waiting.emplace("127.0.0.1:1", patient);  // nobody listens there, as a rule
  auto& polling = *new std::thread([] {
    while (polled->poll(1h)) {
    }
  });
  auto& reporting = *new std::thread([] { EXPECT(!waiting->report(to, "parent")); });
  await([] { return waiting->counters().endpoints[0].failures != 0; });
  const auto destroy = [] {
    polled.reset();
    waiting.reset();
  };
  if (!fork_in_all_ways(destroy)) return status();
  EXPECT(polled->close(20s).left.empty());
  promise("polled", 1);
  polling.join();
  reporting.join();
  delete &polling;
  delete &reporting;
  return finish_parent();
}

inline int fork_while_submitting() {
  async_options how;
  how.linger = 0ms;
  relatives() = std::make_unique<family>(how);
  family& all = *relatives();
  std::atomic<bool> enough{false};
  constexpr std::size_t submitters = 3;
  std::array<std::size_t, submitters> accepted{};
  // A child has the objects, but not the threads, and must not destroy them.
  auto& running = *new std::vector<std::thread>;
  for (std::size_t i = 0; i < submitters; ++i) {
    running.emplace_back([&, i] {
      const std::string prefix = "thread" + std::to_string(i);
      while (!enough) {
        const std::string text = body(prefix, accepted[i]);
        const auto said = i == 0 ? all.queue.submit(to, text) : all.handle.submit(text);
        EXPECT(said == submit_status::accepted || said == submit_status::full);
        if (said == submit_status::accepted) ++accepted[i];
        if (i == 2) static_cast<void>(all.queue.counters());  // holds every lock there is
        if (accepted[i] % 100 == 0) static_cast<void>(all.queue.flush(20s));
      }
    });
  }
  if (!fork_in_all_ways()) return status();
  enough = true;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < submitters; ++i) {
    running[i].join();
    promise("thread" + std::to_string(i), accepted[i]);
    sum += accepted[i];
  }
  delete &running;
  EXPECT(all.queue.close(20s).delivered == sum);
  return status();
}

/// Most of the request can't have been taken yet: the driver's server begins to read when told to.
inline int fork_during_send() {
  async_options how;
  how.max_request_bytes = 24 * 1024 * 1024;
  how.max_memory = 192 * 1024 * 1024;
  how.request_timeout = 1h;
  how.linger = 1h;
  relatives() = std::make_unique<family>(how);
  family& all = *relatives();
  const std::string padding(60 * 1024, 'x');
  for (; all.submitted < 300; ++all.submitted) {
    EXPECT(all.handle.submit(body("parent", all.submitted) + ' ' + padding) ==
           submit_status::accepted);
  }
  EXPECT(!all.queue.flush(0ms));
  await([&] { return all.queue.counters().endpoints[0].in_flight == 1; });
  if (!fork_in_all_ways()) return status();
  EXPECT(all.queue.counters().delivered == 0);
  say("read");
  EXPECT(all.queue.flush(20s));
  EXPECT(all.queue.counters().delivered == all.submitted);
  EXPECT(all.queue.counters().retries == 0);
  promise("parent", all.submitted);
  return status();
}

/// The child ends within the callback, on what is a copy of a worker.
inline int fork_in_callback() {
  bool is_child = false;
  std::atomic<int> calls{0};
  relatives() = std::make_unique<family>(async_options(), [&](const inlong::deliveries& of) {
    EXPECT(of.size() != 0);
    for (const std::string& how : ways_to_end) {
      // A return is another case. `pthread_exit` unwinds, which nothing that is noexcept survives.
      if (how == "return" || how == "pthread_exit") continue;
      if (!is_for_children(how)) continue;
      const auto start = clock_type::now();
      const auto child = fork_and([] { expect_inert(*relatives()); }, how);
      is_child = !child;
      EXPECT(!is_child);
      expect_success(*child);
      took("fork", start, 100ms);
    }
    ++calls;
  });
  relatives()->submit(10);
  EXPECT(relatives()->queue.flush(20s));
  EXPECT(calls == 1);
  return finish_parent();
}

/// The child returns from the callback, which a worker has called: its only thread ends, and so
/// does the process, with success. A failure has to be told in another way.
inline int fork_in_callback_and_return() {
  static bool is_child = false;
  EXPECT(std::atexit([] {
           if (is_child && failed) ::_exit(1);
         }) == 0);
  std::atomic<pid_t> child{0};
  relatives() = std::make_unique<family>(async_options(), [&](const inlong::deliveries&) {
    if (child != 0) return;
    const pid_t made = ::fork();
    is_child = made == 0;
    if (is_child) expect_inert(*relatives());
    child = made;
    if (setting("THROWS") == "yes") throw 1;
  });
  relatives()->submit(10);
  EXPECT(relatives()->queue.flush(20s));
  expect_success(child);
  return finish_parent();
}

/// Without workers the callback runs on the application's own thread, which goes on in the child.
inline int fork_in_callback_without_workers() {
  const std::string call = setting("CALL");
  static bool is_child = false;
  static pid_t child = 0;
  async_options how;
  how.workers = 0;
  how.close_wait = 20s;
  how.max_memory = 512 * 1024;
  static clock_type::time_point start;
  relatives() = std::make_unique<family>(how, [&](const inlong::deliveries&) {
    if (child != 0) return;
    child = ::fork();
    if (child != 0) return;
    is_child = true;
    child = -1;
    start = clock_type::now();
    if (relatives()) expect_inert(*relatives());  // unless it is just being destroyed
    if (setting("THROWS") == "yes") throw 1;
  });
  family& all = *relatives();
  all.submit(10);
  if (call == "poll") {
    while (all.queue.poll(20s)) {
    }
  } else if (call == "flush") {
    EXPECT(all.queue.flush(20s) == !is_child);
  } else if (call == "close") {
    EXPECT(all.queue.close(20s).delivered == (is_child ? 0U : 10U));
  } else if (call == "submit_for") {
    while (child == 0) {  // until there is no room, which it then makes
      all.submitted += all.queue.submit_for(to, body("parent", all.submitted), 20s) ==
                       submit_status::accepted;
    }
  } else {
    const std::size_t submitted = all.submitted;
    all.handle = stream_handle();
    relatives().reset();
    if (!is_child) promise("parent", submitted);
  }
  if (is_child) {
    took("call", start, 100ms);
    if (relatives()) expect_inert(*relatives());
    relatives().reset();
    return status();
  }
  expect_success(child);
  if (!relatives()) return status();
  EXPECT(all.queue.close(20s).left.empty());
  if (call != "destroy") promise("parent", all.submitted);
  return status();
}

/// Children with reporters of their own, and their children.
inline int child_reports() {
  relatives() = std::make_unique<family>();
  relatives()->submit(10);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto child = fork_and(
        [i] {
          expect_inert(*relatives());
          const std::string prefix = "child" + std::to_string(i);
          relatives() = std::make_unique<family>();
          EXPECT(relatives()->handle.submit(body(prefix, 0)) == submit_status::accepted);
          EXPECT(relatives()->queue.submit(to, body(prefix, 1)) == submit_status::accepted);
          EXPECT(relatives()->blocking.report(to, body(prefix, 2)));
          const auto grandchild = fork_and([] { expect_inert(*relatives()); }, "exit");
          expect_success(*grandchild);
          EXPECT(relatives()->queue.flush(20s));
          promise(prefix, 3);
        },
        "exit");
    expect_success(*child);
  }
  return finish_parent();
}

inline int fork_often() {
  async_options how;
  how.linger = 1ms;
  relatives() = std::make_unique<family>(how);
  family& all = *relatives();
  all.submit(1);
  EXPECT(all.queue.flush(20s));
  const std::size_t threads_before = threads();
  for (int i = 0; i < std::atoi(setting("FORKS").c_str()); ++i) {
    all.submit(1);
    const auto child = fork_and(
        [i] {
          EXPECT(relatives()->handle.submit("child") == submit_status::forked);
          if (i % 2 == 0) relatives().reset();
        },
        i % 4 < 2 ? "_exit" : "exit");
    expect_success(*child);
  }
  EXPECT(all.queue.flush(20s));
  EXPECT(threads() == threads_before);
  return finish_parent();
}

#endif
