// SPDX-License-Identifier: Apache-2.0
// How much time is enough for a request.
#ifndef INLONG_DELIVERY_TIME_NEEDED_HPP
#define INLONG_DELIVERY_TIME_NEEDED_HPP

#include <inlong/config.hpp>

#include <algorithm>
#include <chrono>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// With less time than this a request would probably be in vain: several times what the last ones
/// took, or what was too little for one. Without it, where more is submitted than the servers can
/// take, each record would be sent just before its time is over, and none would arrive in time.
class time_needed {
 public:
  std::chrono::milliseconds get() const noexcept {
    return std::chrono::ceil<std::chrono::milliseconds>(enough_);
  }
  /// One was answered after so long.
  void succeed(std::chrono::nanoseconds took) noexcept {
    const std::chrono::nanoseconds ample = 4 * took;
    enough_ = ample > enough_ ? ample : enough_ - (enough_ - ample) / 8;
  }
  /// So much was not enough.
  void run_out(std::chrono::nanoseconds had) noexcept { enough_ = (std::max)(enough_, 2 * had); }

 private:
  std::chrono::nanoseconds enough_{0};
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
