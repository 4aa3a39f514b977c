// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/seed.hpp>

#include <doctest/doctest.h>

#include <ostream>

TEST_CASE("two objects have different seeds") {
  const int first = 0;
  const int second = 0;
  CHECK(inlong::detail::seed_for(&first) != inlong::detail::seed_for(&second));
}
