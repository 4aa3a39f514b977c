// SPDX-License-Identifier: Apache-2.0
// Where the first of a sequence of random numbers comes from.
#ifndef INLONG_DETAIL_SEED_HPP
#define INLONG_DETAIL_SEED_HPP

#include <inlong/config.hpp>

#include <chrono>
#include <cstdint>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Differs from one object to another, and from one process and moment to another.
inline std::uint64_t seed_for(const void* object) noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count() ^
                   std::chrono::steady_clock::now().time_since_epoch().count();
  return static_cast<std::uint64_t>(now) ^ (reinterpret_cast<std::uintptr_t>(object) << 16);
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
