// SPDX-License-Identifier: Apache-2.0
// The inner loop of the form encoder: copies bytes and escapes all but those of one set.
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

/// How a byte is written: as it is, or as `%` and two digits. It is copied whole, with one store,
/// whatever its length.
struct written_byte {
  char characters[3];
  unsigned char length;
};

template <class Plain>
constexpr std::array<written_byte, 256> make_written_bytes() noexcept {
  constexpr char digits[] = "0123456789ABCDEF";
  std::array<written_byte, 256> made{};
  for (unsigned value = 0; value < made.size(); ++value) {
    const auto byte = static_cast<unsigned char>(value);
    made[value] = Plain::contains(byte)
                      ? written_byte{{static_cast<char>(byte), 0, 0}, 1}
                      : written_byte{{'%', digits[byte >> 4], digits[byte & 15]}, 3};
  }
  return made;
}

template <class Plain>
inline constexpr std::array<written_byte, 256> written_bytes = make_written_bytes<Plain>();

/// Escapes the bytes that are not in Plain in one text, a Block at a time, and remembers whether it
/// met the byte that it looks for, which is one of those, and whether it met anything but ASCII.
///
/// A text comes in pieces that are not empty: any number of them goes to `escape`, which also reads
/// what follows, and the last one to `escape_last`. Both return the end of what they wrote. Their
/// stores go beyond it: there must be `room_for` the piece.
template <class Plain, class Block>
class escaper {
 public:
  /// How much of the text must follow a piece that goes to `escape`.
  static constexpr std::size_t lookahead = block_size;

  static constexpr std::size_t room_for(std::size_t count) noexcept {
    return 3 * (count + block_size);
  }

  static constexpr bool can_look_for(char byte) noexcept {
    return written_bytes<Plain>[static_cast<unsigned char>(byte)].length > 1;
  }

  explicit escaper(char looked_for) noexcept
      : looked_for_(Block::filled_with(looked_for)),
        met_(Block::filled_with(0)),
        all_(Block::filled_with(0)) {}

  [[gnu::always_inline]] char* escape(char* to, std::string_view piece) noexcept {
    escaper local = *this;  // no store through `to` can reach it, so it stays in registers
    const char* from = piece.data();
    const char* const end = from + piece.size();
    if (const std::size_t odd = piece.size() % block_size; odd != 0) {
      // The beginning of a block that the next one overlaps.
      const unsigned escapes = local.copy(to, from) & ((1u << odd) - 1);
      to = escapes == 0 ? to + odd : expand(to, from, odd, escapes);
      from += odd;
    }
    for (; from != end; from += block_size) {
      const unsigned escapes = local.copy(to, from);
      to = escapes == 0 ? to + block_size : expand(to, from, block_size, escapes);
    }
    *this = local;
    return to;
  }

  [[gnu::always_inline]] char* escape_last(char* to, std::string_view piece) noexcept {
    if (piece.size() > block_size) {
      const std::size_t head = piece.size() - block_size;
      to = escape(to, {piece.data(), head});
      piece.remove_prefix(head);
    }
    const char* from = piece.data();
    char padded[block_size];
    if (piece.size() < block_size) {
      std::memset(padded, piece[0], block_size);  // with one of its own, so that nothing new is met
      std::memcpy(padded, piece.data(), piece.size());
      from = padded;
    }
    const unsigned escapes = copy(to, from);
    if (escapes == 0) return to + piece.size();
    if ((escapes & (escapes - 1)) != 0) return write_all(to, from, piece.size());
    // Behind the text there may be nothing to be read, behind its copy there is.
    const std::size_t place = lowest_bit(escapes);
    const Block behind = Block::load(to + place + 1);
    write(to + place, from[place]);
    behind.store(to + place + 3);
    return to + piece.size() + 2;
  }

  bool met() const noexcept { return met_.mask() != 0; }
  bool all_ascii() const noexcept { return all_.mask() == 0; }

 private:
  static constexpr unsigned all_places = (1u << block_size) - 1;

  /// Copies a block as it is, and says which bytes of it are to be escaped.
  unsigned copy(char* to, const char* from) noexcept {
    const Block bytes = Block::load(from);
    bytes.store(to);
    all_ = all_ | bytes;
    const unsigned escapes = Plain::flag(bytes).mask() ^ all_places;
    if (escapes != 0) met_ = met_ | bytes.equals(looked_for_);
    return escapes;
  }

  /// Makes an escaped text of the first `count` bytes of a block that was copied.
  static char* expand(char* to, const char* from, std::size_t count, unsigned escapes) noexcept {
    if ((escapes & (escapes - 1)) != 0) return write_all(to, from, count);
    const std::size_t place = lowest_bit(escapes);
    write(to + place, from[place]);
    Block::load(from + place + 1).store(to + place + 3);
    return to + count + 2;
  }

  static char* write_all(char* to, const char* from, std::size_t count) noexcept {
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
    const written_byte& written = written_bytes<Plain>[static_cast<unsigned char>(byte)];
    std::memcpy(to, &written, sizeof written);
    return to + written.length;
  }

  Block looked_for_;
  Block met_;
  Block all_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
