// SPDX-License-Identifier: Apache-2.0
// Everything at once: many threads use one reporter, over a network without sockets that fails in
// all ways. INLONG_CHAOS_SECONDS and INLONG_CHAOS_SEED make it as long as one likes.
#include <inlong/async_reporter.hpp>

#include "ledger.hpp"

#include <inlong/testing/form_decoder.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using chaos::below;
using chaos::body_of;
using chaos::chance;
using inlong::async_options;
using inlong::exchange;
using inlong::submit_status;
using inlong::testing::scripted_transport;

namespace {

/// What the servers do, each in a mood that changes.
class moody_network {
 public:
  moody_network(chaos::ledger& records, std::uint64_t seed) : records_(records), random_(seed) {}

  exchange answer(const inlong::request& sent, std::atomic<bool>& cancelled,
                  std::condition_variable& stirred, std::mutex& mutex) {
    std::string body;
    for (const std::string_view piece : sent.body) body += piece;
    const auto [now_in, rest] = draw(sent.to.address());
    if (now_in == refusing) return scripted_transport::not_sent();
    // Everything takes a while, and ends by the deadline and when it is cancelled.
    std::unique_lock lock(mutex);
    const auto limit = now_in == silent ? sent.deadline
                                      : (std::min)(sent.deadline,
                                                   std::chrono::steady_clock::now() + rest);
    stirred.wait_until(lock, limit, [&] { return cancelled.load(); });
    lock.unlock();
    const bool in_time = !cancelled && std::chrono::steady_clock::now() < sent.deadline;
    if (!in_time || now_in == silent) {
      if (toss()) store(body, true);
      return scripted_transport::maybe_sent(cancelled ? std::errc::operation_canceled
                                                      : std::errc::timed_out);
    }
    if (body.empty()) return scripted_transport::code(toss() ? 0 : 1);  // a heartbeat
    switch (now_in) {
      case busy:
        return scripted_transport::code(toss() ? 1 : 2);
      case overloaded:
        if (toss()) store(body, true);
        return scripted_transport::code(114);
      case gateway:
        if (toss()) store(body, true);
        return scripted_transport::status(toss() ? 502 : 503);
      case resetting:
        if (toss()) store(body, true);
        return scripted_transport::maybe_sent();
      case cut_off:
        return scripted_transport::not_sent(std::errc::connection_reset);
      case stale: {
        exchange ended = scripted_transport::not_sent(std::errc::broken_pipe);
        ended.stale = true;
        return ended;
      }
      case narrow:
        if (body.size() > 500) return scripted_transport::status(413);
        break;
      case foreign:
        return scripted_transport::status(404, "<html>");
      case ignorant:
        return scripted_transport::code(115);
      case picky:
        if (body.find("7|") != std::string::npos) return scripted_transport::code(111);
        break;
      case broken:
        return scripted_transport::code(2147483647);
      default:
        break;
    }
    store(body, false);
    return scripted_transport::code(0);
  }
  void calm_down() { calm_ = true; }

 private:
  enum mood {
    healthy, refusing, silent, busy, overloaded, gateway, resetting, cut_off, stale, narrow,
    foreign, ignorant, picky, broken, moods
  };

  bool toss() {
    const std::lock_guard lock(mutex_);
    return chance(random_, 50);
  }
  std::pair<mood, std::chrono::microseconds> draw(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const std::chrono::microseconds rest(below(random_, chance(random_, 5) ? 20'000 : 500));
    auto& [current, until] = moods_[address];
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) {
      current = chance(random_, 40) ? healthy : static_cast<mood>(below(random_, moods));
      until = now + std::chrono::milliseconds(below(random_, 60));
    }
    return {calm_ ? healthy : current, rest};
  }
  void store(const std::string& body, bool in_doubt) {
    if (body.empty()) return;
    const auto form = inlong::testing::decode_form(body);
    const std::string* const records = form.find("body");
    const std::string* const count = form.find("cnt");
    REQUIRE(records != nullptr);
    REQUIRE(count != nullptr);
    std::uint64_t found = 0;
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1, ++found) {
      end = records->find('\n', begin);
      records_.stored(records->substr(begin, end - begin), in_doubt);
    }
    CHECK(std::to_string(found) == *count);
  }

  chaos::ledger& records_;
  std::atomic<bool> calm_{false};
  std::mutex mutex_;
  chaos::random_engine random_;
  std::unordered_map<std::string, std::pair<mood, std::chrono::steady_clock::time_point>> moods_;
};

struct chaos_transport {
  std::shared_ptr<moody_network> network;
  std::atomic<bool> cancelled{false};
  std::condition_variable stirred;
  std::mutex mutex;

  explicit chaos_transport(std::shared_ptr<moody_network> over) : network(std::move(over)) {}
  chaos_transport(const chaos_transport& other) : network(other.network) {}
  exchange post(const inlong::request& sent) {
    return network->answer(sent, cancelled, stirred, mutex);
  }
  void cancel() noexcept {
    const std::lock_guard lock(mutex);
    cancelled = true;
    stirred.notify_all();
  }
};

using reporter = inlong::basic_async_reporter<chaos_transport>;

async_options any_options(chaos::random_engine& random) {
  async_options how;
  const std::size_t workers[] = {0, 1, 2, 4, 8};
  how.workers = workers[below(random, 5)];
  how.linger = std::chrono::milliseconds(below(random, 3) * 5);
  how.max_request_bytes = 300 + below(random, 4000);
  how.max_memory = std::size_t{64 * 1024} << below(random, 6);
  how.max_batch_records = 1 + below(random, 200);
  how.delivery_timeout = std::chrono::milliseconds(50 + below(random, 1000));
  how.request_timeout = std::chrono::milliseconds(5 + below(random, 100));
  how.unknown_stream_wait = std::chrono::milliseconds(below(random, 200));
  how.resend_unknown = chance(random, 60);
  how.form = chance(random, 70) ? inlong::form::compact : inlong::form::strict;
  how.close_wait = std::chrono::milliseconds(below(random, 3) * 20);
  return how;
}

void round(std::uint64_t seed, std::chrono::milliseconds lasting) {
  CAPTURE(seed);
  chaos::random_engine random(seed);
  const async_options how = any_options(random);
  chaos::ledger records;
  const auto network = std::make_shared<moody_network>(records, random());
  std::optional<reporter> sender;
  std::atomic<bool> stop{false};
  std::atomic<bool> in_callback{false};
  chaos::random_engine callbacks(random());  // for one thread at a time
  const auto submit = [&](const auto& into, std::optional<inlong::time_point> time) {
    const std::uint64_t token = records.begin();
    const std::string body = body_of(token);
    const submit_status status = into(inlong::record{body, time, token});
    records.submitted(token, status);
    return status;
  };
  reporter* self = nullptr;  // also while its destructor runs
  sender.emplace(inlong::endpoint_list{"a", "b", "c"}, how,
                 [&](const inlong::deliveries& those) {
                   CHECK_FALSE(in_callback.exchange(true));
                   for (const inlong::delivery& each : those) {
                     records.told(each.token, each.body(), each.known);
                   }
                   const std::size_t whim = below(callbacks, 400);
                   if (whim == 0) {
                     submit([&](const auto& one) { return self->submit({"g", "callback"}, one); },
                            {});
                   }
                   if (whim == 1) static_cast<void>(self->flush(2ms));
                   if (whim == 2) static_cast<void>(self->counters());
                   if (whim == 3) static_cast<void>(self->poll(0ms));
                   if (whim == 4) self->submit_for({"g", "s"}, " ", 10ms);  // invalid
                   if (whim == 4) records.submitted(records.begin(), submit_status::invalid);
                   in_callback = false;
#if INLONG_EXCEPTIONS
                   if (whim == 5) throw std::runtime_error("a callback's own");
#endif
                 },
                 chaos_transport(network));
  self = &*sender;

  std::vector<std::thread> users;     // of the reporter; gone before it is
  std::vector<std::thread> submitters;  // by handles, until these say that it is closed
  for (int i = 0; i < 2; ++i) {
    users.emplace_back([&, own = chaos::random_engine(random())]() mutable {
      while (!stop) {
        const std::string group = "g" + std::to_string(below(own, chance(own, 5) ? 100'000 : 3));
        std::optional<inlong::time_point> time;
        if (chance(own, 20)) {
          time = inlong::time_point(
              std::chrono::milliseconds(static_cast<std::int64_t>(below(own, 200'000)) - 100'000));
        }
        const bool patient = chance(own, 10);
        const auto status = submit(
            [&](const auto& one) {
              return patient ? sender->submit_for({group, "s"}, one, 3ms)
                             : sender->submit({group, "s"}, one);
            },
            time);
        if (status == submit_status::closed) return;
        if (status == submit_status::full) std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    submitters.emplace_back([&, handle = sender->stream({"handle", std::to_string(i)})]() mutable {
      for (;;) {
        const auto copy = handle;
        const auto status = submit([&](const auto& one) { return copy.submit(one); }, {});
        if (status == submit_status::closed) return;
        if (status == submit_status::full) std::this_thread::yield();
      }
    });
  }
  users.emplace_back([&, own = chaos::random_engine(random())]() mutable {
    while (!stop) static_cast<void>(sender->flush(std::chrono::milliseconds(below(own, 5))));
  });
  users.emplace_back([&] {
    chaos::watch snapshots;
    while (!stop) snapshots.look_at(sender->counters(), how.max_memory);
  });
  users.emplace_back([&, own = chaos::random_engine(random())]() mutable {
    while (!stop) {
      static_cast<void>(sender->poll(std::chrono::milliseconds(below(own, 4))));
      std::vector<std::string> list;
      for (const char* const each : {"a", "b", "c", "d", "e"}) {
        if (chance(own, 60)) list.emplace_back(each);
      }
      if (list.empty()) list.emplace_back("f");
      CHECK(sender->replace_endpoints(inlong::endpoint_list(list)) == inlong::errc::ok);
    }
  });

  const auto end = std::chrono::steady_clock::now() + lasting;
  while (std::chrono::steady_clock::now() < end) static_cast<void>(sender->poll(2ms));
  if (chance(random, 40)) network->calm_down();
  std::uint64_t left = 0;
  const bool closes = chance(random, 60);
  if (closes) {
    const std::chrono::milliseconds wait(below(random, 4) * below(random, 60));
    const auto start = std::chrono::steady_clock::now();
    const inlong::close_result result = sender->close(wait);
    CHECK(std::chrono::steady_clock::now() - start < wait + 2s);  // 50 ms with a machine to itself
    for (const inlong::undelivered& each : result.left) {
      records.told(each.token, each.body, each.known);
    }
    left = result.left.size();
    CHECK(sender->counters().pending == 0);
  }
  stop = true;
  for (std::thread& each : users) each.join();
  const auto leave = [&] {
    for (std::thread& each : submitters) each.join();
    submitters.clear();
  };
  if (closes) leave();
  const inlong::statistics last = sender->counters();
  if (closes) {
    CHECK(last.offered == records.offered());
    CHECK(last.offered - last.refused == records.accepted());
    CHECK(last.failed >= left);
    if (left == 0) CHECK(last.memory == 0);  // otherwise a request may be in flight still
  }
  sender.reset();
  leave();
  records.check(how.resend_unknown);
  MESSAGE("offered ", records.offered(), ", accepted ", records.accepted(), ", delivered ",
          last.delivered, ", failed ", last.failed, ", left ", left, ", retries ", last.retries);
}

}  // namespace

TEST_CASE("whatever happens at once, each record is accounted for once, and with the truth") {
  const std::uint64_t seed = chaos::setting("INLONG_CHAOS_SEED", 1);
  const std::chrono::seconds lasting(chaos::setting("INLONG_CHAOS_SECONDS", 3));
  const auto end = std::chrono::steady_clock::now() + lasting;
  for (std::uint64_t i = 0; std::chrono::steady_clock::now() < end; ++i) {
    round(seed * 1'000'000 + i, 250ms);
  }
}
