// SPDX-License-Identifier: Apache-2.0
#include <inlong/record.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

using namespace std::chrono_literals;
using std::chrono::system_clock;

TEST_CASE("a data time is made from a time of any resolution, rounded down to milliseconds") {
  const system_clock::time_point fine(1'700'000'000'123ms + 999us);
  CHECK(inlong::time_point(std::chrono::milliseconds(5)).milliseconds() == 5);
  CHECK(inlong::time_point(fine).milliseconds() == 1'700'000'000'123);
  CHECK(inlong::time_point(system_clock::time_point(-1us)).milliseconds() == -1);
  CHECK(inlong::time_point(std::chrono::time_point<system_clock, std::chrono::seconds>(7s))
            .milliseconds() == 7000);
}

TEST_CASE("a data time is passed as what the clock gives") {
  const std::optional<inlong::time_point> now = system_clock::now();
  CHECK(now->milliseconds() > 1'600'000'000'000);
}

TEST_CASE("a data time far away does not overflow") {
  constexpr auto most = (std::numeric_limits<std::int64_t>::max)();
  CHECK(inlong::time_point(std::chrono::milliseconds(most)).milliseconds() == most);
}

TEST_CASE("a record is written with its body, with a time, and with a token") {
  const inlong::record body{"x"};
  CHECK(body.body == "x");
  CHECK_FALSE(body.time);
  CHECK(body.token == 0);
  const inlong::record all{"x", inlong::time_point(5ms), 7};
  CHECK(all.time->milliseconds() == 5);
  CHECK(all.token == 7);
  const inlong::record from_clock{"x", system_clock::now()};
  CHECK(from_clock.time);
  CHECK(inlong::submit_status() == inlong::submit_status::accepted);
}
