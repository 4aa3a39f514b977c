// SPDX-License-Identifier: Apache-2.0
// Points in time to wait for, which stay in reach however long the wait.
#ifndef INLONG_TESTING_DETAIL_DEADLINE_HPP
#define INLONG_TESTING_DETAIL_DEADLINE_HPP

#include <inlong/config.hpp>

#include <algorithm>
#include <chrono>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

using steady_time = std::chrono::steady_clock::time_point;

/// So much later than `start`, but at most a year.
inline steady_time after(steady_time start, std::chrono::milliseconds wait) noexcept {
  constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
  return start + (std::min)(wait, longest);
}

inline steady_time from_now(std::chrono::milliseconds wait) noexcept {
  return after(std::chrono::steady_clock::now(), wait);
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
