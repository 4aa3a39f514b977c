// SPDX-License-Identifier: Apache-2.0
// Which bytes of a text are sent as they are: the one place in which such a set of bytes is defined.
#ifndef INLONG_WIRE_PLAIN_SET_HPP
#define INLONG_WIRE_PLAIN_SET_HPP

#include <inlong/config.hpp>

INLONG_NAMESPACE_BEGIN

namespace detail {

// A set is made of parts, and may itself be part of another. Two questions are answered from that
// one description: `contains` for a byte, and `flag` for a block (block.hpp says what a flag is).

/// The bytes from First to Last, both included.
template <unsigned char First, unsigned char Last>
struct range {
  static_assert(First <= Last, "the smaller byte comes first");

  static constexpr bool contains(unsigned char byte) noexcept {
    return First <= byte && byte <= Last;
  }

  template <class Block>
  static Block flag(Block block) noexcept {
    return block.template in_range<First, Last>();
  }
};

template <unsigned char Byte>
using only = range<Byte, Byte>;

/// Two bytes that differ in one bit, at the price of one.
template <unsigned char One, unsigned char Other>
struct twins {
  static constexpr unsigned char bit = One ^ Other;
  static_assert(bit != 0 && (bit & (bit - 1)) == 0, "they differ in one bit");

  static constexpr bool contains(unsigned char byte) noexcept {
    return byte == One || byte == Other;
  }

  template <class Block>
  static Block flag(Block block) noexcept {
    return (block | Block::filled_with(static_cast<char>(bit)))
        .equals(Block::filled_with(static_cast<char>(One | Other)));
  }
};

/// The bytes that are not ASCII.
struct not_ascii {
  static constexpr bool contains(unsigned char byte) noexcept { return byte >= 0x80; }

  template <class Block>
  static Block flag(Block block) noexcept {
    return block;  // their highest bits are flags as they are
  }
};

/// The bytes that are in any of the parts.
template <class... Parts>
struct any_of {
  static constexpr bool contains(unsigned char byte) noexcept {
    return (Parts::contains(byte) || ...);
  }

  template <class Block>
  static Block flag(Block block) noexcept {
    return (Parts::flag(block) | ...);
  }
};

/// The bytes of All that are not in Some.
template <class All, class Some>
struct all_but {
  static constexpr bool contains(unsigned char byte) noexcept {
    return All::contains(byte) && !Some::contains(byte);
  }

  template <class Block>
  static Block flag(Block block) noexcept {
    return All::flag(block).without(Some::flag(block));
  }
};

/// Without what DataProxy's decoder takes for something else, `%` `+` `&` `;` `#`, and what anything
/// in between might: `=`, controls and DEL.
using compact_set = all_but<any_of<range<' ', '~'>, not_ascii>,
                            any_of<only<'#'>, range<'%', '&'>, twins<'+', ';'>, only<'='>>>;

/// The unreserved characters of RFC 3986.
using strict_set = any_of<range<'0', '9'>, range<'A', 'Z'>, range<'a', 'z'>, range<'-', '.'>,
                          only<'_'>, only<'~'>>;

}  // namespace detail

INLONG_NAMESPACE_END

#endif
