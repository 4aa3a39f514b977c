// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/pool.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <stdexcept>

using inlong::detail::pool;

TEST_CASE("one caller after the other gets the same thing, callers at once get different ones") {
  int made = 0;
  pool<int> things(std::chrono::hours(1));
  const auto make = [&] { return std::make_unique<int>(++made); };
  for (int i = 0; i < 3; ++i) CHECK(*things.take(make) == 1);
  {
    const auto first = things.take(make);
    const auto second = things.take(make);
    CHECK(*first == 1);
    CHECK(*second == 2);
  }
  CHECK(made == 2);
  CHECK(*things.take(make) == 1);  // the first lease ended last
}

TEST_CASE("what was not used for long goes, one with each call, and the rest is kept") {
  int made = 0;
  int destroyed = 0;
  struct counted {
    explicit counted(int& count) : destroyed_(count) {}
    ~counted() { ++destroyed_; }
    int& destroyed_;
  };
  pool<counted> things(std::chrono::milliseconds(0));  // at once
  const auto make = [&] {
    ++made;
    return std::make_unique<counted>(destroyed);
  };
  {
    const auto first = things.take(make);
    const auto second = things.take(make);
    const auto third = things.take(make);
  }
  { const auto fourth = things.take(make); }
  CHECK(made == 3);
  CHECK(destroyed == 1);
}

#if INLONG_EXCEPTIONS
TEST_CASE("a thing that can't be made leaves the pool usable") {
  pool<int> things(std::chrono::hours(1));
  CHECK_THROWS_AS(things.take([]() -> std::unique_ptr<int> { throw std::bad_alloc(); }),
                  std::bad_alloc);
  CHECK(*things.take([] { return std::make_unique<int>(7); }) == 7);
}
#endif
