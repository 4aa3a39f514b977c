// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/blank.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

using inlong::detail::is_blank;

namespace {

std::string utf8(unsigned point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
  if (point < 0x10000)
    return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)),
            byte(0x80 | (point & 0x3f))};
  return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)),
          byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
}

}  // namespace

TEST_CASE("exactly those characters are blank that Java calls white space") {
  const std::set<unsigned> blank{0x9,    0xa,    0xb,    0xc,    0xd,    0x1c,   0x1d,
                                 0x1e,   0x1f,   0x20,   0x1680, 0x2000, 0x2001, 0x2002,
                                 0x2003, 0x2004, 0x2005, 0x2006, 0x2008, 0x2009, 0x200a,
                                 0x2028, 0x2029, 0x205f, 0x3000};
  for (unsigned point = 0; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point < 0xe000) continue;
    if (is_blank(utf8(point)) != (blank.count(point) == 1)) FAIL_CHECK("U+", point);
  }
}

TEST_CASE("a text is blank if all of it is") {
  CHECK(is_blank(""));
  CHECK(is_blank(" \t\r\n\v\f"));
  CHECK(is_blank("  \xe3\x80\x80 \xe2\x80\xa9"));
  CHECK_FALSE(is_blank("   x"));
  CHECK_FALSE(is_blank("x   "));
  CHECK_FALSE(is_blank(std::string("\0", 1)));
  CHECK_FALSE(is_blank("\xc2\xa0"));
}

TEST_CASE("a character cut short is not read past its end") {
  CHECK_FALSE(is_blank(" \xe3"));
  CHECK_FALSE(is_blank(" \xe3\x80"));
}
