// SPDX-License-Identifier: Apache-2.0
// Sixteen bytes at a time: one small vector type per instruction set, chosen at compile time.
#ifndef INLONG_WIRE_BLOCK_HPP
#define INLONG_WIRE_BLOCK_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#if INLONG_SIMD && (defined(__SSE2__) || defined(_M_X64))
#define INLONG_HAS_SSE2 1
#include <emmintrin.h>
#else
#define INLONG_HAS_SSE2 0
#endif

#if INLONG_SIMD && defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#define INLONG_HAS_NEON 1
#include <arm_neon.h>
#else
#define INLONG_HAS_NEON 0
#endif

INLONG_NAMESPACE_BEGIN

namespace detail {

inline constexpr std::size_t block_size = 16;

/// The place of the lowest bit that is set in a mask; one is.
inline unsigned lowest_bit(unsigned mask) noexcept {
#if defined(__GNUC__)
  return static_cast<unsigned>(__builtin_ctz(mask));
#else
  unsigned place = 0;
  for (; (mask & 1) == 0; mask >>= 1) {
    ++place;
  }
  return place;
#endif
}

// Every block type has the public members of portable_block. A comparison answers with flags: a
// byte's flag is its highest bit, and its other bits mean nothing. So a block that was just loaded
// flags the bytes that are not ASCII.

/// A block in plain C++: two words of eight bytes. No sum ever carries from one byte into the next.
class portable_block {
 public:
  static portable_block load(const char* from) noexcept {
    portable_block loaded(0, 0);
    std::memcpy(loaded.words_, from, block_size);
    return loaded;
  }

  static portable_block filled_with(char byte) noexcept {
    const std::uint64_t word = every_byte * static_cast<unsigned char>(byte);
    return {word, word};
  }

  void store(char* to) const noexcept { std::memcpy(to, words_, block_size); }

  /// Flags the bytes that are the same in both.
  portable_block equals(portable_block other) const noexcept {
    return {zeros(words_[0] ^ other.words_[0]), zeros(words_[1] ^ other.words_[1])};
  }

  /// Flags the bytes from First to Last, both included.
  template <unsigned char First, unsigned char Last>
  portable_block in_range() const noexcept {
    return {at_least<First>(words_[0]) & ~at_least<Last + 1>(words_[0]),
            at_least<First>(words_[1]) & ~at_least<Last + 1>(words_[1])};
  }

  portable_block operator|(portable_block other) const noexcept {
    return {words_[0] | other.words_[0], words_[1] | other.words_[1]};
  }

  /// The flags that the other one does not have.
  portable_block without(portable_block other) const noexcept {
    return {words_[0] & ~other.words_[0], words_[1] & ~other.words_[1]};
  }

  /// The flags as bits: bit i is the flag of byte i.
  unsigned mask() const noexcept { return gathered(words_[0]) | gathered(words_[1]) << 8; }

 private:
  portable_block(std::uint64_t first, std::uint64_t second) noexcept : words_{first, second} {}

  static std::uint64_t zeros(std::uint64_t word) noexcept {
    return ~(((word & ~flags) + ~flags) | word);
  }

  template <unsigned Bound>
  static std::uint64_t at_least(std::uint64_t word) noexcept {
    if constexpr (Bound <= 0x80) {
      return ((word & ~flags) + every_byte * (0x80 - Bound)) | word;
    } else if constexpr (Bound <= 0xff) {
      return ((word & ~flags) + every_byte * (0x100 - Bound)) & word;
    } else {
      return 0;
    }
  }

  // In the product, the flag of byte i stands at bit 56 + i.
  static unsigned gathered(std::uint64_t word) noexcept {
    return static_cast<unsigned>((((word & flags) >> 7) * gather) >> 56);
  }

  static constexpr std::uint64_t every_byte = 0x0101010101010101;
  static constexpr std::uint64_t flags = every_byte * 0x80;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  static constexpr std::uint64_t gather = 0x8040201008040201;
#else
  static constexpr std::uint64_t gather = 0x0102040810204080;
#endif

  std::uint64_t words_[2];
};

#if INLONG_HAS_SSE2

class sse2_block {
 public:
  static sse2_block load(const char* from) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  }

  static sse2_block filled_with(char byte) noexcept { return _mm_set1_epi8(byte); }

  void store(char* to) const noexcept {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes_);
  }

  sse2_block equals(sse2_block other) const noexcept {
    return _mm_cmpeq_epi8(bytes_, other.bytes_);
  }

  // All comparisons are signed. So the range is moved until it ends where the positive numbers do,
  // or, if there are not so many of those, what is not in it.
  template <unsigned char First, unsigned char Last>
  sse2_block in_range() const noexcept {
    constexpr int count = Last - First + 1;
    static_assert(0 < count && count < 256, "some bytes, and not all of them");
    if constexpr (count == 1) {
      return equals(filled_with(static_cast<char>(First)));
    } else if constexpr (count <= 128) {
      const __m128i moved = _mm_add_epi8(bytes_, _mm_set1_epi8(static_cast<char>(127 - Last)));
      return _mm_cmpgt_epi8(moved, _mm_set1_epi8(static_cast<char>(127 - count)));
    } else {
      const __m128i moved = _mm_add_epi8(bytes_, _mm_set1_epi8(static_cast<char>(128 - First)));
      return _mm_cmplt_epi8(moved, _mm_set1_epi8(static_cast<char>(count - 128)));
    }
  }

  sse2_block operator|(sse2_block other) const noexcept {
    return _mm_or_si128(bytes_, other.bytes_);
  }

  sse2_block without(sse2_block other) const noexcept {
    return _mm_andnot_si128(other.bytes_, bytes_);
  }

  unsigned mask() const noexcept { return static_cast<unsigned>(_mm_movemask_epi8(bytes_)); }

 private:
  sse2_block(__m128i bytes) noexcept : bytes_(bytes) {}

  __m128i bytes_;
};

#endif

#if INLONG_HAS_NEON

class neon_block {
 public:
  static neon_block load(const char* from) noexcept {
    return vld1q_u8(reinterpret_cast<const std::uint8_t*>(from));
  }

  static neon_block filled_with(char byte) noexcept {
    return vdupq_n_u8(static_cast<std::uint8_t>(byte));
  }

  void store(char* to) const noexcept { vst1q_u8(reinterpret_cast<std::uint8_t*>(to), bytes_); }

  neon_block equals(neon_block other) const noexcept { return vceqq_u8(bytes_, other.bytes_); }

  template <unsigned char First, unsigned char Last>
  neon_block in_range() const noexcept {
    const uint8x16_t distance = vsubq_u8(bytes_, vdupq_n_u8(First));
    return vcleq_u8(distance, vdupq_n_u8(static_cast<std::uint8_t>(Last - First)));
  }

  neon_block operator|(neon_block other) const noexcept { return vorrq_u8(bytes_, other.bytes_); }

  neon_block without(neon_block other) const noexcept { return vbicq_u8(bytes_, other.bytes_); }

  // Each flag becomes the bit of its place in its half; adding neighbours three times gathers them.
  unsigned mask() const noexcept {
    const uint8x8_t places = vcreate_u8(0x8040201008040201);
    const uint8x16_t flagged = vcgeq_u8(bytes_, vdupq_n_u8(0x80));
    const uint8x16_t bits = vandq_u8(flagged, vcombine_u8(places, places));
    uint8x8_t sums = vpadd_u8(vget_low_u8(bits), vget_high_u8(bits));
    sums = vpadd_u8(sums, sums);
    sums = vpadd_u8(sums, sums);
    return vget_lane_u16(vreinterpret_u16_u8(sums), 0);
  }

 private:
  neon_block(uint8x16_t bytes) noexcept : bytes_(bytes) {}

  uint8x16_t bytes_;
};

#endif

#if INLONG_HAS_SSE2
using native_block = sse2_block;
#elif INLONG_HAS_NEON
using native_block = neon_block;
#else
using native_block = portable_block;
#endif

}  // namespace detail

INLONG_NAMESPACE_END

#endif
