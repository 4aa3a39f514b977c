// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/timer_heap.hpp>

#include <inlong/detail/random.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

using inlong::detail::steady_time;

namespace {

struct thing {
  steady_time due{};
  std::size_t heap_place = static_cast<std::size_t>(-1);
};

using heap = inlong::detail::timer_heap<thing>;

steady_time at(int tick) {
  return steady_time() + std::chrono::milliseconds(tick);
}

}  // namespace

TEST_CASE("the first is always the earliest, whatever is put in and taken out") {
  std::vector<thing> things(200);
  heap all;
  REQUIRE(all.reserve(things.size()));
  std::multiset<steady_time> model;
  inlong::detail::random_sequence random(11);
  for (int step = 0; step < 50'000; ++step) {
    thing& one = things[random.below(things.size())];
    if (one.heap_place == heap::nowhere) {
      all.insert(one, at(random.below(100)));
      model.insert(one.due);
    } else {
      model.erase(model.find(one.due));
      all.erase(one);
      REQUIRE(one.heap_place == heap::nowhere);
    }
    REQUIRE(all.empty() == model.empty());
    if (!model.empty()) REQUIRE(all.first().due == *model.begin());
  }
  while (!all.empty()) {
    REQUIRE(all.first().due == *model.begin());
    model.erase(model.begin());
    all.erase(all.first());
  }
  CHECK(model.empty());
}

TEST_CASE("room is made for so many in all, and kept") {
  std::vector<thing> things(3);
  heap all;
  CHECK(all.reserve(0));
  CHECK(all.reserve(3));
  for (thing& each : things) all.insert(each, at(1));
  CHECK(all.reserve(3));
  CHECK(all.reserve(2));
  CHECK(all.first().due == at(1));
}

TEST_CASE("more than there can be memory for is refused, and nothing changes") {
  thing one;
  heap all;
  REQUIRE(all.reserve(1));
  all.insert(one, at(1));
  volatile std::size_t too_many = static_cast<std::size_t>(-1);  // or the compiler warns of it
  CHECK_FALSE(all.reserve(too_many));
  CHECK(&all.first() == &one);
}
