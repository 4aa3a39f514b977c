// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/backoff.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <ostream>

using std::chrono::milliseconds;
using inlong::detail::backoff;
using inlong::detail::random_sequence;

namespace {

constexpr std::int64_t longest = (std::numeric_limits<std::int64_t>::max)();
constexpr std::int64_t amounts[] = {0, 1, 2, 50, 999, 10'000, 1 << 30, longest / 2, longest};

/// Of the first `n` retries, how many waited for less than 1 ms or longer than the cap.
int out_of_bounds(std::int64_t base, std::int64_t cap, std::uint64_t n, std::uint64_t step) {
  random_sequence random(7);
  const milliseconds most((std::max<std::int64_t>)(cap, 1));
  int count = 0;
  for (std::uint64_t retries = 0; retries <= n; retries += step) {
    const milliseconds delay = backoff(random, milliseconds(base), milliseconds(cap), retries);
    count += delay < milliseconds(1) || delay > most ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("no delay is shorter than 1 ms or longer than the cap, however many retries were") {
  CHECK(out_of_bounds(50, 10'000, 1'000'000, 1) == 0);
  for (const std::int64_t base : amounts) {
    for (const std::int64_t cap : amounts) {
      CAPTURE(base);
      CAPTURE(cap);
      CHECK(out_of_bounds(base, cap, 200, 1) == 0);
      CHECK(out_of_bounds(base, cap, 1'000'000, 997) == 0);
    }
  }
  random_sequence random(7);
  const std::uint64_t most = (std::numeric_limits<std::uint64_t>::max)();
  CHECK(backoff(random, milliseconds(50), milliseconds(9), most) <= milliseconds(9));
}

TEST_CASE("what is negative counts as the least") {
  random_sequence random(7);
  for (int i = 0; i < 100; ++i) {
    CHECK(backoff(random, milliseconds(-5), milliseconds(-5), 3) == milliseconds(1));
    CHECK(backoff(random, milliseconds(-5), milliseconds(8), 1) <= milliseconds(2));
  }
}

TEST_CASE("the bound doubles with each retry until it is the cap") {
  for (std::uint64_t retries = 0; retries < 12; ++retries) {
    const std::int64_t bound = (std::min<std::int64_t>)(std::int64_t{50} << retries, 10'000);
    random_sequence random(retries);
    milliseconds highest{0};
    for (int i = 0; i < 3'000; ++i) {
      const milliseconds delay = backoff(random, milliseconds(50), milliseconds(10'000), retries);
      REQUIRE(delay.count() <= bound);
      highest = (std::max)(highest, delay);
    }
    CHECK(highest.count() > bound * 9 / 10);
  }
}

TEST_CASE("at the cap the delays spread over all of it") {
  for (const std::int64_t cap : {100, 10'000, 1 << 30}) {
    random_sequence random(1);
    double sum = 0;
    double squares = 0;
    constexpr int count = 20'000;
    for (int i = 0; i < count; ++i) {
      const auto delay = static_cast<double>(
          backoff(random, milliseconds(50), milliseconds(cap), 900'000).count());
      sum += delay;
      squares += delay * delay;
    }
    const auto whole = static_cast<double>(cap);
    const double mean = sum / count;
    const double deviation = std::sqrt(squares / count - mean * mean);
    CAPTURE(cap);
    CHECK(mean > whole * 0.49);
    CHECK(mean < whole * 0.51 + 1);
    // That of a uniform distribution is cap / sqrt(12).
    CHECK(deviation > whole * 0.28);
    CHECK(deviation < whole * 0.30);
  }
}
