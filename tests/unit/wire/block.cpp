// SPDX-License-Identifier: Apache-2.0
#include <inlong/wire/block.hpp>

#include "reference.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

using inlong::detail::block_size;

namespace {

using bytes = std::array<char, block_size>;

unsigned char at(const bytes& from, std::size_t index) {
  return static_cast<unsigned char>(from[index]);
}

/// All 256 values, each at each place: block i of them begins with i.
bytes counting_from(unsigned first) {
  bytes made{};
  for (std::size_t i = 0; i < block_size; ++i) made[i] = static_cast<char>((first + i) & 0xff);
  return made;
}

template <class Predicate>
unsigned mask_of(const bytes& from, Predicate holds) {
  unsigned mask = 0;
  for (std::size_t i = 0; i < block_size; ++i) {
    if (holds(at(from, i))) mask |= 1u << i;
  }
  return mask;
}

template <class Block, unsigned char First, unsigned char Last>
void check_range() {
  for (unsigned first = 0; first < 256; ++first) {
    const bytes from = counting_from(first);
    const unsigned expected =
        mask_of(from, [](unsigned char byte) { return First <= byte && byte <= Last; });
    const Block block = Block::load(from.data());
    CHECK(block.template in_range<First, Last>().mask() == expected);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("a block is stored as it was loaded, wherever it stands", Block, EVERY_BLOCK) {
  std::array<char, 64 + block_size> from{};
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<char>(i * 7);
  for (std::size_t offset = 0; offset < 64; ++offset) {
    std::array<char, 64 + block_size> to{};
    Block::load(from.data() + offset).store(to.data() + offset);
    for (std::size_t i = 0; i < to.size(); ++i) {
      const bool inside = offset <= i && i < offset + block_size;
      CHECK(to[i] == (inside ? from[i] : 0));
    }
  }
}

TEST_CASE_TEMPLATE("equal bytes are flagged, whatever stands beside them", Block, EVERY_BLOCK) {
  for (unsigned first = 0; first < 256; ++first) {
    const bytes from = counting_from(first);
    for (unsigned value = 0; value < 256; ++value) {
      const Block wanted = Block::filled_with(static_cast<char>(value));
      const unsigned expected =
          mask_of(from, [value](unsigned char byte) { return byte == value; });
      const unsigned found = Block::load(from.data()).equals(wanted).mask();
      if (found != expected) FAIL_CHECK(first, " ", value, " ", found);
    }
  }
}

TEST_CASE_TEMPLATE("bytes in a range are flagged, at its ends and where the sign changes", Block,
                   EVERY_BLOCK) {
  check_range<Block, 0x00, 0x00>();
  check_range<Block, 0x00, 0x1f>();
  check_range<Block, 0x00, 0x7f>();
  check_range<Block, 0x00, 0x80>();
  check_range<Block, 0x00, 0xfe>();
  check_range<Block, 0x01, 0xff>();
  check_range<Block, 0x01, 0x80>();
  check_range<Block, 0x01, 0x81>();
  check_range<Block, 0x25, 0x26>();
  check_range<Block, 0x30, 0x39>();
  check_range<Block, 0x7e, 0x81>();
  check_range<Block, 0x7f, 0x7f>();
  check_range<Block, 0x7f, 0x80>();
  check_range<Block, 0x80, 0x80>();
  check_range<Block, 0x7f, 0xff>();
  check_range<Block, 0x80, 0xff>();
  check_range<Block, 0xc2, 0xf4>();
  check_range<Block, 0xff, 0xff>();
}

TEST_CASE_TEMPLATE("a mask has one bit for each flag, and only a highest bit is a flag", Block,
                   EVERY_BLOCK) {
  for (unsigned mask = 0; mask < 0x10000; ++mask) {
    bytes plain{};
    bytes noisy{};
    for (std::size_t i = 0; i < block_size; ++i) {
      const unsigned flag = (mask >> i & 1) << 7;
      plain[i] = static_cast<char>(flag);
      noisy[i] = static_cast<char>(flag | ((mask + i * 37) & 0x7f));
    }
    const unsigned found = Block::load(plain.data()).mask();
    const unsigned found_in_noise = Block::load(noisy.data()).mask();
    if (found != mask || found_in_noise != mask) FAIL_CHECK(mask, found, found_in_noise);
  }
}

TEST_CASE_TEMPLATE("flags of one block are taken from those of another", Block, EVERY_BLOCK) {
  for (unsigned first = 0; first < 256; ++first) {
    const bytes from = counting_from(first);
    const Block block = Block::load(from.data());
    const Block left =
        block.template in_range<'0', '9'>().without(block.equals(Block::filled_with('5')));
    const unsigned expected = mask_of(
        from, [](unsigned char byte) { return '0' <= byte && byte <= '9' && byte != '5'; });
    CHECK(left.mask() == expected);
  }
}

TEST_CASE_TEMPLATE("flags of two blocks are joined", Block, EVERY_BLOCK) {
  for (unsigned first = 0; first < 256; ++first) {
    const bytes from = counting_from(first);
    const Block block = Block::load(from.data());
    const Block joined =
        block.template in_range<'0', '9'>() | block.equals(Block::filled_with('+'));
    const unsigned expected = mask_of(
        from, [](unsigned char byte) { return ('0' <= byte && byte <= '9') || byte == '+'; });
    CHECK(joined.mask() == expected);
  }
}

TEST_CASE("the lowest bit of a mask is found") {
  for (unsigned place = 0; place <= block_size; ++place) {
    CHECK(inlong::detail::lowest_bit(1u << place) == place);
    CHECK(inlong::detail::lowest_bit(0x1ffffu << place & 0x1ffffu) == place);
  }
}
