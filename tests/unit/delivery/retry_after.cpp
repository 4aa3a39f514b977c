// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/retry_after.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>
#include <string>

using namespace std::chrono_literals;
using inlong::detail::retry_after;
using inlong::detail::steady_time;

namespace {

constexpr steady_time now = steady_time() + 1h;
constexpr steady_time never = (steady_time::max)();

}  // namespace

TEST_CASE("seconds are granted, up to five minutes") {
  CHECK(retry_after("0", never, now) == 0ms);
  CHECK(retry_after("1", never, now) == 1s);
  CHECK(retry_after("007", never, now) == 7s);
  CHECK(retry_after("299", never, now) == 299s);
  CHECK(retry_after("300", never, now) == 5min);
  CHECK(retry_after("999999999", never, now) == 5min);
  CHECK(retry_after("9223372036854775807", never, now) == 5min);
  CHECK(retry_after("9223372036854775808", never, now) == 5min);
  CHECK(retry_after(std::string(10'000, '9'), never, now) == 5min);
}

TEST_CASE("what is no number of seconds asks for nothing") {
  for (const char* text : {"", "-1", "-0", "-999999999999999999999", "1.5", "1s", " 1", "1 ", "+1",
                           "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "0x10", "1, 2", "\xff"}) {
    CAPTURE(text);
    CHECK(retry_after(text, never, now) == 0ms);
  }
  CHECK(retry_after(std::string("1\0", 2), never, now) == 0ms);
}

TEST_CASE("never more than half of what is left") {
  for (const char* text : {"1", "30", "999999999", "99999999999999999999"}) {
    CAPTURE(text);
    for (const auto left : {0ms, 1ms, 2ms, 999ms, 1999ms}) {
      const auto granted = retry_after(text, now + left, now);
      CHECK(granted <= left / 2);
      CHECK(granted >= 0ms);
    }
    CHECK(retry_after(text, now - 1s, now) == 0ms);
    CHECK(retry_after(text, now, now) == 0ms);
  }
  CHECK(retry_after("30", now + 20s, now) == 10s);
  CHECK(retry_after("5", now + 20s, now) == 5s);
}
