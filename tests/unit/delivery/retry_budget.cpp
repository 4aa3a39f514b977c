// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/retry_budget.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

using namespace std::chrono_literals;
using inlong::detail::retry_budget;
using inlong::detail::steady_time;

namespace {

constexpr steady_time start = steady_time() + 1h;

int take_all(retry_budget& from, steady_time now) {
  int count = 0;
  while (from.take(now)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a budget is full at first, and empty when all is taken") {
  retry_budget budget;
  CHECK(budget.has(start));
  CHECK(take_all(budget, start) == 32);
  CHECK_FALSE(budget.has(start));
  CHECK_FALSE(budget.take(start));
}

TEST_CASE("four tokens a second come with time, up to as many as it holds") {
  retry_budget budget;
  take_all(budget, start);
  CHECK_FALSE(budget.has(start + 249ms));
  CHECK(budget.has(start + 250ms));
  CHECK(take_all(budget, start + 1s) == 4);
  CHECK(take_all(budget, start + 1s + 1h) == 32);
}

TEST_CASE("looking often does not lose what has come in part") {
  retry_budget budget;
  take_all(budget, start);
  int taken = 0;
  for (auto now = start; now <= start + 10s; now += 1ms) taken += budget.take(now) ? 1 : 0;
  CHECK(taken >= 39);
  CHECK(taken <= 40);
}

TEST_CASE("a success brings two tokens") {
  retry_budget budget;
  take_all(budget, start);
  budget.succeed();
  CHECK(take_all(budget, start) == 2);
  for (int i = 0; i < 100; ++i) budget.succeed();
  CHECK(take_all(budget, start) == 32);
}

TEST_CASE("it says when there will be a token, and there is one then") {
  retry_budget budget;
  for (int i = 0; i < 50; ++i) {
    take_all(budget, start + i * 1s);
    const steady_time when = budget.available();
    CHECK(when > start + i * 1s);
    CHECK(when <= start + i * 1s + 252ms);
    CHECK(budget.has(when));
  }
  budget.succeed();
  CHECK(budget.available() <= start + 50s);
}

TEST_CASE("a clock that is read late by one thread takes nothing back") {
  retry_budget budget;
  take_all(budget, start);
  CHECK(budget.take(start + 250ms));
  CHECK_FALSE(budget.take(start));
  CHECK_FALSE(budget.take(start + 250ms));
}
