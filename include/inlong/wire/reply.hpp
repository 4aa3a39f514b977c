// SPDX-License-Identifier: Apache-2.0
// Bytes in: finds DataProxy's code in the body of an answer.
#ifndef INLONG_WIRE_REPLY_HPP
#define INLONG_WIRE_REPLY_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

INLONG_NAMESPACE_BEGIN

/// A longer answer is not DataProxy's, whose own is some 130 bytes; no code is looked for in it.
inline constexpr std::size_t max_reply_bytes = 64 * 1024;

namespace detail {

/// A place in a reply that moves forward over what it is asked to read.
class reply_cursor {
 public:
  explicit reply_cursor(std::string_view rest) noexcept : rest_(rest) {}

  std::string_view rest() const noexcept { return rest_; }

  char pass() noexcept {
    const char passed = rest_.front();
    rest_.remove_prefix(1);
    return passed;
  }
  void skip_space() noexcept {
    while (!rest_.empty() && (rest_[0] == ' ' || (rest_[0] >= '\t' && rest_[0] <= '\r'))) pass();
  }
  bool take(std::string_view wanted) noexcept {
    if (rest_.substr(0, wanted.size()) != wanted) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  bool take(char wanted) noexcept {
    skip_space();
    return take(std::string_view(&wanted, 1));
  }

  /// Steps over `name(` where a JSONP callback stands before the object.
  void skip_callback() noexcept {
    constexpr std::string_view name_characters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.[]";
    skip_space();
    const std::size_t end = rest_.find_first_not_of(name_characters);
    if (end == 0 || end == std::string_view::npos) return;
    reply_cursor after(rest_.substr(end));
    if (after.take('(')) *this = after;
  }

  /// An integer in quotes or without, and whole: followed by what may follow a value.
  std::optional<int> take_integer() noexcept {
    const bool quoted = take('"');
    if (!quoted) skip_space();
    const bool negative = !rest_.empty() && rest_[0] == '-';
    if (negative) rest_.remove_prefix(1);
    long long value = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      value = value * 10 + (rest_[digits] - '0');
      if (value > 2147483647) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    rest_.remove_prefix(digits);
    if (quoted) {
      if (rest_.empty() || rest_[0] != '"') return std::nullopt;
      rest_.remove_prefix(1);
    }
    skip_space();
    if (rest_.empty() || (rest_[0] != ',' && rest_[0] != '}')) return std::nullopt;
    return static_cast<int>(negative ? -value : value);
  }

 private:
  std::string_view rest_;
};

}  // namespace detail

/// The code in the body of an answer: the value of the object's first key, or else of its only key
/// `code`, as an integer in quotes or without; a JSONP callback around the object is stepped over.
/// Two keys `code` whose values differ, one inside another object only, one that is not the first
/// key of an object that doesn't end, a number cut short, anything else before the object, or more
/// than `max_reply_bytes`: no code.
///
/// The body is not parsed as JSON, because it need not be JSON: DataProxy puts texts into it
/// unescaped, parts of the request among them (read in its HttpMessageHandler, and observed). That
/// is why a first key is believed over anything behind it, and why braces are counted in texts as
/// well: what is doubtful is no code.
inline std::optional<int> find_code(std::string_view body) noexcept {
  constexpr std::string_view key = "\"code\"";
  if (body.size() > max_reply_bytes) return std::nullopt;
  detail::reply_cursor at(body);
  at.skip_callback();
  if (!at.take('{')) return std::nullopt;

  at.skip_space();
  if (at.take(key)) return at.take(':') ? at.take_integer() : std::nullopt;

  std::optional<int> only;
  int depth = 1;
  while (!at.rest().empty()) {
    const char passed = at.pass();
    if (passed == '{' || passed == '[') ++depth;
    if (passed == '}' || passed == ']') --depth;
    if (passed != ',' || depth != 1) continue;
    at.skip_space();
    if (!at.take(key) || !at.take(':')) continue;
    const std::optional<int> code = at.take_integer();
    if (!code || (only && *only != *code)) return std::nullopt;
    only = code;
  }
  return depth == 0 ? only : std::nullopt;
}

INLONG_NAMESPACE_END

#endif
