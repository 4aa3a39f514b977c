// SPDX-License-Identifier: Apache-2.0
// The asynchronous reporter over real sockets: nodes that restart, reset, keep silent and refuse,
// all at once. INLONG_CHAOS_SECONDS and INLONG_CHAOS_SEED make it a soak.
#include <inlong/report.hpp>

#include "../chaos/ledger.hpp"

#include <inlong/testing/dataproxy.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

using namespace std::chrono_literals;
using chaos::below;
using chaos::body_of;
using chaos::chance;
using inlong::async_options;
using inlong::async_reporter;
using inlong::submit_status;
using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::reaction;
using inlong::testing::received_request;
using inlong::testing::stored_message;

namespace {

/// A node in trouble. It answers properly again when it is healed.
class troubled_node {
 public:
  troubled_node(chaos::ledger& records, std::uint64_t seed)
      : records_(records), random_(seed), server_(forgetful()) {
    server_.on_stored([this](const stored_message& message) {
      const auto bodies = message.records();
      if (bodies.size() != static_cast<std::size_t>(message.cnt)) miscounted_ = true;
      for (const std::string& each : bodies) records_.stored(each, true);
    });
    server_.decide_by([this](const received_request& request) { return decide(request); });
  }
  std::string address() const { return server_.address(); }
  void restart() {
    server_.refuse();
    server_.disconnect();
    static_cast<void>(::poll(nullptr, 0, 20));  // how long it is down
    server_.listen_again();
  }
  void heal() { healthy_ = true; }
  bool has_miscounted() const { return miscounted_; }

 private:
  static dataproxy_options forgetful() {
    dataproxy_options how;
    how.keep_requests = false;
    return how;
  }
  reaction decide(const received_request& request) {
    const std::lock_guard lock(mutex_);
    if (healthy_ || request.target.find("heartbeat") != std::string::npos) {
      return reaction::proper();
    }
    switch (below(random_, 24)) {
      case 0:
        return reaction::reset();
      case 1:
        return reaction::reset().storing();
      case 2:
        return reaction::close().storing();
      case 3:
        return reaction::silence();
      case 4:
        return reaction::silence().storing();
      case 5:
        return reaction::code(1);
      case 6:
        return reaction::status(503);
      case 7:
        return reaction::status(413);
      case 8:
        return reaction::proper().cut_after(below(random_, 100)).then_reset();
      case 9:
        return reaction::proper().delayed_by(std::chrono::milliseconds(below(random_, 40)));
      case 10:
        return reaction::proper().then_close();
      case 11:
        return reaction::proper().dribbled(20, 1ms);
      default:
        return reaction::proper();
    }
  }

  chaos::ledger& records_;
  std::atomic<bool> healthy_{false};
  std::atomic<bool> miscounted_{false};
  std::mutex mutex_;
  chaos::random_engine random_;
  dataproxy server_;
};

std::size_t entries(const char* directory) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(directory)) ++count;
  return count;
}

void round(std::uint64_t seed, bool resend_unknown, std::chrono::milliseconds lasting) {
  CAPTURE(seed);
  CAPTURE(resend_unknown);
  chaos::random_engine random(seed);
  chaos::ledger records;
  std::vector<std::unique_ptr<troubled_node>> nodes;
  std::vector<std::string> addresses;
  for (int i = 0; i < 3; ++i) {
    nodes.push_back(std::make_unique<troubled_node>(records, random()));
    addresses.push_back(nodes.back()->address());
  }
  async_options how;
  how.request_timeout = 100ms;
  how.delivery_timeout = 20s;
  how.max_batch_records = 50;
  how.max_memory = 1024 * 1024;
  how.linger = 2ms;
  how.resend_unknown = resend_unknown;
  std::atomic<std::uint64_t> resent{0};
  async_reporter sender(addresses, how, [&](const inlong::deliveries& those) {
    for (const inlong::delivery& each : those) {
      records.told(each.token, each.body(), each.known);
      resent += each.attempts - 1;
    }
  });
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, own = chaos::random_engine(random()),
                          logs = sender.stream({"handle", std::to_string(i)})]() mutable {
      while (!stop) {
        const std::uint64_t token = records.begin();
        const std::string body = body_of(token);
        const std::string group = "group" + std::to_string(below(own, 10));
        const auto status = chance(own, 50)
                                ? logs.submit({body, {}, token})
                                : sender.submit_for({group, "s"}, {body, {}, token}, 20ms);
        records.submitted(token, status);
        if (chance(own, 2)) static_cast<void>(sender.flush(1ms));
        if (status == submit_status::full) std::this_thread::yield();
      }
    });
  }
  threads.emplace_back([&] {
    chaos::watch snapshots;
    while (!stop) {
      snapshots.look_at(sender.counters(), how.max_memory);
      std::this_thread::yield();
    }
  });
  const auto end = std::chrono::steady_clock::now() + lasting;
  while (std::chrono::steady_clock::now() < end) {
    nodes[below(random, nodes.size())]->restart();
    static_cast<void>(sender.poll(50ms));
  }
  stop = true;
  for (std::thread& each : threads) each.join();
  for (const auto& each : nodes) each->heal();

  // A fresh record passes, and with it all that was waiting.
  const std::uint64_t last = records.begin();
  records.submitted(last, sender.submit_for({"last", "s"}, {body_of(last), {}, last}, 10s));
  CHECK(sender.flush(40s));
  const inlong::close_result result = sender.close(10s);
  CHECK(result.left.empty());
  const inlong::statistics all = sender.counters();
  CHECK(all.offered == records.offered());
  CHECK(all.delivered + all.failed == records.accepted());
  CHECK(all.delivered == result.delivered);
  CHECK(all.pending == 0);
  CHECK(all.memory == 0);
  records.check(resend_unknown);
  CHECK(records.duplicates() <= resent);
  for (const auto& each : nodes) CHECK_FALSE(each->has_miscounted());
  MESSAGE("offered ", records.offered(), ", delivered ", all.delivered, ", failed ", all.failed,
          ", duplicates ", records.duplicates(), ", retries ", all.retries);
}

}  // namespace

TEST_CASE("over real sockets that fail in all ways each record is accounted for, with the truth") {
  const std::uint64_t seed = chaos::setting("INLONG_CHAOS_SEED", 1);
  const std::chrono::seconds lasting(chaos::setting("INLONG_CHAOS_SECONDS", 3));
  const std::size_t descriptors = entries("/proc/self/fd");
  const std::size_t threads = entries("/proc/self/task");
  const auto end = std::chrono::steady_clock::now() + lasting;
  for (std::uint64_t i = 0; i < 2 || std::chrono::steady_clock::now() < end; ++i) {
    round(seed * 1'000'000 + i, i % 2 == 0, 1500ms);
  }
  CHECK(entries("/proc/self/fd") == descriptors);
  CHECK(entries("/proc/self/task") <= threads + 1);  // a look-up's or a sanitizer's own
}

TEST_CASE("records of many lanes arrive as they were submitted, in as few requests as it takes") {
  dataproxy server;
  async_options how;
  how.linger = 10s;
  async_reporter sender({server.address()}, how);
  std::vector<inlong::stream_handle> lanes;
  for (int i = 0; i < 5; ++i) lanes.push_back(sender.stream({"group", std::to_string(i)}));
  for (std::uint64_t token = 0; token < 1000; ++token) {
    CHECK(lanes[token % 5].submit({body_of(token), {}, token}) == submit_status::accepted);
  }
  CHECK(sender.flush(20s));
  const auto stored = server.stored();
  CHECK(stored.size() == lanes.size());
  std::vector<std::uint64_t> next{0, 1, 2, 3, 4};
  for (const stored_message& message : stored) {
    std::uint64_t& token = next[std::stoull(message.stream_id)];
    for (const std::string& each : message.records()) {
      CHECK(each == body_of(token));
      token += 5;
    }
  }
  CHECK(next == std::vector<std::uint64_t>{1000, 1001, 1002, 1003, 1004});
}

TEST_CASE("close cancels a request to a server that is silent, and says that nobody knows") {
  dataproxy server;
  server.always(reaction::silence().storing());
  async_reporter sender({server.address()});
  CHECK(sender.submit({"group", "stream"}, {"x", {}, 7}) == submit_status::accepted);
  CHECK(server.wait_for_stored(1, 10s));
  const auto start = std::chrono::steady_clock::now();
  const inlong::close_result end = sender.close(0ms);
  CHECK(std::chrono::steady_clock::now() - start < 1s);
  REQUIRE(end.left.size() == 1);
  CHECK(end.left[0].token == 7);
  CHECK(end.left[0].known == inlong::certainty::maybe_stored);
}
