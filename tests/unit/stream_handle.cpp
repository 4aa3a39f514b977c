// SPDX-License-Identifier: Apache-2.0
#include <inlong/stream_handle.hpp>

#include <inlong/async_reporter.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using inlong::stream_handle;
using inlong::submit_status;
using inlong::testing::scripted_transport;
using reporter = inlong::basic_async_reporter<scripted_transport>;

namespace {

const inlong::destination to{"group", "stream"};

}  // namespace

TEST_CASE("a handle of no reporter refuses everything") {
  const stream_handle none;
  CHECK(none.submit("x") == submit_status::closed);
  CHECK(none.submit({"x", inlong::time_point(1ms), 1}) == submit_status::closed);
}

TEST_CASE("a handle submits to its destination, as often as it is copied, moved and assigned") {
  scripted_transport network;
  reporter sender({"a"}, {}, {}, network);
  std::optional<std::string> group("a group whose name is gone soon");
  stream_handle first = sender.stream({*group, "stream"});
  group.reset();
  stream_handle second(first);
  const stream_handle third(std::move(first));
  CHECK(first.submit("x") == submit_status::closed);
  CHECK(second.submit("x") == submit_status::accepted);
  CHECK(third.submit("y") == submit_status::accepted);
  stream_handle other = sender.stream(to);
  CHECK(sender.counters().lanes == 2);
  other = second;
  CHECK(other.submit({"z", {}, 3}) == submit_status::accepted);
  second = std::move(other);
  CHECK(second.submit("last") == submit_status::accepted);
  CHECK(sender.flush(10s));
  CHECK(sender.counters().lanes == 1);
  const auto journal = network.journal();
  REQUIRE(journal.size() == 1);
  CHECK(journal[0].body.find("groupId=a group whose name is gone soon&streamId=stream&"
                             "body=x%0Ay%0Az%0Alast&") == 0);
}

TEST_CASE("a record with a time goes from a handle to its minute") {
  scripted_transport network;
  reporter sender({"a"}, {}, {}, network);
  const stream_handle logs = sender.stream(to);
  CHECK(logs.submit({"x", inlong::time_point(7ms)}) == submit_status::accepted);
  CHECK(logs.submit("y") == submit_status::accepted);
  CHECK(sender.flush(10s));
  CHECK(network.journal().size() == 2);
}

TEST_CASE("a handle outlives its reporter") {
  std::optional<reporter> sender;
  sender.emplace({"a"});
  const stream_handle early = sender->stream(to);
  CHECK(early.submit("x") == submit_status::accepted);
  static_cast<void>(sender->close(10s));
  const stream_handle late = sender->stream(to);
  sender.reset();
  const stream_handle copy(early);
  CHECK(early.submit("x") == submit_status::closed);
  CHECK(late.submit("x") == submit_status::closed);
  CHECK(copy.submit({"x", inlong::time_point(1ms)}) == submit_status::closed);
}

TEST_CASE("one handle is used by many threads, and copied by them") {
  reporter sender({"a"});
  std::atomic<std::size_t> accepted{0};
  {
    const stream_handle logs = sender.stream(to);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 2000; ++round) {
          const stream_handle copy = logs;
          accepted += copy.submit("x") == submit_status::accepted ? 1 : 0;
          accepted += logs.submit("y") == submit_status::accepted ? 1 : 0;
        }
      });
    }
    for (std::thread& each : threads) each.join();
  }
  CHECK(sender.flush(20s));
  CHECK(accepted == 16'000);
  CHECK(sender.counters().delivered == accepted);
  // A worker that was about to seal a batch holds its lane for a moment.
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (sender.counters().lanes != 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  CHECK(sender.counters().lanes == 0);
}

TEST_CASE("in a forked child a handle refuses, copies and dies in peace") {
  reporter sender({"a"});
  const stream_handle logs = sender.stream(to);
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    bool refused = logs.submit("x") == submit_status::forked;
    {
      const stream_handle copy(logs);
      refused = refused && copy.submit("x") == submit_status::forked &&
                sender.stream(to).submit("x") == submit_status::forked;
    }
    _exit(refused ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(logs.submit("x") == submit_status::accepted);
  CHECK(sender.flush(10s));
}
