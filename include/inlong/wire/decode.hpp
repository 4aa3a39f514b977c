// SPDX-License-Identifier: Apache-2.0
// The way back from an encoded text, for whoever wants to keep a record that was not delivered.
#ifndef INLONG_WIRE_DECODE_HPP
#define INLONG_WIRE_DECODE_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// The text that `append_encoded` made this of, in either form. Expects nothing else.
inline std::string decode(std::string_view encoded) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
  std::string text;
  text.reserve(encoded.size());
  for (;;) {
    const std::size_t escape = encoded.find('%');
    text.append(encoded.substr(0, escape));
    if (escape == std::string_view::npos) return text;
    text.push_back(static_cast<char>(digit(encoded[escape + 1]) << 4 | digit(encoded[escape + 2])));
    encoded.remove_prefix(escape + 3);
  }
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
