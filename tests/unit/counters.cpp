// SPDX-License-Identifier: Apache-2.0
#include <inlong/counters.hpp>

#include <doctest/doctest.h>

TEST_CASE("a new snapshot is all zero, and adds up") {
  const inlong::statistics all;
  CHECK(all.offered == all.refused + all.delivered + all.failed + all.pending);
  CHECK(all.offered == 0);
  CHECK(all.memory == 0);
  CHECK(all.endpoints.empty());
  const inlong::endpoint_statistics one;
  CHECK(one.state == inlong::endpoint_state::untried);
  CHECK(one.last_error == inlong::errc::ok);
  CHECK(one.requests == 0);
}
