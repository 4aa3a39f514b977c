// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/linked_list.hpp>

#include <inlong/detail/random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

namespace {

struct thing {
  int number = 0;
  thing* previous = nullptr;
  thing* next = nullptr;
};

using list = inlong::detail::linked_list<thing>;

std::vector<int> drained(list& all) {
  std::vector<int> numbers;
  while (thing* const one = all.pop_front()) numbers.push_back(one->number);
  return numbers;
}

}  // namespace

TEST_CASE("an empty list has nothing in it") {
  list all;
  CHECK(all.empty());
  CHECK(all.first() == nullptr);
  CHECK(all.pop_front() == nullptr);
}

TEST_CASE("things come out from front to back") {
  std::array<thing, 4> things;
  for (int i = 0; i < 4; ++i) things[static_cast<std::size_t>(i)].number = i;
  list all;
  all.push_back(things[2]);
  all.push_back(things[3]);
  all.push_front(things[1]);
  all.push_front(things[0]);
  CHECK(all.first() == &things[0]);
  CHECK(drained(all) == std::vector<int>{0, 1, 2, 3});
  CHECK(all.empty());
  for (const thing& each : things) {
    CHECK(each.previous == nullptr);
    CHECK(each.next == nullptr);
  }
}

TEST_CASE("a thing can be taken out from anywhere and put in again") {
  std::array<thing, 8> things;
  for (int i = 0; i < 8; ++i) things[static_cast<std::size_t>(i)].number = i;
  list all;
  std::deque<int> model;
  inlong::detail::random_sequence random(3);
  for (int step = 0; step < 10'000; ++step) {
    thing& one = things[random.below(things.size())];
    const auto found = std::find(model.begin(), model.end(), one.number);
    if (found != model.end()) {
      all.erase(one);
      model.erase(found);
    } else if (random.below(2) == 0) {
      all.push_back(one);
      model.push_back(one.number);
    } else {
      all.push_front(one);
      model.push_front(one.number);
    }
    REQUIRE(all.empty() == model.empty());
    std::vector<int> now;
    for (const thing* each = all.first(); each != nullptr; each = each->next) {
      now.push_back(each->number);
    }
    REQUIRE(now == std::vector<int>(model.begin(), model.end()));
  }
}
