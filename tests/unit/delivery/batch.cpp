// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/batch.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>

using inlong::errc;
using inlong::form;
using inlong::detail::batch;
using inlong::detail::form_tail;

namespace {

constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

std::string request(batch& records, std::size_t first, std::size_t count) {
  form_tail tail;
  std::string joined;
  for (const std::string_view piece : records.pieces(first, count, tail)) joined += piece;
  return joined;
}

inlong::time_point at(std::int64_t milliseconds) {
  return inlong::time_point(std::chrono::milliseconds(milliseconds));
}

}  // namespace

TEST_CASE("any run of records makes a request of its own") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(12), form::compact, '\n') == errc::ok);
  for (const char* body : {"a", "b&c", "d"}) REQUIRE(records.append(body, no_limit) == errc::ok);
  CHECK(records.size() == 3);
  CHECK(request(records, 0, 3) == "groupId=g&streamId=s&body=a%0Ab%26c%0Ad&dt=12&cnt=3");
  CHECK(request(records, 0, 1) == "groupId=g&streamId=s&body=a&dt=12&cnt=1");
  CHECK(request(records, 1, 2) == "groupId=g&streamId=s&body=b%26c%0Ad&dt=12&cnt=2");
  CHECK(request(records, 2, 1) == "groupId=g&streamId=s&body=d&dt=12&cnt=1");
}

TEST_CASE("the longest data times fit") {
  batch records;
  for (const std::int64_t time :
       {(std::numeric_limits<std::int64_t>::min)(), (std::numeric_limits<std::int64_t>::max)()}) {
    REQUIRE(records.open({"g", "s"}, at(time), form::compact, '\n') == errc::ok);
    REQUIRE(records.append("a", no_limit) == errc::ok);
    CHECK(request(records, 0, 1) ==
          "groupId=g&streamId=s&body=a&dt=" + std::to_string(time) + "&cnt=1");
  }
}

TEST_CASE("a refused record leaves the batch as it was") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(0), form::compact, '\n') == errc::ok);
  CHECK(records.append("\xff", no_limit) == errc::invalid_utf8);
  REQUIRE(records.append("a", no_limit) == errc::ok);
  const std::string before = request(records, 0, 1);
  CHECK(records.append("  ", no_limit) == errc::blank_body);
  CHECK(records.append("b\xff", no_limit) == errc::invalid_utf8);
  CHECK(records.append("b\n", no_limit) == errc::separator_in_body);
  CHECK(records.append("too long", 7) == errc::too_large);
  CHECK(records.append("%%%%", before.size()) == errc::too_large);
  CHECK(records.size() == 1);
  CHECK(request(records, 0, 1) == before);
  REQUIRE(records.append("b", no_limit) == errc::ok);
  CHECK(request(records, 0, 2) == "groupId=g&streamId=s&body=a%0Ab&dt=0&cnt=2");
}

TEST_CASE("a batch is used again for another destination") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(0), form::compact, '\n') == errc::ok);
  for (const char* body : {"a", "b", "a longer body"})
    REQUIRE(records.append(body, no_limit) == errc::ok);
  const std::size_t capacity = records.capacity();
  REQUIRE(records.open({"g", "t"}, at(1), form::strict, '|') == errc::ok);
  CHECK(records.size() == 0);
  REQUIRE(records.append("b", no_limit) == errc::ok);
  REQUIRE(records.append(" c", no_limit) == errc::ok);
  CHECK(request(records, 0, 2) == "groupId=g&streamId=t&body=b%7C%20c&dt=1&cnt=2");
  CHECK(records.capacity() == capacity);
}

TEST_CASE("a request carries as many records as fit, counted to the byte") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(0), form::compact, '\n') == errc::ok);
  for (int i = 0; i < 30; ++i) REQUIRE(records.append("x", no_limit) == errc::ok);
  for (std::size_t first = 0; first < 30; ++first) {
    for (std::size_t count = 1; first + count <= 30; ++count) {
      const std::size_t exact = request(records, first, count).size();
      CHECK(records.request_bytes(first, count) == exact);
      CHECK(records.fitting(first, 30 - first, exact) == count);
      CHECK(records.fitting(first, 30 - first, exact - 1) == (count == 1 ? 1 : count - 1));
    }
  }
}

TEST_CASE("no more records are counted than there are asked about") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(0), form::compact, '\n') == errc::ok);
  for (int i = 0; i < 30; ++i) REQUIRE(records.append("x", no_limit) == errc::ok);
  for (std::size_t count = 1; count <= 30; ++count) {
    CHECK(records.fitting(0, count, no_limit) == count);
    CHECK(records.fitting(30 - count, count, no_limit) == count);
    CHECK(records.fitting(0, count, 0) == 1);
  }
}

TEST_CASE("the bytes of a request are counted where the number of records gains a digit") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(-1), form::strict, ';') == errc::ok);
  for (int i = 0; i < 1001; ++i) REQUIRE(records.append("\xe6\xb5\x81", no_limit) == errc::ok);
  for (const std::size_t count : {1u, 9u, 10u, 11u, 99u, 100u, 999u, 1000u, 1001u}) {
    CHECK(records.request_bytes(0, count) == request(records, 0, count).size());
    CHECK(records.fitting(0, 1001, records.request_bytes(0, count)) == count);
  }
}

TEST_CASE("two requests of one batch can be under way together") {
  batch records;
  REQUIRE(records.open({"g", "s"}, at(7), form::compact, '\n') == errc::ok);
  for (const char* body : {"a", "b", "c"}) REQUIRE(records.append(body, no_limit) == errc::ok);
  form_tail first_tail;
  form_tail second_tail;
  const auto first = records.pieces(0, 1, first_tail);
  const auto second = records.pieces(1, 2, second_tail);
  CHECK(first[2] == "&dt=7&cnt=1");
  CHECK(second[2] == "&dt=7&cnt=2");
  CHECK(first[0] == second[0]);
  CHECK(first[1] == "a");
  CHECK(second[1] == "b%0Ac");
}

TEST_CASE("the tail has room for the longest data time and the largest count") {
  batch records;
  const std::int64_t earliest = (std::numeric_limits<std::int64_t>::min)();
  REQUIRE(records.open({"g", "s"}, at(earliest), form::compact, '\n') == errc::ok);
  REQUIRE(records.append("a", no_limit) == errc::ok);
  const std::string longest = "&dt=" + std::to_string(earliest) + "&cnt=" +
                              std::to_string((std::numeric_limits<std::uint64_t>::max)());
  CHECK(longest.size() <= form_tail().size());
}

TEST_CASE("bad ids are refused when a batch is opened") {
  batch records;
  CHECK(records.open({"", "s"}, at(0), form::compact, '\n') == errc::blank_group);
  CHECK(records.open({"g", "\x01"}, at(0), form::compact, '\n') == errc::invalid_stream);
}
