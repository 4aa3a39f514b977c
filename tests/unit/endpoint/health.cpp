// SPDX-License-Identifier: Apache-2.0
#include <inlong/endpoint/health.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <ostream>
#include <set>

using namespace std::chrono_literals;
using inlong::endpoint_state;
using inlong::detail::health;
using inlong::detail::long_rest;
using inlong::detail::random_sequence;
using inlong::detail::rest;
using inlong::detail::short_rest;
using inlong::detail::steady_time;
using inlong::detail::usual_rest;

namespace {

constexpr steady_time start = steady_time() + 1h;

}  // namespace

TEST_CASE("nothing is known of an endpoint at first") {
  const health one;
  CHECK(one.state() == endpoint_state::untried);
  CHECK_FALSE(one.is_proven());
  CHECK(one.latency() == 0ns);
}

TEST_CASE("a heartbeat opens, and only a request proves") {
  health one;
  one.reopen(start);
  CHECK(one.state() == endpoint_state::open);
  CHECK(one.since() == start);
  CHECK_FALSE(one.is_proven());
  one.succeed(start, start + 5ms);
  CHECK(one.is_proven());
  CHECK(one.since() == start);
  one.reopen(start + 1s);  // changes nothing
  CHECK(one.is_proven());
  CHECK(one.since() == start);
}

TEST_CASE("each failure doubles the rest, up to the longest, and its upper half is random") {
  for (const rest& how : {usual_rest, short_rest, long_rest}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      random_sequence random(seed);
      health one;
      steady_time now = start;
      auto full = how.first;
      for (int i = 0; i < 100; ++i) {
        one.fail(how, 0ms, now, now + 1ms, random);
        now += 1ms;
        const auto lasting = one.rested() - now;
        REQUIRE(lasting >= full / 2);
        REQUIRE(lasting <= full);
        full = (std::min)(full * 2, how.longest);
        now = one.rested();
      }
      CHECK(one.since() == start + 1ms);
    }
  }
}

TEST_CASE("rests differ") {
  std::set<steady_time> rested;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    random_sequence random(seed);
    health one;
    one.fail(usual_rest, 0ms, start, start, random);
    rested.insert(one.rested());
  }
  CHECK(rested.size() > 50);
}

TEST_CASE("requests that were under way together fail for one reason") {
  random_sequence random(1);
  health one;
  for (int i = 0; i < 20; ++i) one.fail(usual_rest, 0ms, start, start + 1ms, random);
  CHECK(one.rested() <= start + 1ms + usual_rest.first);
  const steady_time rested = one.rested();
  one.fail(usual_rest, 0ms, rested, rested, random);
  CHECK(one.rested() > rested + usual_rest.first / 2);
}

TEST_CASE("a request that began when its endpoint was closed tells nothing new") {
  random_sequence random(1);
  health one;
  one.fail(usual_rest, 0ms, start, start + 1ms, random);
  one.fail(usual_rest, 0ms, start + 1ms, start + 2ms, random);
  CHECK(one.rested() <= start + 2ms + usual_rest.first);
}

TEST_CASE("it rests for as long as it asks, and a later failure does not shorten that") {
  random_sequence random(1);
  health one;
  one.fail(usual_rest, 60s, start, start + 1ms, random);
  CHECK(one.rested() == start + 1ms + 60s);
  one.fail(usual_rest, 0ms, start, start + 2ms, random);
  CHECK(one.rested() == start + 1ms + 60s);
}

TEST_CASE("each success makes up for a failure") {
  const auto rest_after = [](int successes) {
    random_sequence random(1);
    health one;
    steady_time now = start;
    for (int i = 0; i < 10; ++i) one.fail(usual_rest, 0ms, now, now, random), now += 1h;
    for (int i = 0; i < successes; ++i) one.succeed(now, now + 1ms);
    now += 1h;
    one.fail(usual_rest, 0ms, now, now, random);
    return one.rested() - now;
  };
  CHECK(rest_after(0) >= 15s);
  CHECK(rest_after(1) >= 15s);
  CHECK(rest_after(3) <= 8s);
  CHECK(rest_after(7) <= usual_rest.first);
  CHECK(rest_after(100) <= usual_rest.first);
}

TEST_CASE("a closed endpoint opens by any success, and has been open since then") {
  random_sequence random(1);
  health one;
  one.fail(usual_rest, 0ms, start, start, random);
  CHECK(one.state() == endpoint_state::closed);
  CHECK_FALSE(one.is_proven());
  one.succeed(start, start + 7ms);
  CHECK(one.is_proven());
  CHECK(one.since() == start + 7ms);
}

TEST_CASE("latency moves slowly, and what was slow gets another chance") {
  health one;
  one.succeed(start, start + 80ms);
  CHECK(one.latency() == 80ms);
  one.succeed(start + 80ms, start + 80ms);
  CHECK(one.latency() == 70ms);
  const steady_time now = start + 80ms;
  CHECK(one.expected_latency(now) == 70ms);
  CHECK(one.expected_latency(now + 10s - 1ns) == 70ms);
  CHECK(one.expected_latency(now + 10s) == 35ms);
  CHECK(one.expected_latency(now + 30s) == std::chrono::nanoseconds(70ms) / 8);
  CHECK(one.expected_latency(now + 24h * 365) < 1us);
  CHECK(one.expected_latency(start) == 70ms);
  CHECK(one.latency() == 70ms);
}

TEST_CASE("what is quick again after a while is known to be so by its first success") {
  health one;
  one.succeed(start, start + 800ms);
  const steady_time then = start + 800ms + 80s;
  one.succeed(then - 2ms, then);
  CHECK(one.expected_latency(then) < 4ms);
  // And what is still slow is left alone again.
  one.succeed(then + 80s - 800ms, then + 80s);
  CHECK(one.expected_latency(then + 80s) > 90ms);
}

TEST_CASE("a rest that does not end within the clock's range is for ever") {
  random_sequence random(1);
  health one;
  const rest endless{std::chrono::milliseconds::max() / 2, (std::chrono::milliseconds::max)()};
  one.fail(endless, (std::chrono::milliseconds::max)(), start, start, random);
  CHECK(one.rested() == (steady_time::max)());
}
