// SPDX-License-Identifier: Apache-2.0
// Random numbers for spreading load: small, quick, and not for secrets.
#ifndef INLONG_DETAIL_RANDOM_HPP
#define INLONG_DETAIL_RANDOM_HPP

#include <inlong/config.hpp>

#include <cstdint>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Sebastiano Vigna's splitmix64: every seed gives a good sequence.
class random_sequence {
 public:
  explicit constexpr random_sequence(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t operator()() noexcept {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }

  /// A number from 0 to `bound` - 1, for a `bound` far below 2^64.
  template <class Bound>
  constexpr Bound below(Bound bound) noexcept {
    return static_cast<Bound>((*this)() % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
