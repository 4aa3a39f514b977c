// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/growing_array.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <utility>

using inlong::detail::growing_array;
using inlong::detail::memory_budget;

TEST_CASE("an array keeps what is appended, and at least doubles when it grows") {
  growing_array<int> numbers;
  CHECK(numbers.capacity() == 0);
  std::size_t growths = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::size_t before = numbers.capacity();
    REQUIRE(numbers.append(&i, 1));
    if (numbers.capacity() == before) continue;
    ++growths;
    CHECK(numbers.capacity() >= 2 * before);
  }
  CHECK(growths <= 11);
  for (int i = 0; i < 1000; ++i) REQUIRE(numbers[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("where there is no memory nothing has changed") {
  growing_array<std::uint64_t> numbers;
  const std::uint64_t one = 1;
  REQUIRE(numbers.append(&one, 1));
  const std::size_t capacity = numbers.capacity();
  CHECK_FALSE(numbers.ensure_room(static_cast<std::size_t>(-1)));
  CHECK_FALSE(numbers.ensure_room(static_cast<std::size_t>(-1) / sizeof(one)));
  CHECK(numbers.size() == 1);
  CHECK(numbers.capacity() == capacity);
  CHECK(numbers[0] == 1);
}

TEST_CASE("content is cut without giving up room, and moves with the array") {
  growing_array<char> bytes;
  REQUIRE(bytes.append("abcdef", 6));
  const std::size_t capacity = bytes.capacity();
  bytes.truncate(2);
  CHECK(bytes.size() == 2);
  CHECK(bytes.capacity() == capacity);
  growing_array<char> moved(std::move(bytes));
  CHECK(moved.size() == 2);
  CHECK(moved[1] == 'b');
  growing_array<char> assigned;
  REQUIRE(assigned.append("x", 1));
  assigned = std::move(moved);
  CHECK(assigned[0] == 'a');
}

TEST_CASE("room is paid for from a budget, both rooms while it grows") {
  memory_budget budget(192);
  growing_array<std::uint64_t> numbers;
  numbers.pay_from(budget);
  const std::uint64_t some[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  REQUIRE(numbers.append(some, 1));
  CHECK(budget.used() == 64);  // no less, whatever is asked for
  REQUIRE(numbers.append(some, 7));
  CHECK(budget.used() == 64);
  REQUIRE(numbers.append(some, 8));  // 128 beside the 64
  CHECK(budget.used() == 128);
  CHECK_FALSE(numbers.append(some, 1));
  CHECK(numbers.size() == 16);
  CHECK(numbers[15] == 8);
  CHECK(budget.used() == 128);
  CHECK(budget.failures() == 0);
  growing_array<std::uint64_t> moved;
  moved = std::move(numbers);
  CHECK(budget.used() == 128);
  moved.reset();
  CHECK(budget.used() == 0);
  CHECK(moved.capacity() == 0);
  REQUIRE(moved.append(some, 1));  // from the same budget
  CHECK(budget.used() == 64);
  { const growing_array<std::uint64_t> last(std::move(moved)); }
  CHECK(budget.used() == 0);
}

TEST_CASE("what a budget has and the system has not is given back") {
  memory_budget endless(static_cast<std::size_t>(-1));
  growing_array<char> first;
  growing_array<char> second;
  first.pay_from(endless);
  second.pay_from(endless);
  // Half of all addresses: with 32 bits a system may have that once, but never twice.
  const std::size_t had = first.ensure_room(PTRDIFF_MAX) ? 1 : 0;
  CHECK_FALSE(second.ensure_room(PTRDIFF_MAX));
  CHECK(endless.used() == had * PTRDIFF_MAX);
  CHECK(endless.failures() == 2 - had);
}
