// SPDX-License-Identifier: Apache-2.0
// What the reading and the writing of HTTP messages have in common: headers and their comparison.
#ifndef INLONG_TESTING_DETAIL_HTTP_TEXT_HPP
#define INLONG_TESTING_DETAIL_HTTP_TEXT_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/java_text.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// Names and values, in order.
using header_list = std::vector<std::pair<std::string, std::string>>;

namespace detail {

/// `Character.isISOControl` of one byte.
constexpr bool is_control(char byte) noexcept {
  const auto value = static_cast<unsigned char>(byte);
  return value < 0x20 || (value >= 0x7F && value <= 0x9F);
}
/// `Character.isWhitespace` of one byte.
constexpr bool is_space(char byte) noexcept {
  return is_whitespace(static_cast<unsigned char>(byte));
}
/// Bytes that may precede a request.
constexpr bool is_skipped(char byte) noexcept { return is_control(byte) || is_space(byte); }

constexpr char lower_case(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower_case(a) == lower_case(b); });
}

/// The value of the first header of that name, or nullptr.
inline const std::string* find_header(const header_list& headers, std::string_view name) noexcept {
  for (const auto& [field, value] : headers) {
    if (equal_ignoring_case(field, name)) return &value;
  }
  return nullptr;
}

/// Whether any header of that name lists `token` among its comma-separated values.
inline bool lists_token(const header_list& headers, std::string_view name,
                        std::string_view token) noexcept {
  for (const auto& [field, value] : headers) {
    if (!equal_ignoring_case(field, name)) continue;
    std::string_view rest = value;
    while (true) {
      const std::size_t comma = rest.find(',');
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
