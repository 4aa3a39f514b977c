// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/time_needed.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;
using inlong::detail::time_needed;

TEST_CASE("at first any time may be enough") { CHECK(time_needed().get() == 0ms); }

TEST_CASE("several times what a request took is enough, and it sinks slowly") {
  time_needed all;
  all.succeed(100ms);
  CHECK(all.get() == 400ms);
  all.succeed(10ms);
  CHECK(all.get() < 400ms);
  CHECK(all.get() > 300ms);
  for (int i = 0; i < 100; ++i) all.succeed(10ms);
  CHECK(all.get() <= 41ms);
  CHECK(all.get() >= 40ms);
}

TEST_CASE("twice what was not enough may be") {
  time_needed all;
  all.run_out(3ms);
  CHECK(all.get() == 6ms);
  all.run_out(2ms);
  CHECK(all.get() == 6ms);
  all.run_out(6ms);
  CHECK(all.get() == 12ms);
}
