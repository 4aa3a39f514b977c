// SPDX-License-Identifier: Apache-2.0
// Which bytes of a text are escaped: the one place in which such a set of bytes is defined.
#ifndef INLONG_WIRE_ESCAPE_SET_HPP
#define INLONG_WIRE_ESCAPE_SET_HPP

#include <inlong/config.hpp>

INLONG_NAMESPACE_BEGIN

namespace detail {

// A set is a list of parts, and may itself be part of another. Two questions are answered from that
// one list: `contains` for a byte, and `flag` for a block (block.hpp says what a flag is).

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

/// The bytes that are in any of the parts.
template <class... Parts>
struct escape_set {
  static constexpr bool contains(unsigned char byte) noexcept {
    return (Parts::contains(byte) || ...);
  }

  template <class Block>
  static Block flag(Block block) noexcept {
    return (Parts::flag(block) | ...);
  }
};

/// The bytes that are in none of the parts.
template <class... Parts>
struct escape_all_but {
  static constexpr bool contains(unsigned char byte) noexcept {
    return !escape_set<Parts...>::contains(byte);
  }

  template <class Block>
  static Block flag(Block block) noexcept {
    return ~escape_set<Parts...>::flag(block);
  }
};

/// What DataProxy's decoder takes for something else, `%` `+` `&` `;` `#`, and what anything in
/// between might: `=`, controls and DEL.
using compact_set = escape_set<range<0x00, 0x1f>, only<'#'>, range<'%', '&'>, only<'+'>, only<';'>,
                               only<'='>, only<0x7f>>;

/// All but the unreserved characters of RFC 3986.
using strict_set = escape_all_but<range<'0', '9'>, range<'A', 'Z'>, range<'a', 'z'>,
                                  range<'-', '.'>, only<'_'>, only<'~'>>;

}  // namespace detail

INLONG_NAMESPACE_END

#endif
