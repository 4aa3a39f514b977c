// SPDX-License-Identifier: Apache-2.0
// What a server's Retry-After asks for, as far as it is granted.
#ifndef INLONG_DELIVERY_RETRY_AFTER_HPP
#define INLONG_DELIVERY_RETRY_AFTER_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <system_error>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// How long to leave an endpoint alone that answered with this header. At most half of the time that
/// is left, so that there is a last try, and five minutes; zero for what is no number of seconds: a
/// date would need a clock that agrees with the server's.
inline std::chrono::milliseconds retry_after(std::string_view header, steady_time deadline,
                                             steady_time now) noexcept {
  constexpr std::chrono::milliseconds most = std::chrono::minutes(5);
  std::int64_t seconds = 0;
  const char* const end = header.data() + header.size();
  const auto [stopped, error] = std::from_chars(header.data(), end, seconds);
  if (header.empty() || header[0] == '-' || stopped != end) return {};
  std::chrono::milliseconds asked = most;
  if (error != std::errc::result_out_of_range && seconds < most.count() / 1000) {
    asked = std::chrono::seconds(seconds);
  }
  if (deadline <= now) return {};
  return (std::min)(asked,
                    std::chrono::duration_cast<std::chrono::milliseconds>((deadline - now) / 2));
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
