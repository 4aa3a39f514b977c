// SPDX-License-Identifier: Apache-2.0
// Decodes a form body, or the query of a request's target, as the server's QueryStringDecoder does.
#ifndef INLONG_TESTING_FORM_DECODER_HPP
#define INLONG_TESTING_FORM_DECODER_HPP

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

/// The fields of a form in order. All texts are UTF-8: what was not is replaced by U+FFFD, as the
/// server does.
struct decoded_form {
  std::vector<std::pair<std::string, std::string>> fields;
  /// Not empty: an escape is bad, the server refuses the whole form, and this is what it says.
  std::string error;

  /// The value of the first field of that name, or nullptr.
  const std::string* find(std::string_view name) const noexcept {
    for (const auto& [field, value] : fields) {
      if (field == name) return &value;
    }
    return nullptr;
  }
};

/// The path of a target, unescaped.
struct decoded_path {
  std::string path;
  /// As in `decoded_form`.
  std::string error;
};

namespace detail {

/// The most fields that are looked at; what comes after them is ignored.
inline constexpr std::size_t most_fields = 1024;

/// What the server says of the bad escape at `escape`, in a component that ends at `end`. It counts
/// in UTF-16 units.
inline std::string describe_bad_escape(std::string_view text, std::size_t escape, std::size_t end) {
  std::size_t index = utf16_length(text.substr(0, escape));
  std::string_view rest = text.substr(escape + 1, end - escape - 1);
  if (utf16_length(rest) < 2) {
    return "unterminated escape sequence at index " + std::to_string(index) +
           " of: " + std::string(text);
  }
  std::string pair;
  for (std::size_t units = 0; units < 2;) {
    const char32_t character = take_character(rest);
    units += character > 0xFFFF ? 2 : 1;
    // Half of a surrogate pair can't be encoded; Java writes a question mark.
    append_utf8(pair, units > 2 ? U'?' : character);
  }
  ++index;
  return "invalid hex byte '" + pair + "' at index " + std::to_string(index) + " of '" +
         std::string(text) + "'";
}

/// Unescapes text[begin, end). A run of escapes is decoded apart from the raw characters around it,
/// so that a character that is half raw and half escaped is lost. False: bad escape, described in
/// `error`.
inline bool unescape(std::string_view text, std::size_t begin, std::size_t end, bool is_path,
                     std::string& into, std::string& error) {
  std::string run;
  for (std::size_t i = begin; i < end;) {
    if (text[i] != '%') {
      into += text[i] == '+' && !is_path ? ' ' : text[i];
      ++i;
      continue;
    }
    run.clear();
    for (; i < end && text[i] == '%'; i += 3) {
      const int high = i + 2 < end ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < end ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        error = describe_bad_escape(text, i, end);
        return false;
      }
      run += static_cast<char>(high * 16 + low);
    }
    into += from_utf8(run);
  }
  return true;
}

/// `text` is valid UTF-8.
inline decoded_form decode_fields(std::string_view text, std::size_t begin) {
  constexpr std::size_t none = std::string_view::npos;
  decoded_form form;
  std::size_t name = begin;
  std::size_t value = none;
  const auto add = [&](std::size_t end) {
    if (name >= end) return true;
    if (value == none) value = end + 1;
    auto& [field, content] = form.fields.emplace_back();
    return unescape(text, name, value - 1, false, field, form.error) &&
           unescape(text, value, end, false, content, form.error);
  };
  std::size_t i = begin;
  for (; i < text.size() && text[i] != '#'; ++i) {
    if (text[i] == '=') {
      if (name == i) {
        name = i + 1;
      } else if (value == none) {
        value = i + 1;
      }
    } else if (text[i] == '&' || text[i] == ';') {
      if (!add(i) || form.fields.size() == most_fields) return form;
      name = i + 1;
      value = none;
    }
  }
  add(i);
  return form;
}

inline std::size_t path_end(std::string_view target) noexcept {
  return (std::min)(target.find_first_of("?#"), target.size());
}

}  // namespace detail

/// Decodes a request's body: `&` and `;` separate, `+` is a space, `#` ends everything, further `=`
/// belong to the value, fields after the 1024th are ignored.
inline decoded_form decode_form(std::string_view body) {
  const std::string text = detail::from_utf8(body);
  return detail::decode_fields(text, !text.empty() && text[0] == '?' ? 1 : 0);
}

/// Decodes what follows the question mark of a target. Raw bytes above 0x7F are single characters
/// there, unlike those in a body.
inline decoded_form decode_query(std::string_view target) {
  const std::string text = detail::from_latin1(target);
  const std::size_t end = detail::path_end(text);
  return detail::decode_fields(text, end < text.size() && text[end] == '?' ? end + 1 : end);
}

/// Decodes a target up to its query or fragment. `+` is itself there.
inline decoded_path decode_path(std::string_view target) {
  const std::string text = detail::from_latin1(target);
  decoded_path decoded;
  detail::unescape(text, 0, detail::path_end(text), true, decoded.path, decoded.error);
  return decoded;
}

}  // namespace testing

INLONG_NAMESPACE_END

#endif
