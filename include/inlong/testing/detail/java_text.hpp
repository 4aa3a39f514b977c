// SPDX-License-Identifier: Apache-2.0
// How Java reads bytes, blanks and numbers: the rules that decide what DataProxy stores.
#ifndef INLONG_TESTING_DETAIL_JAVA_TEXT_HPP
#define INLONG_TESTING_DETAIL_JAVA_TEXT_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// What Java puts where bytes are not UTF-8.
inline constexpr char32_t replacement_character = 0xFFFD;

inline void append_utf8(std::string& text, char32_t character) {
  const auto append = [&](char32_t byte) { text += static_cast<char>(byte); };
  const auto append_continuation = [&](int shift) { append(0x80 | ((character >> shift) & 0x3F)); };
  if (character < 0x80) {
    append(character);
  } else if (character < 0x800) {
    append(0xC0 | (character >> 6));
    append_continuation(0);
  } else if (character < 0x10000) {
    append(0xE0 | (character >> 12));
    append_continuation(6);
    append_continuation(0);
  } else {
    append(0xF0 | (character >> 18));
    append_continuation(12);
    append_continuation(6);
    append_continuation(0);
  }
}

inline unsigned byte_at(std::string_view bytes, std::size_t index) noexcept {
  return static_cast<unsigned char>(bytes[index]);
}

/// What stands at the front of some bytes: one UTF-8 character, or what Java replaces by one
/// U+FFFD.
struct utf8_unit {
  std::size_t size;
  bool valid;
};

/// Malformed input is divided as `new String(bytes, UTF_8)` does since JDK 8: into the longest
/// beginnings of a character, where an encoded surrogate (ED A0 80 and the like) counts as one.
/// `bytes` is not empty.
inline utf8_unit first_unit(std::string_view bytes) noexcept {
  const unsigned lead = byte_at(bytes, 0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::size_t size = 1;
  for (; size < wanted && size < bytes.size(); ++size) {
    const unsigned lowest = size > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = size == 1 && lead == 0xF4 ? 0x8F : 0xBF;
    if (byte_at(bytes, size) < lowest || byte_at(bytes, size) > highest) break;
  }
  const bool surrogate = lead == 0xED && size > 1 && byte_at(bytes, 1) >= 0xA0;
  return {size, size == wanted && !surrogate};
}

/// `new String(bytes, UTF_8)`, as UTF-8.
inline std::string from_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const utf8_unit unit = first_unit(bytes);
    if (unit.valid) {
      text.append(bytes.substr(0, unit.size));
    } else {
      append_utf8(text, replacement_character);
    }
    bytes.remove_prefix(unit.size);
  }
  return text;
}

/// One character a byte, which is how Netty reads a request line; as UTF-8.
inline std::string from_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) append_utf8(text, static_cast<unsigned char>(byte));
  return text;
}

/// Takes the first character off a text that is valid UTF-8 and not empty.
inline char32_t take_character(std::string_view& text) noexcept {
  const std::size_t size = first_unit(text).size;
  char32_t character = byte_at(text, 0) & (size == 1 ? 0x7Fu : 0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    character = (character << 6) | (byte_at(text, i) & 0x3Fu);
  }
  text.remove_prefix(size);
  return character;
}

/// `String.length()`: a character above U+FFFF counts twice. For valid UTF-8.
inline std::size_t utf16_length(std::string_view text) noexcept {
  std::size_t length = 0;
  for (const char byte : text) {
    const unsigned value = static_cast<unsigned char>(byte);
    if ((value & 0xC0) != 0x80) length += value >= 0xF0 ? 2 : 1;
  }
  return length;
}

/// `Character.isWhitespace`: no-break spaces, U+0085, U+FEFF and NUL are not.
constexpr bool is_whitespace(char32_t character) noexcept {
  return (character >= 0x09 && character <= 0x0D) || (character >= 0x1C && character <= 0x20) ||
         character == 0x1680 ||
         (character >= 0x2000 && character <= 0x200A && character != 0x2007) ||
         character == 0x2028 || character == 0x2029 || character == 0x205F || character == 0x3000;
}

/// `StringUtils.isBlank`. For valid UTF-8.
inline bool is_blank(std::string_view text) noexcept {
  while (!text.empty()) {
    if (!is_whitespace(take_character(text))) return false;
  }
  return true;
}

/// `String.trim`: spaces and control characters at both ends.
inline std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && byte_at(text, 0) <= ' ') text.remove_prefix(1);
  while (!text.empty() && byte_at(text, text.size() - 1) <= ' ') text.remove_suffix(1);
  return text;
}

/// `Character.digit(character, 10)`: decimal digits of every script, of which Java's `parseInt` and
/// `parseLong` take those up to U+FFFF; -1 for anything else.
inline int digit_value(char32_t character) noexcept {
  constexpr char32_t zeros[] = {0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
                                0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0,
                                0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
                                0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900,
                                0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};
  for (const char32_t zero : zeros) {
    if (character >= zero && character <= zero + 9) return static_cast<int>(character - zero);
  }
  return -1;
}

/// -1 for anything but a hexadecimal digit.
constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/// `Integer.parseInt` or `Long.parseLong`: an optional sign, then digits and nothing else. For
/// valid UTF-8.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) noexcept {
  using limits = std::numeric_limits<Integer>;
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  // Counted downwards, since there is one more negative number than positive ones.
  Integer value = 0;
  while (!text.empty()) {
    const int digit = digit_value(take_character(text));
    if (digit < 0 || value < (limits::min)() / 10) return std::nullopt;
    value = static_cast<Integer>(value * 10);
    if (value < (limits::min)() + digit) return std::nullopt;
    value = static_cast<Integer>(value - digit);
  }
  if (negative) return value;
  if (value == (limits::min)()) return std::nullopt;
  return static_cast<Integer>(-value);
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
