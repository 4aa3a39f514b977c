// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/plain_set.hpp>

#include "reference.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using inlong::detail::all_but;
using inlong::detail::any_of;
using inlong::detail::block_size;
using inlong::detail::compact_set;
using inlong::detail::not_ascii;
using inlong::detail::only;
using inlong::detail::range;
using inlong::detail::strict_set;
using inlong::detail::twins;

namespace {

using vowels = any_of<only<'a'>, only<'e'>, only<'i'>, only<'o'>, only<'u'>>;
using consonants = all_but<range<'a', 'z'>, vowels>;
using a_or_not_ascii = any_of<twins<'A', 'a'>, not_ascii>;

static_assert(vowels::contains('e') && !vowels::contains('f') && !vowels::contains(0xff));
static_assert(consonants::contains('f') && !consonants::contains('e') && !consonants::contains('A'));
static_assert(a_or_not_ascii::contains('A') && a_or_not_ascii::contains('a'));
static_assert(a_or_not_ascii::contains(0x80) && !a_or_not_ascii::contains('b'));

template <class Set, class Block>
void check_flags() {
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<unsigned char>(value);
    for (std::size_t place = 0; place < block_size; ++place) {
      char bytes[block_size];
      for (char& other : bytes) other = static_cast<char>(~value);
      bytes[place] = static_cast<char>(byte);
      const unsigned others = Set::contains(static_cast<unsigned char>(~value)) ? 0xffffu : 0u;
      const unsigned own = 1u << place;
      const unsigned expected = Set::contains(byte) ? others | own : others & ~own;
      const unsigned found = Set::flag(Block::load(bytes)).mask();
      if (found != expected) FAIL_CHECK(value, " at ", place, ": ", found);
    }
  }
}

}  // namespace

TEST_CASE("the compact set is all but what the server misreads, `=`, controls and DEL") {
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<unsigned char>(value);
    CHECK(compact_set::contains(byte) != reference::compact::escapes(byte));
  }
}

TEST_CASE("the strict set is what RFC 3986 leaves unreserved") {
  for (unsigned value = 0; value < 256; ++value) {
    const auto byte = static_cast<unsigned char>(value);
    CHECK(strict_set::contains(byte) != reference::strict::escapes(byte));
  }
}

TEST_CASE_TEMPLATE("a set says the same of a byte and of a block", Block, EVERY_BLOCK) {
  check_flags<compact_set, Block>();
  check_flags<strict_set, Block>();
  check_flags<vowels, Block>();
  check_flags<consonants, Block>();
  check_flags<a_or_not_ascii, Block>();
}
