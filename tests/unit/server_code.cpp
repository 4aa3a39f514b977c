// SPDX-License-Identifier: Apache-2.0
#include <inlong/server_code.hpp>

#include <doctest/doctest.h>

#include <iterator>
#include <set>
#include <string>
#include <string_view>

using inlong::describe;
using inlong::detail::closes_connection;
using inlong::detail::server_codes;

TEST_CASE(
    "every code of the interface is known, in ascending order, with a meaning and what to do") {
  const int listed[] = {0,   1,   2,   3,   10,  31,  32,  33,  34,  35,  36,  94,  95,        96,
                        100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112,       113,
                        114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 150, 151, 2147483647};
  CHECK(std::size(server_codes) == std::size(listed));
  std::set<std::string_view> meanings;
  for (std::size_t i = 0; i < std::size(listed); ++i) {
    CHECK(server_codes[i].code == listed[i]);
    const std::string_view text = describe(listed[i]);
    const std::size_t end = text.find("; ");
    CHECK_MESSAGE((end != std::string_view::npos && end > 5 && text.size() > end + 5), text);
    meanings.insert(text.substr(0, end));
  }
  CHECK(meanings.size() == std::size(listed));
}

TEST_CASE("a group or stream that is unknown is told how to become known") {
  for (const int code : {113, 115, 121}) {
    const std::string text(describe(code));
    CHECK(text.find("create both in InLong") != std::string::npos);
    CHECK(text.find("auto push") != std::string::npos);
    CHECK(text.find("up to a minute") != std::string::npos);
  }
}

TEST_CASE("codes that are not known, and none at all, are said to be that") {
  CHECK(describe(4711).find("does not know") != std::string_view::npos);
  CHECK(describe(-2).find("does not know") != std::string_view::npos);
  CHECK(describe(inlong::no_server_code).find("no code") != std::string_view::npos);
}

TEST_CASE("a connection is kept only behind codes on which the server keeps it") {
  for (const int closing : {1, 2, 31, 32, 35, 36, 114, 2147483647, 4711, -100})
    CHECK(closes_connection(closing));
  for (const int kept : {0, 100, 101, 103, 104, 111, 115}) CHECK_FALSE(closes_connection(kept));
}
