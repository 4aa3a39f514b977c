// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/memory_budget.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <limits>
#include <thread>
#include <vector>

using inlong::detail::memory_budget;

TEST_CASE("bytes are taken up to the last, and not one more") {
  memory_budget budget(100);
  CHECK(budget.take(60));
  CHECK_FALSE(budget.take(41));
  CHECK(budget.take(40));
  CHECK(budget.take(0));
  CHECK_FALSE(budget.take(1));
  CHECK(budget.used() == 100);
  budget.give_back(1);
  CHECK(budget.take(1));
}

TEST_CASE("no number of bytes is so large that it overflows") {
  constexpr std::size_t most = (std::numeric_limits<std::size_t>::max)();
  memory_budget budget(100);
  CHECK(budget.take(50));
  CHECK_FALSE(budget.take(most));
  memory_budget endless(most);
  CHECK(endless.take(most));
  CHECK_FALSE(endless.take(1));
}

TEST_CASE("what the system did not have is given back, and remembered") {
  memory_budget budget(100);
  CHECK(budget.take(100));
  CHECK(budget.failures() == 0);
  budget.fail(100);
  CHECK(budget.failures() == 1);
  CHECK(budget.used() == 0);
}

TEST_CASE("threads together never have more than there is") {
  constexpr std::size_t most = 1000;
  memory_budget budget(most);
  std::atomic<std::size_t> out{0};
  std::atomic<bool> held{true};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 8; ++i) {
    threads.emplace_back([&, size = 101 + i] {
      for (int round = 0; round < 5000; ++round) {
        if (!budget.take(size)) continue;
        if (out.fetch_add(size) + size > most) held = false;
        out -= size;
        budget.give_back(size);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(held);
  CHECK(budget.used() == 0);
}
