// SPDX-License-Identifier: Apache-2.0
// Five endpoints of which four are dead, in different ways: what the living one takes is not delayed
// by more than a probe.
#include <inlong/report.hpp>

#include "account.hpp"
#include "dead_endpoints.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using inlong::endpoint_state;
using std::chrono::steady_clock;

TEST_CASE("with four of five endpoints dead, no report takes longer than a probe does") {
  const std::size_t descriptors = wire::descriptors();
  const std::size_t threads = wire::threads();
  {
    wire::one_of_five servers;
    inlong::options how;
    how.connect_timeout = 100ms;
    how.request_timeout = 100ms;
    inlong::reporter reporter(servers.addresses(), how);
    std::size_t count = 0;
    const auto report = [&] {
      const inlong::outcome sent =
          reporter.report({"group", "stream"}, "record " + std::to_string(count++));
      CHECK_MESSAGE(sent, sent.message());
    };
    // Until each of the dead has failed once; the living one is the last.
    const auto all_known = [&] {
      const auto endpoints = reporter.counters().endpoints;
      return std::all_of(endpoints.begin(), endpoints.end() - 1,
                         [](const auto& each) { return each.last_error != inlong::errc::ok; });
    };
    const auto give_up = steady_clock::now() + 60s;
    while (!all_known() && steady_clock::now() < give_up) report();
    REQUIRE(all_known());

    steady_clock::duration longest{};
    const auto end = steady_clock::now() + 3s;  // in which all of them are tried again
    while (steady_clock::now() < end) {
      const auto start = steady_clock::now();
      report();
      longest = (std::max)(longest, steady_clock::now() - start);
    }
    CHECK(longest < 250ms + wire::grace);
    const inlong::statistics all = reporter.counters();
    CHECK(all.delivered == count);
    CHECK(all.offered == count);
    for (std::size_t i = 0; i + 1 < all.endpoints.size(); ++i) {
      CAPTURE(all.endpoints[i].address);
      CHECK(all.endpoints[i].state == endpoint_state::closed);
      CHECK(all.endpoints[i].delivered == 0);
      CHECK(all.endpoints[i].requests <= 2);  // records don't find out whether it is back
    }
    CHECK(servers.alive().records().size() == count);
  }
  CHECK(wire::soon([&] { return wire::descriptors() <= descriptors; }));
  CHECK(wire::soon([&] { return wire::threads() <= threads; }));
}
