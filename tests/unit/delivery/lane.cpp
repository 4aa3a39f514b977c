// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/lane.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using inlong::errc;
using inlong::record;
using inlong::time_point;
using inlong::detail::lane;
using inlong::detail::lane_batch;
using inlong::detail::memory_budget;
using inlong::detail::minute_of;
using inlong::detail::no_minute;

namespace {

const inlong::destination to{"group", "stream"};

void open(lane_batch& batch) {
  CHECK(batch.records.open(to, time_point(0ms), inlong::form::compact, '\n') == errc::ok);
}

}  // namespace

TEST_CASE("a data time's minute is rounded down, and no time has a minute of its own") {
  const auto minute = [](std::int64_t milliseconds) {
    return minute_of(time_point(std::chrono::milliseconds(milliseconds)));
  };
  CHECK(minute(0) == 0);
  CHECK(minute(59'999) == 0);
  CHECK(minute(60'000) == 1);
  CHECK(minute(-1) == -1);
  CHECK(minute(-60'000) == -1);
  CHECK(minute(-60'001) == -2);
  CHECK(minute((std::numeric_limits<std::int64_t>::min)()) != no_minute);
  CHECK(minute_of(std::nullopt) == no_minute);
}

TEST_CASE("a batch keeps its records' tokens and times beside them") {
  memory_budget budget(100'000);
  lane_batch batch(budget);
  open(batch);
  CHECK(batch.append({"a", time_point(7ms), 1}) == errc::ok);
  CHECK(batch.append({"b", time_point(-8ms), 2}) == errc::ok);
  CHECK(batch.append({" ", time_point(9ms), 3}) == errc::blank_body);
  CHECK(batch.records.size() == 2);
  CHECK(batch.token_of(1) == 2);
  CHECK(batch.time_of(0) == time_point(7ms));
  CHECK(batch.time_of(1) == time_point(-8ms));
  batch.drop_last();
  CHECK(batch.records.size() == 1);
  CHECK(batch.tokens.size() == 1);
  CHECK(batch.times.size() == 1);
  CHECK(batch.cost() == budget.used() + lane_batch::overhead());
}

TEST_CASE("a batch without times keeps none") {
  memory_budget budget(100'000);
  lane_batch batch(budget);
  open(batch);
  CHECK(batch.append({"a", {}, 1}) == errc::ok);
  CHECK(batch.times.capacity() == 0);
  CHECK_FALSE(batch.time_of(0));
  batch.drop_last();
  CHECK(batch.records.size() == 0);
}

TEST_CASE("wherever the memory ends, a record is there as a whole or not at all") {
  for (std::size_t most = 100; most < 3000; most += 7) {
    memory_budget budget(most);
    lane_batch batch(budget);
    if (batch.records.open(to, time_point(0ms), inlong::form::compact, '\n') != errc::ok) continue;
    std::size_t added = 0;
    errc error = errc::ok;
    while (error == errc::ok) {
      error = batch.append({"some body", time_point(5ms), added + 1});
      if (error == errc::ok) ++added;
    }
    CHECK(error == errc::out_of_memory);
    CHECK(batch.records.size() == added);
    CHECK(batch.tokens.size() == added);
    CHECK(batch.times.size() == added);
    CHECK(budget.used() <= most);
    for (std::size_t i = 0; i < added; ++i) REQUIRE(batch.records.encoded(i) == "some body");
  }
}

TEST_CASE("a lane is made with its key, costs little, and gives it back") {
  memory_budget budget(1000);
  const std::string group(30, 'g');
  lane* const made = lane::make({group, "s"}, 5, 77, budget);
  REQUIRE(made != nullptr);
  CHECK(made->to().group_id == group);
  CHECK(made->to().stream_id == "s");
  CHECK(made->is({group, "s"}, 5));
  CHECK_FALSE(made->is({group, "s"}, 6));
  CHECK_FALSE(made->is({group, "t"}, 5));
  CHECK(made->hash == 77);
  CHECK(budget.used() >= sizeof(lane) + 31);
  CHECK(budget.used() <= 256);
  CHECK(lane::make({std::string(1000, 'g'), "s"}, 5, 77, budget) == nullptr);
  lane::destroy(made, budget);
  CHECK(budget.used() == 0);
}

TEST_CASE("all holders of a lane but the last one may just let go") {
  memory_budget budget(1000);
  lane* const held = lane::make(to, 5, 77, budget);
  REQUIRE(held != nullptr);
  CHECK_FALSE(held->let_go_unless_last());
  held->holders = 3;
  CHECK(held->let_go_unless_last());
  CHECK(held->let_go_unless_last());
  CHECK_FALSE(held->let_go_unless_last());
  CHECK(held->holders == 1);
  lane::destroy(held, budget);
}

TEST_CASE("a batch fits as long as its request does, to the byte") {
  memory_budget budget(100'000);
  lane_batch batch(budget);
  open(batch);
  for (int i = 0; i < 3; ++i) {
    CHECK(batch.append({"a%"}) == errc::ok);
    const std::size_t bytes = batch.records.request_bytes(0, batch.records.size());
    CHECK(batch.fits(bytes));
    CHECK_FALSE(batch.fits(bytes - 1));
    CHECK(batch.fits(1'000'000));
  }
}

TEST_CASE("each record has its token, and those without one take no memory for it") {
  memory_budget budget(1'000'000);
  lane_batch batch(budget);
  open(batch);
  const auto append = [&](std::uint64_t token) {
    REQUIRE(batch.append({"body", {}, token}) == errc::ok);
  };
  for (int i = 0; i < 10; ++i) append(0);
  CHECK(batch.tokens.capacity() == 0);
  CHECK(batch.token_of(9) == 0);

  const std::vector<std::uint64_t> tokens{7, 0, 0, 8, 9, 0};
  for (const std::uint64_t token : tokens) append(token);
  for (std::size_t i = 0; i < 10; ++i) CHECK(batch.token_of(i) == 0);
  for (std::size_t i = 0; i < tokens.size(); ++i) CHECK(batch.token_of(10 + i) == tokens[i]);

  batch.drop_last();
  batch.drop_last();  // the 9
  append(0);
  CHECK(batch.token_of(14) == 0);
  append(5);
  CHECK(batch.token_of(13) == 8);
  CHECK(batch.token_of(14) == 0);
  CHECK(batch.token_of(15) == 5);
}
