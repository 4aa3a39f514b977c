// SPDX-License-Identifier: Apache-2.0
// Where a record goes, and the time that it is of.
#ifndef INLONG_RECORD_HPP
#define INLONG_RECORD_HPP

#include <inlong/config.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

INLONG_NAMESPACE_BEGIN

/// The stream that records go to. Owns nothing: the ids must live as long as the call that is given
/// them.
struct destination {
  std::string_view group_id;
  std::string_view stream_id;
};

/// A data time (dt): a time of the system's clock, in whole milliseconds, which is what DataProxy
/// takes. Made from a time of any resolution, such as `std::chrono::system_clock::now()`, and
/// rounded down.
class time_point
    : public std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds> {
  using base = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

 public:
  constexpr time_point() = default;
  constexpr explicit time_point(std::chrono::milliseconds since_epoch) : base(since_epoch) {}
  template <class Duration>
  constexpr time_point(const std::chrono::time_point<std::chrono::system_clock, Duration>& other)
      : base(std::chrono::floor<std::chrono::milliseconds>(other)) {}

  /// Milliseconds since 1970-01-01 00:00 UTC; negative before.
  constexpr std::int64_t milliseconds() const { return time_since_epoch().count(); }
};

INLONG_NAMESPACE_END

#endif
