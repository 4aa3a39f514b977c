// SPDX-License-Identifier: Apache-2.0
// What is refused before anything is sent, because the server would spoil it or refuse the batch
// that it is in.
#ifndef INLONG_DELIVERY_CHECK_HPP
#define INLONG_DELIVERY_CHECK_HPP

#include <inlong/config.hpp>
#include <inlong/error.hpp>
#include <inlong/record.hpp>
#include <inlong/wire/blank.hpp>
#include <inlong/wire/utf8.hpp>

#include <cstddef>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Whether a text holds a control character (Unicode's class Cc). Expects UTF-8.
inline bool has_control(std::string_view utf8) noexcept {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    const bool is_c1 = byte == 0xc2 && static_cast<unsigned char>(utf8[i + 1]) < 0xa0;
    if (is_c1) return true;
  }
  return false;
}

/// DataProxy refuses blank ids (its codes 100 and 101), and pastes ids unescaped into the
/// attributes it stores.
inline errc check_destination(const destination& to) noexcept {
  if (is_blank(to.group_id)) return errc::blank_group;
  if (is_blank(to.stream_id)) return errc::blank_stream;
  if (!is_utf8(to.group_id) || has_control(to.group_id)) return errc::invalid_group;
  if (!is_utf8(to.stream_id) || has_control(to.stream_id)) return errc::invalid_stream;
  return errc::ok;
}

}  // namespace detail

/// Says what is wrong with a record whatever its size, `errc::ok` if nothing is: what `report`
/// refuses, before it sends anything.
// In parentheses, as AssertMacros.h of macOS has a macro of that name.
inline errc(check)(const destination& to, std::string_view body,
                   char record_separator = '\n') noexcept {
  if (const errc error = detail::check_destination(to); error != errc::ok) return error;
  if (detail::is_blank(body)) return errc::blank_body;
  if (!detail::is_utf8(body)) return errc::invalid_utf8;
  if (body.find(record_separator) != std::string_view::npos) return errc::separator_in_body;
  return errc::ok;
}

INLONG_NAMESPACE_END

#endif
