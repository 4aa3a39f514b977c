// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/deadline.hpp>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using inlong::detail::later;
using inlong::detail::steady_time;

TEST_CASE("a deadline is the start and the wait, and never where that does not fit") {
  const steady_time start(1h);
  const steady_time never = (steady_time::max)();
  CHECK(later(start, 5ms) == start + 5ms);
  CHECK(later(start, -5ms) == start - 5ms);
  CHECK(later(start, (std::chrono::milliseconds::max)()) == never);
  CHECK(later(never, 1ms) == never);
  CHECK(later(never - 1s, 999ms) == never - 1ms);
  CHECK(later(never - 1s, 1001ms) == never);
}
