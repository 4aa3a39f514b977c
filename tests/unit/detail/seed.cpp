// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/seed.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

TEST_CASE("objects made together do not start alike") {
  const std::vector<int> objects(1000);
  std::set<std::uint64_t> seeds;
  for (const int& each : objects) seeds.insert(inlong::detail::seed_for(&each));
  CHECK(seeds.size() > 990);
}
