// SPDX-License-Identifier: Apache-2.0
// The inner loop of the form encoder: writes a text's bytes, escaping those of one set.
#ifndef INLONG_WIRE_ESCAPER_HPP
#define INLONG_WIRE_ESCAPER_HPP

#include <inlong/config.hpp>
#include <inlong/wire/block.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// A byte as it is written: itself, or `%` and two digits. Always copied whole, with one store.
struct written_byte {
  char characters[3];
  unsigned char length;
};

template <class Set>
constexpr std::array<written_byte, 256> make_written_bytes() noexcept {
  constexpr char digits[] = "0123456789ABCDEF";
  std::array<written_byte, 256> made{};
  for (unsigned value = 0; value < made.size(); ++value) {
    const auto byte = static_cast<unsigned char>(value);
    made[value] = Set::contains(byte)
                      ? written_byte{{'%', digits[byte >> 4], digits[byte & 15]}, 3}
                      : written_byte{{static_cast<char>(byte), 0, 0}, 1};
  }
  return made;
}

template <class Set>
inline constexpr std::array<written_byte, 256> written_bytes = make_written_bytes<Set>();

/// Escapes the bytes of Set, a Block at a time, and remembers whether it met the byte it looks out for, and
/// whether it met anything but ASCII.
///
/// `escape` and `escape_last` take a text of at least one byte and return the end of what they wrote. Their
/// stores go beyond that end, so `to` must have `room_for` the text.
template <class Set, class Block>
class escaper {
 public:
  explicit escaper(char look_out_for) noexcept
      : wanted_(Block::filled_with(look_out_for)),
        met_(Block::filled_with(0)),
        all_(Block::filled_with(0)) {}

  /// How far `escape` may read behind a text.
  static constexpr std::size_t overread = 2 * block_size;

  static constexpr std::size_t room_for(std::size_t count) noexcept {
    return 3 * (count + block_size);
  }

  char* escape(char* to, std::string_view text) noexcept {
    return run<true>(to, text.data(), text.size());
  }

  /// The same, slower, and reads nothing behind the text.
  char* escape_last(char* to, std::string_view text) noexcept {
    if (text.size() >= block_size) {
      return run<false>(to, text.data(), text.size());
    }
    char padded[block_size];
    std::memset(padded, text[0], block_size);  // a byte of the text, so that nothing is met that isn't in it
    std::memcpy(padded, text.data(), text.size());
    return run<false>(to, padded, text.size());
  }

  bool met() const noexcept { return met_.mask() != 0; }
  bool all_ascii() const noexcept { return all_.mask() == 0; }

 private:
  // The bytes that don't fill a block come first, as the beginning of a block that the next one overlaps:
  // so nothing is read behind the last one.
  template <bool Overread>
  char* run(char* to, const char* from, std::size_t count) noexcept {
    escaper local = *this;  // no store through `to` can reach it, so it stays in registers
    const char* const end = from + count;
    const std::size_t odd = (count - 1) % block_size + 1;
    const unsigned odd_bits = (1u << odd) - 1;
    to = expand<Overread>(to, from, odd, local.copy(to, from) & odd_bits);
    for (from += odd; from != end; from += block_size) {
      to = expand<Overread>(to, from, block_size, local.copy(to, from));
    }
    *this = local;
    return to;
  }

  /// Copies a block as it is and says which bytes are to be escaped.
  unsigned copy(char* to, const char* from) noexcept {
    const Block bytes = Block::load(from);
    bytes.store(to);
    met_ = met_ | bytes.equals(wanted_);
    all_ = all_ | bytes;
    return Set::flag(bytes).mask();
  }

  template <bool Overread>
  static char* expand(char* to, const char* from, std::size_t count, unsigned escapes) noexcept {
    if constexpr (Overread) {
      // No escape or one, without asking which, as that is hard to predict: no escape is one behind the block.
      if ((escapes & (escapes - 1)) == 0) {
        const unsigned place = lowest_bit(escapes | 1u << block_size);
        write(to + place, from[place]);
        Block::load(from + place + 1).store(to + place + 3);
        return to + count + 2 * (1 - place / block_size);
      }
    } else if (escapes == 0) {
      return to + count;
    }
    if (count == block_size) {
      return write_block(to, from, std::make_index_sequence<block_size>());
    }
    for (std::size_t i = 0; i < count; ++i) {
      to = write(to, from[i]);
    }
    return to;
  }

  template <std::size_t... Index>
  static char* write_block(char* to, const char* from, std::index_sequence<Index...>) noexcept {
    ((to = write(to, from[Index])), ...);
    return to;
  }

  static char* write(char* to, char byte) noexcept {
    const written_byte& written = written_bytes<Set>[static_cast<unsigned char>(byte)];
    std::memcpy(to, &written, sizeof written);
    return to + written.length;
  }

  Block wanted_;
  Block met_;
  Block all_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
