// SPDX-License-Identifier: Apache-2.0
// Points in time that don't overflow, however long the timeout behind them.
#ifndef INLONG_DETAIL_DEADLINE_HPP
#define INLONG_DETAIL_DEADLINE_HPP

#include <inlong/config.hpp>

#include <chrono>

INLONG_NAMESPACE_BEGIN

namespace detail {

using steady_time = std::chrono::steady_clock::time_point;

/// `wait` after `start`; never, `steady_time::max()`, where that is out of reach.
constexpr steady_time later(steady_time start, std::chrono::milliseconds wait) noexcept {
  const auto room =
      std::chrono::duration_cast<std::chrono::milliseconds>((steady_time::max)() - start);
  return wait < room ? start + wait : (steady_time::max)();
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
