// SPDX-License-Identifier: Apache-2.0
// Whether bytes are UTF-8: nothing overlong, no surrogate, nothing over U+10FFFF or cut short.
#ifndef INLONG_WIRE_UTF8_HPP
#define INLONG_WIRE_UTF8_HPP

#include <inlong/config.hpp>
#include <inlong/wire/block.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Reads a text in as many pieces as it comes in. A state is the place of six bits in a word, and a
/// byte's row is a word that holds, at each state's place, the state that follows: so a byte costs
/// one shift and no branch.
class utf8_automaton {
 public:
  template <class Block = native_block>
  void read(std::string_view piece) noexcept {
    std::uint64_t state = state_;
    const char* from = piece.data();
    const char* const end = from + piece.size();
    for (const char* const odd = from + piece.size() % block_size; from != odd; ++from) {
      state = next(state, *from);
    }
    for (; from != end; from += block_size) {
      if (Block::load(from).mask() == 0 && at(state, between)) {
        continue;
      }
      for (std::size_t i = 0; i < block_size; ++i) {
        state = next(state, from[i]);
      }
    }
    state_ = state;
  }

  /// What was read so far is whole characters.
  bool complete() const noexcept { return at(state_, between); }

  /// Nothing that may follow makes UTF-8 of what was read.
  bool failed() const noexcept { return at(state_, broken); }

 private:
  // No row has a bit at `broken`, so that nothing leads out of it.
  enum place : unsigned {
    broken = 0,
    between = 6,
    one_missing = 12,
    two_missing = 18,
    three_missing = 24,
    after_e0 = 30,
    after_ed = 36,
    after_f0 = 42,
    after_f4 = 48,
  };

  // The bits above a state's six are those of other states, and never cleared.
  static constexpr unsigned place_bits = 63;

  static std::uint64_t next(std::uint64_t state, char byte) noexcept {
    return rows[static_cast<unsigned char>(byte)] >> (state & place_bits);
  }

  static bool at(std::uint64_t state, place which) noexcept {
    return (state & place_bits) == which;
  }

  static constexpr std::uint64_t row_of(unsigned byte) noexcept {
    std::uint64_t row = 0;
    const auto lead = [&row, byte](unsigned first, unsigned last, place from, place to) {
      if (first <= byte && byte <= last) {
        row |= std::uint64_t{to} << from;
      }
    };
    lead(0x00, 0x7f, between, between);
    lead(0xc2, 0xdf, between, one_missing);
    lead(0xe0, 0xe0, between, after_e0);
    lead(0xe1, 0xec, between, two_missing);
    lead(0xed, 0xed, between, after_ed);
    lead(0xee, 0xef, between, two_missing);
    lead(0xf0, 0xf0, between, after_f0);
    lead(0xf1, 0xf3, between, three_missing);
    lead(0xf4, 0xf4, between, after_f4);
    lead(0x80, 0xbf, one_missing, between);
    lead(0x80, 0xbf, two_missing, one_missing);
    lead(0x80, 0xbf, three_missing, two_missing);
    lead(0xa0, 0xbf, after_e0, one_missing);
    lead(0x80, 0x9f, after_ed, one_missing);
    lead(0x90, 0xbf, after_f0, two_missing);
    lead(0x80, 0x8f, after_f4, two_missing);
    return row;
  }

  static constexpr std::array<std::uint64_t, 256> make_rows() noexcept {
    std::array<std::uint64_t, 256> made{};
    for (unsigned byte = 0; byte < made.size(); ++byte) {
      made[byte] = row_of(byte);
    }
    return made;
  }

  static const std::array<std::uint64_t, 256> rows;

  std::uint64_t state_ = between;
};

inline constexpr std::array<std::uint64_t, 256> utf8_automaton::rows = utf8_automaton::make_rows();

inline bool is_utf8(std::string_view text) noexcept {
  utf8_automaton automaton;
  automaton.read(text);
  return automaton.complete();
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
