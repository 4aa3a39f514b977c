// SPDX-License-Identifier: Apache-2.0
// Makes headers of lines, as strictly and as leniently as Netty's HttpObjectDecoder.
#ifndef INLONG_TESTING_DETAIL_HEADER_LINES_HPP
#define INLONG_TESTING_DETAIL_HEADER_LINES_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_text.hpp>
#include <inlong/testing/detail/java_text.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

inline std::string_view without_trailing_space(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Puts header lines together, some of which continue the one before.
class header_lines {
 public:
  /// Whether a line belongs to the header of the line before it.
  bool is_continued_by(std::string_view line) const noexcept {
    return open_ && !line.empty() && (line.front() == ' ' || line.front() == '\t');
  }

  /// False: malformed.
  bool add(std::string_view line, header_list& headers) {
    if (is_continued_by(line)) {
      value_ += ' ';
      value_ += trim(line);
      return true;
    }
    return finish(headers) && split(line);
  }

  /// Of the header whose lines are being put together; empty: there is none.
  std::string_view name() const noexcept { return open_ ? name_ : std::string_view(); }

  /// To be called after the last line. False: malformed.
  bool finish(header_list& headers) {
    if (!open_) return true;
    open_ = false;
    if (!is_name(name_) || !is_value(value_)) return false;
    headers.emplace_back(std::move(name_), std::move(value_));
    return true;
  }

 private:
  bool split(std::string_view line) {
    if (!skip_space(line)) return false;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    name_ = line.substr(0, colon);
    line.remove_prefix(colon + 1);
    if (!skip_space(line)) return false;
    value_ = without_trailing_space(line);
    open_ = true;
    return true;
  }

  static bool skip_space(std::string_view& text) noexcept {
    text.remove_prefix((std::min)(text.find_first_not_of(" \t"), text.size()));
    return text.empty() || !is_space(text.front());
  }

  static bool is_name(std::string_view name) noexcept {
    return !name.empty() && std::none_of(name.begin(), name.end(), [](char letter) {
      return letter == '\0' || is_space(letter) || letter == ',' || letter == ':' ||
             letter == ';' || letter == '=' || static_cast<unsigned char>(letter) > 0x7F;
    });
  }
  static bool is_value(std::string_view value) noexcept {
    return value.find_first_of(std::string_view("\0\v\f\r", 4)) == std::string_view::npos;
  }

  bool open_ = false;
  std::string name_;
  std::string value_;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
