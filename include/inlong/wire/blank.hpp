// SPDX-License-Identifier: Apache-2.0
// Whether a text is blank, as Java's Character.isWhitespace sees it, since DataProxy refuses blank values.
#ifndef INLONG_WIRE_BLANK_HPP
#define INLONG_WIRE_BLANK_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// The length in bytes of the blank character that `text` begins with, or 0 if it begins with none.
constexpr std::size_t blank_character(std::string_view text) noexcept {
  const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (text.empty()) {
    return 0;
  }
  if (byte(0) < 0x80) {
    return byte(0) == ' ' || ('\t' <= byte(0) && byte(0) <= '\r') ||
                   (0x1c <= byte(0) && byte(0) <= 0x1f)
               ? 1
               : 0;
  }
  // All others lie between U+0800 and U+FFFF and so take three bytes.
  if (text.size() < 3 || (byte(0) & 0xf0) != 0xe0) {
    return 0;
  }
  const unsigned character = (byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
  switch (character) { default: ;}
  return 0;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
