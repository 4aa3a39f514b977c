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
#include <cstring>
#include <optional>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

enum class text_fault : unsigned char { none, not_utf8, holds_separator, out_of_memory };

template <class Set, class Block>
text_fault append_escaped(byte_buffer& out, std::string_view text,
                          std::optional<char> separator) noexcept;

/// Appends the escaped text. The text must be UTF-8, must not hold the separator, if there is one, and may
/// not be part of the buffer; on a fault the buffer's content is what it was before. Of several faults it
/// says one.
[[nodiscard]] inline text_fault append_encoded(byte_buffer& out, std::string_view text, form how,
                                               std::optional<char> separator = {}) noexcept {
  return how == form::compact ? append_escaped<compact_set, native_block>(out, text, separator)
                              : append_escaped<strict_set, native_block>(out, text, separator);
}

template <class Set, class Block>
text_fault append_escaped(byte_buffer& out, std::string_view text,
                          std::optional<char> separator) noexcept {
  // In slices, so that a large text doesn't reserve three times its size.
  constexpr std::size_t slice_size = 1024;
  using set_escaper = escaper<Set, Block>;
  constexpr std::size_t overread = set_escaper::overread;

  const std::size_t before = out.size();
  set_escaper escapes(separator.value_or('\0'));
  utf8_automaton characters;
  text_fault fault = text_fault::none;
  while (!text.empty() && fault == text_fault::none) {
    const bool last = text.size() <= overread;
    const std::string_view slice =
        last ? text : text.substr(0, (std::min)(slice_size, text.size() - overread));
    if (!out.ensure_room(set_escaper::room_for(slice.size()))) {
      fault = text_fault::out_of_memory;
      break;
    }
    out.extend_to(last ? escapes.escape_last(out.end(), slice) : escapes.escape(out.end(), slice));
    if (!escapes.all_ascii()) {
      characters.read<Block>(slice);
    }
    if (separator && escapes.met()) {
      fault = text_fault::holds_separator;
    } 
    text.remove_prefix(slice.size());
  }
  if (fault == text_fault::none && !characters.complete()) {
    fault = text_fault::not_utf8;
  }
  if (fault != text_fault::none) {
    out.truncate(before);
  }
  return fault;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
