// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/queue.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::errc;
using inlong::exchange;
using inlong::options;
using inlong::detail::attempt;
using inlong::detail::batch;
using inlong::detail::facts;
using inlong::detail::memory_budget;
using inlong::detail::order;
using inlong::detail::parcel;
using inlong::detail::queue;
using inlong::detail::reply;
using inlong::detail::shared_state;
using inlong::detail::steady_time;
using inlong::testing::scripted_transport;

namespace {

constexpr steady_time start = steady_time() + 1h;

options with(std::function<void(options&)> change) {
  options how;
  change(how);
  return how;
}

/// A queue, its batch, and a clock that a test moves.
struct scene {
  explicit scene(std::size_t count, const std::vector<std::string>& names = {"a"},
                 order in = order::free, options wanted = {}, memory_budget* budget = nullptr)
      : how(std::move(wanted)),
        shared(1, in == order::free ? 3 : SIZE_MAX),
        path(shared, how, in, budget) {
    shared.endpoints.replace(inlong::endpoint_list(names));
    REQUIRE(records.open({"g", "s"}, inlong::time_point(0ms), how.form, '\n') == errc::ok);
    for (std::size_t i = 0; i < count; ++i) REQUIRE(records.append("x", 1000) == errc::ok);
  }

  void add(std::size_t first, std::size_t count, std::chrono::milliseconds timeout = 30s) {
    REQUIRE(path.add(records, first, count, this, now + timeout));
  }
  std::optional<attempt> next() { return path.next(now); }
  attempt message() {
    const auto made = next();
    REQUIRE(made);
    REQUIRE(made->carried != nullptr);
    return *made;
  }
  std::optional<attempt> sooner_or_later() {
    for (;;) {
      if (const auto made = next()) return made;
      REQUIRE(path.wake() > now);
      REQUIRE(path.wake() != (steady_time::max)());
      now = path.wake();
    }
  }
  /// Whether the queue has nothing to send, and would wake up later than now.
  bool rests() {
    if (next()) return false;
    CHECK(path.wake() > now);
    return true;
  }
  void tell(const attempt& made, const exchange& got) {
    reply came;
    came.got = got;
    came.code = inlong::detail::find_code(got);
    came.means = inlong::detail::judge(got, came.code, made.fresh);
    path.told(made, std::move(came), now);
  }
  void tell(const attempt& made, int code) { tell(made, scripted_transport::code(code)); }

  /// Drives on, with answers by the first record and the number of records, until all has ended.
  void drive(const std::function<exchange(std::size_t, std::size_t)>& answers) {
    while (!path.is_empty()) {
      collect();
      if (path.is_empty()) return;
      if (const auto made = next()) {
        if (made->carried == nullptr) {
          tell(*made, 0);
          continue;
        }
        ++requests;
        tell(*made, answers(made->carried->first, made->carried->count));
      } else if (!path.has_finished()) {
        REQUIRE(path.wake() > now);
        now = path.wake();
      }
    }
  }
  void collect() {
    while (parcel* const one = path.take()) {
      CHECK(one->owner == this);
      for (std::size_t i = 0; i < one->count; ++i) {
        CHECK(ended.emplace(one->first + i, one->known_facts).second);
      }
      path.release(*one);
    }
  }
  std::size_t count(errc error) const {
    return static_cast<std::size_t>(std::count_if(ended.begin(), ended.end(), [=](const auto& one) {
      return one.second.error == error;
    }));
  }

  const options how;
  batch records;
  shared_state shared;
  queue path;
  steady_time now = start;
  std::map<std::size_t, facts> ended;
  int requests = 0;
};

}  // namespace

TEST_CASE("an empty queue wants nothing") {
  scene of(1);
  CHECK(of.path.is_empty());
  CHECK_FALSE(of.next());
  CHECK(of.path.wake() == (steady_time::max)());
  CHECK(of.path.take() == nullptr);
}

TEST_CASE("what is added is sent, told and taken") {
  scene of(10);
  of.add(2, 5);
  CHECK_FALSE(of.path.is_empty());
  const attempt made = of.message();
  CHECK(made.carried->first == 2);
  CHECK(made.carried->count == 5);
  CHECK(made.started == start);
  CHECK_FALSE(made.fresh);
  CHECK(of.path.in_flight() == 1);
  CHECK_FALSE(of.path.has_finished());
  of.now += 3ms;
  of.tell(made, 0);
  CHECK(of.path.in_flight() == 0);
  CHECK(of.path.has_finished());
  parcel* const done = of.path.take();
  REQUIRE(done != nullptr);
  CHECK(done->known_facts.error == errc::ok);
  CHECK(done->known_facts.known == certainty::stored);
  CHECK(done->known_facts.attempts == 1);
  CHECK(done->known_facts.http_status == 200);
  CHECK(done->known_facts.server_code == 0);
  CHECK(done->known_facts.where->address() == "a:46802");
  CHECK_FALSE(of.path.is_empty());
  of.path.release(*done);
  CHECK(of.path.is_empty());
}

TEST_CASE("a request has request_timeout and time for its body, but no more than its records") {
  scene of(600, {"a"}, order::free, with([](options& how) { how.request_timeout = 2s; }));
  of.add(0, 600);
  const attempt made = of.message();
  const auto bytes = of.records.request_bytes(0, 600);
  const std::chrono::milliseconds sending(bytes / 102);
  CHECK(sending > 20ms);
  CHECK(made.deadline == start + 2s + sending);
  of.tell(made, 0);
  of.add(0, 600, 500ms);
  CHECK(of.message().deadline == start + 500ms);
}

TEST_CASE("a batch over max_request_bytes is cut, and every part fits") {
  scene of(100, {"a"}, order::strict, with([](options& how) { how.max_request_bytes = 100; }));
  of.add(0, 100);
  std::size_t expected = 0;
  of.drive([&](std::size_t first, std::size_t count) {
    CHECK(first == expected);  // in their order
    expected = first + count;
    CHECK(of.records.request_bytes(first, count) <= 100);
    return scripted_transport::code(0);
  });
  CHECK(of.count(errc::ok) == 100);
}

TEST_CASE("what does not come back by the deadline ends there, to the tick") {
  scene of(2);
  of.add(0, 1, 1s);
  of.add(1, 1, 2s);
  of.tell(of.message(), scripted_transport::not_sent());
  CHECK(of.path.wake() > of.now);
  of.shared.endpoints.replace(inlong::endpoint_list{"b"});
  of.now = start + 1s - 1ns;
  // Nobody takes it meanwhile: the first is at its deadline.
  CHECK(of.path.wake() <= start + 1s);
  of.now = start + 1s;
  const auto made = of.next();
  of.collect();
  CHECK(of.count(errc::timeout) == 1);
  CHECK(of.ended.at(0).attempts == 1);
  REQUIRE(made);
  CHECK(made->carried->first == 1);
  CHECK(made->deadline == start + 2s);
  of.tell(*made, 0);
  of.collect();
  CHECK(of.count(errc::ok) == 1);
}

TEST_CASE("a batch that is past its deadline when it is added is not sent") {
  scene of(1);
  of.add(0, 1, 0ms);
  CHECK_FALSE(of.next());
  of.collect();
  CHECK(of.ended.at(0).error == errc::timeout);
  CHECK(of.ended.at(0).attempts == 0);
}

TEST_CASE("a strict queue sends one request at a time, and nothing while something waits") {
  scene of(3, {"a"}, order::strict);
  of.add(0, 1);
  of.add(1, 1);
  const attempt first = of.message();
  CHECK(of.rests());
  of.tell(first, 114);
  CHECK(of.rests());
  std::vector<std::size_t> sent;
  of.drive([&](std::size_t which, std::size_t) {
    sent.push_back(which);
    return scripted_transport::code(sent.size() == 1 ? 114 : 0);
  });
  CHECK(sent == std::vector<std::size_t>{0, 0, 1});
}

TEST_CASE("a free queue sends others while one waits") {
  scene of(2);
  of.add(0, 1);
  of.add(1, 1);
  const attempt first = of.message();
  of.tell(first, INT_MAX);  // which says nothing of the endpoint
  CHECK(of.message().carried->first == 1);
}

TEST_CASE("too large: halved by size, and the limit is remembered") {
  scene of(1000);
  of.add(0, 1000);
  const std::size_t most = of.records.request_bytes(0, 300);
  std::vector<std::size_t> sent;
  of.drive([&](std::size_t first, std::size_t count) {
    sent.push_back(count);
    const bool fits = of.records.request_bytes(first, count) <= most;
    return fits ? scripted_transport::code(0) : scripted_transport::status(413);
  });
  CHECK(of.count(errc::ok) == 1000);
  CHECK(sent.size() <= 8);
  CHECK(std::count_if(sent.begin(), sent.end(), [](std::size_t each) { return each > 300; }) == 2);
}

TEST_CASE("a single record that is too large for one endpoint is shown to another") {
  scene of(1, {"a", "b"});
  of.add(0, 1);
  const attempt first = of.message();
  of.tell(first, 104);
  const attempt second = of.message();
  CHECK(second.to.where != first.to.where);
  of.tell(second, 104);
  of.collect();
  CHECK(of.ended.at(0).error == errc::too_large);
  CHECK(of.ended.at(0).attempts == 2);
}

TEST_CASE("one bad record among n is found within 2 log2(n) + 2 more requests") {
  for (const std::size_t n : {1u, 2u, 3u, 7u, 100u, 1000u}) {
    for (const std::size_t bad : {std::size_t{0}, n / 3, n / 2, n - 1}) {
      CAPTURE(n);
      CAPTURE(bad);
      scene of(n, {"a"}, order::strict);
      of.add(0, n);
      of.drive([&](std::size_t first, std::size_t count) {
        return scripted_transport::code(first <= bad && bad < first + count ? 111 : 0);
      });
      CHECK(of.count(errc::ok) == n - 1);
      CHECK(of.ended.at(bad).error == errc::rejected);
      CHECK(of.ended.at(bad).known == certainty::not_stored);
      CHECK(of.requests <= 1 + 2 * std::log2(static_cast<double>(n)) + 2);
    }
  }
}

TEST_CASE("a second opinion: one other endpoint is asked, and believed") {
  scene of(2, {"a", "b", "c"});
  of.add(0, 1);
  const attempt first = of.message();
  of.tell(first, scripted_transport::status(404));
  const attempt second = of.message();
  CHECK(second.to.where != first.to.where);
  of.tell(second, scripted_transport::status(302));
  of.collect();
  CHECK(of.ended.at(0).error == errc::bad_reply);
  of.add(1, 1);
  of.tell(of.message(), 0);
  of.collect();
  CHECK(of.count(errc::ok) == 1);
}

TEST_CASE("an unknown stream: all open endpoints are asked, round after round") {
  scene of(1, {"a", "b", "c"}, order::free,
           with([](options& how) { how.unknown_stream_wait = 10s; }));
  of.add(0, 1);
  for (int round = 0; round < 3; ++round) {
    std::set<std::string> asked;
    for (int i = 0; i < 3; ++i) {
      const attempt made = of.message();
      asked.insert(made.to.where->where->host());
      of.tell(made, 115);
    }
    CHECK(asked.size() == 3);
    REQUIRE(of.rests());
    CHECK(of.path.wake() <= of.now + 5s);
    of.now = of.path.wake();
  }
  of.drive([](std::size_t, std::size_t) { return scripted_transport::code(115); });
  CHECK(of.ended.at(0).error == errc::unknown_stream);
  CHECK(of.now == start + 10s);
  CHECK(of.shared.retries == 23);  // which cost nothing: the servers are not in trouble
}

TEST_CASE("a batch that waits for its stream and is divided does not wait anew") {
  scene of(2, {"a"}, order::free, with([](options& how) { how.unknown_stream_wait = 10s; }));
  of.add(0, 2);
  of.drive([&](std::size_t, std::size_t count) {
    const bool refuses_size = count == 2 && of.now >= start + 5s;
    return refuses_size ? scripted_transport::status(413) : scripted_transport::code(115);
  });
  CHECK(of.count(errc::unknown_stream) == 2);
  CHECK(of.now == start + 10s);
}

TEST_CASE("what an endpoint has said of a batch is not held against its parts") {
  scene of(2, {"a", "b", "c"});
  of.add(0, 2);
  of.tell(of.message(), scripted_transport::status(404));
  of.tell(of.message(), 104);  // divided
  std::map<std::size_t, int> count;
  of.drive([&](std::size_t first, std::size_t) {
    return scripted_transport::code(++count[first] == 1 ? 104 : 0);
  });
  CHECK(of.count(errc::ok) == 2);
}

TEST_CASE("those that wait for the one endpoint that they have not been at hold up nobody else") {
  constexpr std::size_t waiting = 100;
  scene of(waiting + 3, {"a", "b"});
  of.add(0, 1);
  of.tell(of.message(), 115);
  const attempt elsewhere = of.message();  // it takes its time, and nothing is known of it
  for (std::size_t i = 1; i <= waiting; ++i) {
    of.add(i, 1);
    const attempt made = of.message();
    CHECK(made.carried->first == i);
    CHECK(made.to.where != elsewhere.to.where);
    of.tell(made, 115);
  }
  CHECK_FALSE(of.next());
  of.add(waiting + 1, 1);
  const attempt good = of.message();
  CHECK(good.carried->first == waiting + 1);
  CHECK(good.to.where != elsewhere.to.where);
  of.tell(good, 0);
  of.tell(elsewhere, 0);
  of.add(waiting + 2, 1);
  const attempt in_turn = of.message();
  CHECK(in_turn.carried->first == waiting);
  CHECK(in_turn.to.where == elsewhere.to.where);
}

TEST_CASE("whatever is sent again counts as a retry, but for parts of what was") {
  scene of(8, {"a", "b"});
  of.add(0, 8);
  of.tell(of.message(), 115);
  CHECK(of.shared.retries == 0);
  of.tell(of.message(), 111);
  CHECK(of.shared.retries == 1);
  const attempt half = of.message();
  CHECK(half.carried->count == 4);
  CHECK(of.shared.retries == 1);
  of.tell(half, 115);
  CHECK(of.message().carried->count == 4);
  CHECK(of.shared.retries == 2);
}

TEST_CASE("the budget pays for a batch's way as far as it goes, and has it back") {
  memory_budget budget(3 * sizeof(parcel));
  scene of(64, {"a"}, order::free, {}, &budget);
  of.add(0, 32);
  of.add(32, 32);
  CHECK(budget.used() > 2 * sizeof(parcel));
  CHECK_FALSE(of.path.add(of.records, 0, 1, &of, start + 1s));  // no room for another
  of.drive([](std::size_t, std::size_t) { return scripted_transport::code(111); });
  CHECK(of.requests >= 64);
  for (const auto& [record, known] : of.ended) CHECK(known.error == errc::rejected);
  CHECK(budget.used() <= 3 * sizeof(parcel));
  of.path.trim(0);
  CHECK(budget.used() == 0);
}

TEST_CASE("an unknown stream with a deadline before its wait is over: a timeout at the deadline") {
  scene of(1, {"a"}, order::free, with([](options& how) { how.unknown_stream_wait = 10s; }));
  of.add(0, 1, 4s);
  of.drive([](std::size_t, std::size_t) { return scripted_transport::code(115); });
  CHECK(of.ended.at(0).error == errc::timeout);
  CHECK(of.ended.at(0).server_code == 115);
  CHECK(of.now == start + 4s);
}

TEST_CASE("a few tries, on others first; then the record is searched for, or all fails") {
  for (const int code : {4711, INT_MAX}) {
    scene of(4, {"a", "b", "c"});
    of.add(0, 4);
    of.drive([&](std::size_t, std::size_t) { return scripted_transport::code(code); });
    CHECK(of.count(errc::rejected) == 4);
    CHECK(of.requests == (code == INT_MAX ? 3 + 6 : 3));
    for (const auto& each : of.ended) CHECK(each.second.known == certainty::maybe_stored);
  }
}

TEST_CASE("a stale connection: the same endpoint, fresh, at once, once") {
  scene of(1, {"a", "b", "c"});
  exchange stale = scripted_transport::maybe_sent();
  stale.stale = true;
  of.add(0, 1);
  const attempt first = of.message();
  of.tell(first, stale);
  const attempt second = of.message();
  CHECK(second.to.where == first.to.where);
  CHECK(second.fresh);
  CHECK(of.shared.retries == 0);
  of.tell(second, stale);  // which can't be, and so is a failure like any other
  of.now += 10s;
  const attempt third = of.message();
  CHECK(third.to.where != first.to.where);
  CHECK_FALSE(third.fresh);
}

TEST_CASE("a stale connection to an endpoint that is gone meanwhile: another one") {
  scene of(1, {"a"});
  exchange stale = scripted_transport::maybe_sent();
  stale.stale = true;
  of.add(0, 1);
  const attempt first = of.message();
  of.shared.endpoints.replace(inlong::endpoint_list{"b"});
  of.tell(first, stale);
  const attempt second = of.message();
  CHECK(second.to.where->where->host() == "b");
  CHECK(second.fresh);
}

TEST_CASE("at most once: what may be stored fails, what is not stored is sent again") {
  scene of(2, {"a", "b"}, order::free, with([](options& how) { how.resend_unknown = false; }));
  of.add(0, 1);
  of.tell(of.message(), scripted_transport::maybe_sent(std::errc::timed_out));
  of.collect();
  CHECK(of.ended.at(0).error == errc::timeout);
  CHECK(of.ended.at(0).known == certainty::maybe_stored);
  of.add(1, 1);
  of.drive([&](std::size_t, std::size_t) {
    return of.requests == 1 ? scripted_transport::not_sent() : scripted_transport::code(0);
  });
  CHECK(of.ended.at(1).error == errc::ok);
}

TEST_CASE("once in doubt, only a success ends the doubt") {
  scene of(1);
  of.add(0, 1);
  of.drive([&](std::size_t, std::size_t) {
    return of.requests == 1 ? scripted_transport::code(114) : scripted_transport::code(100);
  });
  CHECK(of.ended.at(0).error == errc::rejected);
  CHECK(of.ended.at(0).known == certainty::maybe_stored);
}

TEST_CASE("given up: what waits or is ready ends, what is in flight is told first") {
  scene of(4, {"a", "b", "c"});
  of.add(0, 1);
  of.add(1, 1);
  of.add(2, 1);
  of.add(3, 1);
  const attempt waits = of.message();
  const attempt flies = of.message();
  of.tell(waits, 4711);
  of.path.abandon(errc::cancelled);
  of.collect();
  CHECK(of.count(errc::cancelled) == 3);
  CHECK(of.ended.at(0).known == certainty::maybe_stored);
  CHECK(of.ended.at(2).known == certainty::not_stored);
  CHECK_FALSE(of.path.is_empty());
  of.tell(flies, 0);
  of.collect();
  CHECK(of.count(errc::ok) == 1);
  CHECK(of.path.is_empty());
}

TEST_CASE("without a token retries wait, fresh batches don't") {
  scene of(100, {"a", "b"});
  while (of.shared.budget.take(of.now)) {
  }
  of.add(0, 1);
  of.tell(of.message(), scripted_transport::not_sent());
  CHECK(of.rests());
  CHECK(of.path.wake() <= start + 251ms);
  of.add(1, 1);
  of.tell(of.message(), 0);  // which brings tokens
  CHECK(of.message().carried->first == 0);
  CHECK(of.shared.retries == 1);
}

TEST_CASE("a heartbeat goes before the batch where all are closed, and its answer counts") {
  for (const int code : {0, 1, 2, 100}) {
    scene of(1);
    of.add(0, 1);
    of.tell(of.message(), scripted_transport::not_sent());
    const auto probe = of.sooner_or_later();
    CHECK(probe->carried == nullptr);
    CHECK(probe->fresh);
    CHECK(probe->deadline == of.now + 250ms);
    of.tell(*probe, code);
    const bool revived = code != 1 && code != 2;
    CHECK(of.shared.endpoints.has_open() == revived);
    if (revived) {
      CHECK(of.message().carried->first == 0);
    } else {
      CHECK(of.rests());
    }
  }
}

TEST_CASE("any answer revives but silence does not") {
  scene of(1);
  of.add(0, 1);
  of.tell(of.message(), scripted_transport::not_sent());
  const auto probe = of.sooner_or_later();
  CHECK(probe->carried == nullptr);
  of.tell(*probe, scripted_transport::maybe_sent(std::errc::timed_out));
  CHECK(of.rests());
  CHECK(of.sooner_or_later()->carried != nullptr);  // it may only be far away
}

TEST_CASE("nobody fails without a try, where all rest for longer than it has time") {
  scene of(2);
  of.add(0, 1, 100s);
  of.tell(of.message(), 2);
  of.add(1, 1, 100ms);
  const attempt insisted = of.message();
  CHECK(insisted.carried->first == 1);
  CHECK(of.rests());
  of.tell(insisted, 0);
  of.collect();
  CHECK(of.ended.at(1).error == errc::ok);
}

TEST_CASE("what had hardly any time closes no endpoint, unless it failed before that was over") {
  for (const auto took : {2s, 4s}) {
    scene of(1);
    of.add(0, 1, 4s);  // of the ten that a request may take
    const attempt made = of.message();
    of.now += took;
    of.tell(made, scripted_transport::not_sent(std::errc::timed_out));
    CHECK(of.shared.endpoints.has_open() == (took == 4s));
  }
}

TEST_CASE("the list is replaced while a request is in flight") {
  scene of(1);
  of.add(0, 1);
  const attempt made = of.message();
  of.shared.endpoints.replace(inlong::endpoint_list{"b"});
  of.tell(made, scripted_transport::not_sent());
  of.drive([](std::size_t, std::size_t) { return scripted_transport::code(0); });
  CHECK(of.ended.at(0).where->host() == "b");
}

TEST_CASE("everything is counted and divided to the record, whatever is answered") {
  inlong::detail::random_sequence random(5);
  for (int run = 0; run < 300; ++run) {
    scene of(50, {"a", "b"}, run % 2 == 0 ? order::free : order::strict);
    of.add(0, 20);
    of.add(20, 30);
    of.drive([&](std::size_t, std::size_t) {
      static constexpr int codes[] = {0, 0, 1, 104, 111, 114, 115, 4711, INT_MAX, 100};
      return scripted_transport::code(codes[random.below(10)]);
    });
    CHECK(of.ended.size() == 50);
    CHECK(of.path.in_flight() == 0);
  }
}
