// SPDX-License-Identifier: Apache-2.0
// A record, where it goes, the time that it is of, and what a queue says of it.
#ifndef INLONG_RECORD_HPP
#define INLONG_RECORD_HPP

#include <inlong/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
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

/// A record for the queue. The body is copied by the call that it is passed to.
struct record {
  std::string_view body;
  /// The time that it is of; unset: now.
  std::optional<time_point> time{};
  /// The application's own mark, which comes back in the record's delivery.
  std::uint64_t token = 0;
};

/// What `submit` did with a record. Unless it is `accepted`, there will be no delivery of it.
enum class submit_status {
  /// There will be exactly one delivery, whatever happens.
  accepted,
  /// `max_memory` is in use. Some of it comes back with every delivery.
  full,
  /// Encoded, it is larger than `max_request_bytes`.
  too_large,
  /// `check` says what is wrong with it.
  invalid,
  /// The reporter has been closed, or could not be made.
  closed,
  /// The reporter belongs to the parent process.
  forked,
  /// The system has no memory left.
  out_of_memory,
};

INLONG_NAMESPACE_END

#endif
