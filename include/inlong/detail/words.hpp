// SPDX-License-Identifier: Apache-2.0
// Short texts, hashed and compared eight bytes at a time.
#ifndef INLONG_DETAIL_WORDS_HPP
#define INLONG_DETAIL_WORDS_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// A text as words of eight bytes. Where its size is no multiple of eight, the last word is made of
/// its last bytes, some of which are in the word before as well. So two texts of one size are the
/// same if their words are. For names of a few bytes this is several times as quick as std::hash and
/// memcmp.
class words {
 public:
  explicit words(std::string_view text) noexcept : text_(text) {}

  std::size_t whole() const noexcept { return text_.size() / 8; }
  std::uint64_t operator[](std::size_t which) const noexcept {
    return load<std::uint64_t>(8 * which);
  }

  bool has_rest() const noexcept { return text_.size() % 8 != 0; }
  std::uint64_t rest() const noexcept {
    const std::size_t size = text_.size();
    if (size > 8) return load<std::uint64_t>(size - 8);
    if (size >= 4) {
      const std::uint64_t first = load<std::uint32_t>(0);
      return first << 32 | load<std::uint32_t>(size - 4);
    }
    const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(text_[i]); };
    return std::uint64_t{byte(0)} << 16 | std::uint64_t{byte(size / 2)} << 8 | byte(size - 1);
  }

 private:
  template <class Word>
  Word load(std::size_t from) const noexcept {
    Word word;
    std::memcpy(&word, text_.data() + from, sizeof word);
    return word;
  }

  std::string_view text_;
};

/// Spreads a word over all bits.
inline std::uint64_t mix(std::uint64_t word) noexcept {
  word *= 0x9e3779b97f4a7c15;  // odd, and without a pattern: the golden ratio's digits
  return word ^ word >> 29;
}

/// Spreads a text, and what was spread before it, over all bits.
inline std::uint64_t mix(std::uint64_t state, std::string_view text) noexcept {
  const words all(text);
  // Or text that ends in zeros would be like shorter text.
  state += std::uint64_t{0x3c6ef372fe94f82b} * text.size();
  for (std::size_t i = 0; i < all.whole(); ++i) state = mix(state ^ all[i]);
  return all.has_rest() ? mix(state ^ all.rest()) : state;
}

inline bool equal(std::string_view one, std::string_view other) noexcept {
  if (one.size() != other.size()) return false;
  const words of_one(one);
  const words of_other(other);
  for (std::size_t i = 0; i < of_one.whole(); ++i) {
    if (of_one[i] != of_other[i]) return false;
  }
  return !of_one.has_rest() || of_one.rest() == of_other.rest();
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
