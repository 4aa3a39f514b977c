// SPDX-License-Identifier: Apache-2.0
// How long to wait before a request is tried again.
#ifndef INLONG_DELIVERY_BACKOFF_HPP
#define INLONG_DELIVERY_BACKOFF_HPP

#include <inlong/config.hpp>
#include <inlong/detail/random.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Exponential, and random over its whole range ("full jitter"), so that those who failed together
/// don't come back together: between 1 ms and `base` * 2^`retries`, but never over `cap`.
inline std::chrono::milliseconds backoff(random_sequence& random, std::chrono::milliseconds base,
                                         std::chrono::milliseconds cap,
                                         std::uint64_t retries) noexcept {
  const std::int64_t highest = (std::max<std::int64_t>)(1, cap.count());
  const std::int64_t first = (std::max<std::int64_t>)(1, base.count());
  const bool saturated = retries >= 63 || first > (highest >> retries);
  const std::int64_t ceiling = saturated ? highest : first << retries;
  return std::chrono::milliseconds(1 + random.below(static_cast<std::uint64_t>(ceiling)));
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
