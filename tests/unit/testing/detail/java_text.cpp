// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/detail/java_text.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace java = inlong::testing::detail;

namespace {

const std::string lost = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("valid UTF-8 of every plane and length is kept") {
  const std::string text(
      "a\x00\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"
      "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",
      28);
  CHECK(java::from_utf8(text) == text);
}

TEST_CASE("each longest beginning of a character that is not UTF-8 becomes one U+FFFD") {
  CHECK(java::from_utf8("\x80\xBF") == lost + lost);
  CHECK(java::from_utf8("\xC3(") == lost + "(");
  CHECK(java::from_utf8("\xC0\xAF") == lost + lost);
  CHECK(java::from_utf8("\xE4\xB8") == lost);
  CHECK(java::from_utf8("\xE4\xB8(") == lost + "(");
  CHECK(java::from_utf8("\xE0\x80\x80") == lost + lost + lost);
  CHECK(java::from_utf8("\xF0\x9F\x98") == lost);
  CHECK(java::from_utf8("\xF0\x80\x80\x80") == lost + lost + lost + lost);
  CHECK(java::from_utf8("\xF4\x90\x80\x80") == lost + lost + lost + lost);
  CHECK(java::from_utf8("\xF8\x88") == lost + lost);
  CHECK(java::from_utf8("\xFF"
                        "a\xFE") == lost + "a" + lost);
}

TEST_CASE("an encoded surrogate becomes one U+FFFD, and a pair of them two") {
  CHECK(java::from_utf8("\xED\xA0\x80") == lost);
  CHECK(java::from_utf8("\xED\xA0\xBD\xED\xB8\x80") == lost + lost);
  CHECK(java::from_utf8("\xED\xA0(") == lost + "(");
}

TEST_CASE("each byte of a request line is one character") {
  CHECK(java::from_latin1("a\xE9\x80") == "a\xC3\xA9\xC2\x80");
}

TEST_CASE("a text is blank by Java's rule, not by Unicode's") {
  CHECK(java::is_blank(""));
  CHECK(java::is_blank(" \t\n\v\f\r\x1C\x1D\x1E\x1F"));
  CHECK(java::is_blank(
      "\xE1\x9A\x80\xE2\x80\x80\xE2\x80\x86\xE2\x80\x88\xE2\x80\x8A\xE2\x80\xA8\xE2\x80\xA9"
      "\xE2\x81\x9F\xE3\x80\x80"));
  for (const std::string text : {"\xC2\xA0", "\xC2\x85", "\xE2\x80\x87", "\xE2\x80\xAF",
                                 "\xEF\xBB\xBF", "\xE2\x80\x8B", "\x01", "x", " x "}) {
    CAPTURE(text);
    CHECK_FALSE(java::is_blank(text));
  }
  CHECK_FALSE(java::is_blank(std::string_view("\0", 1)));
}

TEST_CASE("the length of a text counts UTF-16 units") {
  CHECK(java::utf16_length("") == 0);
  CHECK(java::utf16_length("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80") == 5);
}

TEST_CASE("whole numbers are read as by Long.parseLong and Integer.parseInt") {
  const auto as_long = [](std::string_view text) {
    return java::parse_integer<std::int64_t>(text);
  };
  const auto as_int = [](std::string_view text) { return java::parse_integer<std::int32_t>(text); };
  CHECK(as_long("1700000000000") == 1700000000000);
  CHECK(as_long("+5") == 5);
  CHECK(as_long("-0") == 0);
  CHECK(as_long("007") == 7);
  CHECK(as_long("9223372036854775807") == INT64_MAX);
  CHECK(as_long("-9223372036854775808") == INT64_MIN);
  CHECK(as_int("2147483647") == INT32_MAX);
  CHECK(as_int("-2147483648") == INT32_MIN);
  CHECK(as_int("\xD9\xA1\xD9\xA2") == 12);
  CHECK(as_int("\xEF\xBC\x95") == 5);
  for (const std::string text :
       {"9223372036854775808", "-9223372036854775809", "99999999999999999999", "", "+", "-", "+-1",
        "abc", "1.5", " 2", "2 ", "1e3", "0x10", "1_0", "1\xC2\xB2"}) {
    CAPTURE(text);
    CHECK_FALSE(as_long(text).has_value());
  }
  CHECK_FALSE(as_int("2147483648").has_value());
  CHECK_FALSE(as_int("-2147483649").has_value());
}
