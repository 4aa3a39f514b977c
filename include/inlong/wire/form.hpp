// SPDX-License-Identifier: Apache-2.0
// The form encoder: appends a text as the value of a form field, and says what is wrong with it.
#ifndef INLONG_WIRE_FORM_HPP
#define INLONG_WIRE_FORM_HPP

#include <inlong/config.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/wire/block.hpp>
#include <inlong/wire/byte_buffer.hpp>
#include <inlong/wire/escaper.hpp>
#include <inlong/wire/plain_set.hpp>
#include <inlong/wire/utf8.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Appends a text with all bytes but those of Plain escaped. See `append_encoded`.
template <class Plain, class Block>
errc append_escaped(byte_buffer& out, std::string_view text,
                    std::optional<char> separator) noexcept {
  using set_escaper = escaper<Plain, Block>;
  constexpr std::size_t longest_piece = 1024;  // or a large text would reserve thrice its size

  const std::size_t size_before = out.size();
  const auto give_up = [&out, size_before](errc error) {
    out.truncate(size_before);
    return error;
  };

  const bool looks_for_it = separator && set_escaper::can_look_for(*separator);
  if (separator && !looks_for_it && text.find(*separator) != std::string_view::npos) {
    return errc::separator_in_body;
  }
  set_escaper writer(looks_for_it ? *separator : '\0');
  utf8_automaton characters;
  while (!text.empty()) {
    const bool last = text.size() <= longest_piece + set_escaper::lookahead;
    const std::string_view piece(text.data(), last ? text.size() : longest_piece);
    if (!out.ensure_room(set_escaper::room_for(piece.size()))) return give_up(errc::out_of_memory);
    out.extend_to(last ? writer.escape_last(out.end(), piece) : writer.escape(out.end(), piece));
    text.remove_prefix(piece.size());
    if (looks_for_it && writer.met()) return give_up(errc::separator_in_body);
    if (writer.all_ascii()) continue;
    characters.read<Block>(piece);
    if (characters.failed()) return give_up(errc::invalid_utf8);
  }
  return characters.complete() ? errc::ok : give_up(errc::invalid_utf8);
}

/// Appends a text as the value of a form field. It must be UTF-8, must not hold the separator, if
/// there is one, and must not be part of the buffer. On an error the buffer's content is as it was;
/// of several errors it says one.
[[nodiscard]] inline errc append_encoded(byte_buffer& out, std::string_view text, form how,
                                         std::optional<char> separator = {}) noexcept {
  return how == form::compact ? append_escaped<compact_set, native_block>(out, text, separator)
                              : append_escaped<strict_set, native_block>(out, text, separator);
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
