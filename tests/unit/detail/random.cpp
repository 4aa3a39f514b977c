// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

using inlong::detail::random_sequence;

// So that an index needs no conversion, which on 32 bits would be a warning.
static_assert(std::is_same_v<decltype(random_sequence(0).below(std::size_t{5})), std::size_t>);

TEST_CASE("the sequence is that of splitmix64") {
  random_sequence sequence(1234567);
  CHECK(sequence() == 6457827717110365317u);
  CHECK(sequence() == 3203168211198807973u);
  CHECK(sequence() == 9817491932198370423u);
}

TEST_CASE("numbers below a bound come about equally often, whatever the seed") {
  for (std::uint64_t seed : {0u, 1u, 2u}) {
    random_sequence sequence(seed);
    std::vector<int> seen(5);
    for (int i = 0; i < 10'000; ++i) ++seen[static_cast<std::size_t>(sequence.below(5))];
    for (const int count : seen) {
      CHECK(count > 1800);
      CHECK(count < 2200);
    }
  }
}

TEST_CASE("two objects have different seeds") {
  const int first = 0;
  const int second = 0;
  CHECK(inlong::detail::seed_for(&first) != inlong::detail::seed_for(&second));
}
