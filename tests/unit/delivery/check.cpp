// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/check.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using inlong::check;
using inlong::errc;

TEST_CASE("a record that the server would take as it is passes") {
  CHECK(check({"g", "s"}, "body") == errc::ok);
  CHECK(check({"g 1", "\xe6\xb5\x81"}, " \xf0\x9f\x98\x80\t;#+&%=\r") == errc::ok);
  CHECK(check({"g", "s"}, std::string_view("\0", 1)) == errc::ok);
  CHECK(check({"g", "s"}, "\xc2\xa0") == errc::ok);
}

TEST_CASE("what the server would refuse or spoil has an error of its own") {
  CHECK(check({"", "s"}, "x") == errc::blank_group);
  CHECK(check({"g", ""}, "x") == errc::blank_stream);
  CHECK(check({"g", "s"}, "") == errc::blank_body);
  CHECK(check({"g", "s"}, "\xe2\x80\xa8 ") == errc::blank_body);
  CHECK(check({"g", "s"}, "\xed\xa0\x80") == errc::invalid_utf8);
  CHECK(check({"g", "s"}, "a\n") == errc::separator_in_body);
  CHECK(check({"g", "s"}, "a|b", '|') == errc::separator_in_body);
  CHECK(check({"g", "s"}, "a\nb", '|') == errc::ok);
}

TEST_CASE("ids must be UTF-8 without control characters") {
  for (const char* bad : {"a\x01", "\x7fz", "a\xc2\x80", "a\xc2\x9f", "a\nb", "\xff", "\xc2"}) {
    CHECK_MESSAGE(check({bad, "s"}, "x") == errc::invalid_group, bad);
    CHECK_MESSAGE(check({"g", bad}, "x") == errc::invalid_stream, bad);
  }
  CHECK(check({"a\xc2\xa0", "s"}, "x") == errc::ok);
}
