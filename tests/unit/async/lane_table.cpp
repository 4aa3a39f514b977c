// SPDX-License-Identifier: Apache-2.0
#include <inlong/async/lane_table.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace std::chrono_literals;
using inlong::destination;
using inlong::detail::lane;
using inlong::detail::lane_shard;
using inlong::detail::lane_table;
using inlong::detail::memory_budget;
using inlong::detail::no_minute;
using inlong::detail::steady_time;

namespace {

constexpr steady_time never = (steady_time::max)();
const destination to{"group", "stream"};

lane* make(lane_shard& in, const destination& where, std::int64_t minute = no_minute) {
  return in.make(where, minute, lane_table::hash(where, minute));
}
lane* find(const lane_shard& in, const destination& where, std::int64_t minute = no_minute) {
  return in.find(where, minute, lane_table::hash(where, minute));
}

}  // namespace

TEST_CASE("a lane is found by its destination and minute, and by nothing else") {
  memory_budget budget(100'000);
  lane_shard shard(budget);
  CHECK(find(shard, to) == nullptr);
  lane* const timeless = make(shard, to);
  lane* const timed = make(shard, to, 7);
  lane* const before = make(shard, to, -7);
  CHECK(find(shard, to) == timeless);
  CHECK(find(shard, to, 7) == timed);
  CHECK(find(shard, to, -7) == before);
  CHECK(find(shard, to, 8) == nullptr);
  CHECK(find(shard, {"grou", "pstream"}) == nullptr);
  CHECK(find(shard, {"group", "strea"}) == nullptr);
  CHECK(shard.size() == 3);
}

TEST_CASE("names that are much alike have hashes that are not") {
  const auto check = [](const auto& name_of) {
    constexpr int count = 20'000;
    std::set<std::size_t> hashes;
    std::vector<int> places(1024);  // of one shard, as it finds them
    for (int i = 0; i < count; ++i) {
      const auto [group, stream, minute] = name_of(i);
      const std::size_t hash = lane_table::hash({group, stream}, minute);
      hashes.insert(hash);
      ++places[(hash >> 8) % places.size()];
    }
    CHECK(hashes.size() >= count - 5);  // in 32 bits there are some by chance
    CHECK(*std::max_element(places.begin(), places.end()) < 3 * count / 1024);
  };
  using name = std::tuple<std::string, std::string, std::int64_t>;
  check([](int i) { return name("group-" + std::to_string(i), "stream", no_minute); });
  check([](int i) { return name(std::to_string(i) + "-group", "stream", no_minute); });
  check([](int i) { return name("g", std::to_string(i), no_minute); });
  check([](int i) { return name("b" + std::to_string(i % 99), "b" + std::to_string(i / 99), 0); });
  check([](int i) { return name("group", "stream", 29'000'000 + i); });
}

TEST_CASE("lanes whose hashes are all the same are told apart") {
  memory_budget budget(100'000);
  lane_shard shard(budget);
  std::vector<lane*> lanes;
  for (std::int64_t i = 0; i < 100; ++i) lanes.push_back(shard.make(to, i, 42));
  for (std::int64_t i = 0; i < 100; ++i) {
    CHECK(shard.find(to, i, 42) == lanes[static_cast<std::size_t>(i)]);
  }
  for (std::size_t i = 0; i < 100; i += 2) shard.drop_if_idle(*lanes[i]);
  for (std::int64_t i = 0; i < 100; ++i) {
    CHECK((shard.find(to, i, 42) != nullptr) == (i % 2 == 1));
  }
}

TEST_CASE("thousands of lanes stay found while the table grows, and all memory comes back") {
  memory_budget budget(10'000'000);
  lane_shard shard(budget);
  std::vector<std::string> groups;
  for (int i = 0; i < 5000; ++i) groups.push_back("group " + std::to_string(i));
  for (const std::string& each : groups) REQUIRE(make(shard, {each, "stream"}) != nullptr);
  const std::size_t with_all = budget.used();
  CHECK(with_all / groups.size() <= 256);
  for (const std::string& each : groups) {
    lane* const found = find(shard, {each, "stream"});
    REQUIRE(found != nullptr);
    CHECK(found->to().group_id == each);
    CHECK(found->to().stream_id == "stream");
  }
  const auto drop = [&](const std::string& each) {
    shard.drop_if_idle(*find(shard, {each, "stream"}));
  };
  while (groups.size() > 1) {
    drop(groups.back());
    groups.pop_back();
  }
  CHECK(find(shard, {groups[0], "stream"}) != nullptr);
  CHECK(budget.used() <= 512);  // the table is smaller, too
  drop(groups[0]);
  CHECK(shard.size() == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("a lane that somebody holds stays, and one that is idle goes after a while") {
  memory_budget budget(100'000);
  lane_shard shard(budget);
  lane* const held = make(shard, to, 1);
  lane* const idle = make(shard, to, 2);
  held->holders = 1;
  const steady_time now = steady_time() + 100s;
  for (lane* const each : {held, idle}) shard.look_after(*each, now);
  shard.forget(now - 1s);
  CHECK(shard.size() == 2);
  shard.forget(now);
  CHECK(shard.size() == 1);
  CHECK(find(shard, to, 2) == nullptr);
  held->holders = 0;
  shard.look_after(*held, now + 1s);
  held->holders = 1;  // found again in time
  shard.look_after(*held, now + 2s);
  shard.forget(never);
  CHECK(shard.size() == 1);
  held->holders = 0;
  shard.drop_if_idle(*held);
  CHECK(shard.size() == 0);
  CHECK(budget.used() == 0);
}

TEST_CASE("without memory there is no lane, and nothing stays behind") {
  for (std::size_t most = 0; most < 300; ++most) {
    memory_budget budget(most);
    lane_shard shard(budget);
    lane* const made = make(shard, to);
    if (made == nullptr) {
      CHECK(shard.size() == 0);
      CHECK(budget.used() == 0);
    } else {
      CHECK(budget.used() <= most);
      shard.drop_if_idle(*made);
    }
    CHECK(budget.used() == 0);
  }
}

TEST_CASE("lanes come and go in any order, and those that stay are found") {
  memory_budget budget(100'000);
  std::mt19937 engine(42);
  for (const std::size_t alike : {1U, 8U, 1000U}) {  // so many hashes for all of them
    lane_shard shard(budget);
    std::map<std::int64_t, lane*> all;
    const auto hash = [&](std::int64_t minute) {
      return (static_cast<std::size_t>(minute) % alike) << 8;
    };
    for (int i = 0; i < 5000; ++i) {
      const auto minute = static_cast<std::int64_t>(engine() % 50);
      lane* const found = shard.find(to, minute, hash(minute));
      REQUIRE(found == (all.count(minute) == 1 ? all[minute] : nullptr));
      if (found == nullptr) {
        all[minute] = shard.make(to, minute, hash(minute));
        REQUIRE(all[minute] != nullptr);
      } else {
        shard.drop_if_idle(*found);
        all.erase(minute);
      }
      REQUIRE(shard.size() == all.size());
    }
  }
  CHECK(budget.used() == 0);
}

TEST_CASE("without memory for a larger table the lanes that it has places for are found") {
  memory_budget budget(100'000);
  lane_shard shard(budget);
  std::int64_t count = 0;
  while (count < 20) REQUIRE(make(shard, to, count++) != nullptr);
  const std::size_t used = budget.used();
  REQUIRE(make(shard, to, count++) != nullptr);
  const std::size_t of_one = budget.used() - used;
  REQUIRE(budget.take(100'000 - budget.used()));
  for (;;) {
    budget.give_back(of_one);
    if (make(shard, to, count) == nullptr) break;
    ++count;
  }
  CHECK(count == 31);
  for (std::int64_t i = 0; i < count; ++i) CHECK(find(shard, to, i) != nullptr);
  CHECK(find(shard, to, count) == nullptr);
  budget.give_back(10 * of_one);
  CHECK(make(shard, to, count) != nullptr);
  CHECK(find(shard, to, count) != nullptr);
}

TEST_CASE("destinations are spread over all parts of the table") {
  memory_budget budget(100'000);
  lane_table table(budget);
  std::set<lane_shard*> used;
  for (int i = 0; i < 1000; ++i) {
    const std::string group = "group" + std::to_string(i);
    used.insert(&table.of(lane_table::hash({group, "stream"}, no_minute)));
  }
  CHECK(used.size() == lane_table::shards);
  CHECK(table.all().size() == lane_table::shards);
  CHECK(lane_table::hash(to, 1) != lane_table::hash(to, 2));
}
