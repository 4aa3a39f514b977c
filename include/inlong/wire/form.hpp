// SPDX-License-Identifier: Apache-2.0
// The form encoder: appends a text as the value of a form field, and says what is wrong with it.
#ifndef INLONG_WIRE_FORM_HPP
#define INLONG_WIRE_FORM_HPP

#include <inlong/config.hpp>
#include <inlong/options.hpp>
#include <inlong/wire/block.hpp>
#include <inlong/wire/byte_buffer.hpp>
#include <inlong/wire/escape_set.hpp>
#include <inlong/wire/escaper.hpp>
#include <inlong/wire/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

enum class text_fault : unsigned char { none, not_utf8, holds_separator, out_of_memory };

/// Appends a text with the bytes of Set escaped. See `append_encoded`.
template <class Set, class Block>
text_fault append_escaped(byte_buffer& out, std::string_view text,
                          std::optional<char> separator) noexcept {
  using set_escaper = escaper<Set, Block>;
  constexpr std::size_t longest_piece = 1024;  // or a large text would reserve thrice its size

  const std::size_t size_before = out.size();
  const auto give_up = [&out, size_before](text_fault fault) {
    out.truncate(size_before);
    return fault;
  };

  if (separator && !set_escaper::can_look_for(*separator)) {
    if (text.find(*separator) != std::string_view::npos) return text_fault::holds_separator;
    separator.reset();
  }
  set_escaper writer(separator.value_or('\0'));
  utf8_automaton characters;
  while (!text.empty()) {
    // Pieces of which more text follows, and the last bytes.
    const bool last = text.size() <= longest_piece + set_escaper::lookahead;
    const std::size_t count = last ? text.size() : longest_piece;
    const std::size_t tail = last ? (std::min)(count, set_escaper::lookahead) : 0;
    if (!out.ensure_room(set_escaper::room_for(count))) return give_up(text_fault::out_of_memory);
    const std::string_view piece(text.data(), count);
    char* end = out.end();
    if (count != tail) end = writer.escape(end, {piece.data(), count - tail});
    if (tail != 0) end = writer.escape_last(end, {piece.data() + (count - tail), tail});
    out.extend_to(end);
    text.remove_prefix(count);
    if (separator && writer.met()) return give_up(text_fault::holds_separator);
    if (!writer.all_ascii()) characters.read<Block>(piece);
    if (characters.failed()) return give_up(text_fault::not_utf8);
  }
  return characters.complete() ? text_fault::none : give_up(text_fault::not_utf8);
}

/// Appends a text as the value of a form field. It must be UTF-8, must not hold the separator, if
/// there is one, and must not be part of the buffer. On a fault the buffer's content is as it was;
/// of several faults it says one.
[[nodiscard]] inline text_fault append_encoded(byte_buffer& out, std::string_view text, form how,
                                               std::optional<char> separator = {}) noexcept {
  return how == form::compact ? append_escaped<compact_set, native_block>(out, text, separator)
                              : append_escaped<strict_set, native_block>(out, text, separator);
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
