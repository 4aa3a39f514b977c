// SPDX-License-Identifier: Apache-2.0
// Whether a text is blank, as Java's Character.isWhitespace sees it, since DataProxy refuses blank
// values.
#ifndef INLONG_WIRE_BLANK_HPP
#define INLONG_WIRE_BLANK_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// How many bytes the blank character takes that `text` begins with; 0 if it begins with none.
/// `text` is not empty.
constexpr std::size_t leading_blank(std::string_view text) noexcept {
  const auto byte = [text](std::size_t index) -> unsigned {
    return static_cast<unsigned char>(text[index]);
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    const bool is_blank =
        first == ' ' || (first >= '\t' && first <= '\r') || (first >= 0x1c && first <= 0x1f);
    return is_blank ? 1 : 0;
  }
  // All others take three bytes. Those that must not be broken (U+00A0, U+2007, U+202F) are not
  // blank to Java.
  if (first < 0xe1 || first > 0xe3 || text.size() < 3) return 0;
  const unsigned point = (first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
  const bool is_blank = point == 0x1680 ||
                        (point >= 0x2000 && point <= 0x200a && point != 0x2007) ||
                        point == 0x2028 || point == 0x2029 || point == 0x205f || point == 0x3000;
  return is_blank ? 3 : 0;
}

/// Whether there is nothing in a text, or nothing but white space. Expects UTF-8; of anything else
/// it may say either.
constexpr bool is_blank(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t blank = leading_blank(text);
    if (blank == 0) return false;
    text.remove_prefix(blank);
  }
  return true;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
