// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/batch.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <string_view>

using inlong::errc;
using inlong::form;
using inlong::detail::batch;

namespace {

constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

std::string request(batch& records, std::size_t first, std::size_t count) {
  std::string joined;
  for (const std::string_view piece : records.pieces(first, count)) joined += piece;
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
      CHECK(records.fitting(first, exact) == count);
      CHECK(records.fitting(first, exact - 1) == (count == 1 ? 1 : count - 1));
    }
  }
}

TEST_CASE("bad ids are refused when a batch is opened") {
  batch records;
  CHECK(records.open({"", "s"}, at(0), form::compact, '\n') == errc::blank_group);
  CHECK(records.open({"g", "\x01"}, at(0), form::compact, '\n') == errc::invalid_stream);
}
