// SPDX-License-Identifier: Apache-2.0
// What a reporter has done so far, as one consistent snapshot.
#ifndef INLONG_COUNTERS_HPP
#define INLONG_COUNTERS_HPP

#include <inlong/config.hpp>
#include <inlong/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

INLONG_NAMESPACE_BEGIN

/// Whether an endpoint is used.
enum class endpoint_state {
  /// Nothing has been sent to it yet.
  untried,
  /// It takes requests.
  open,
  /// It has failed, and rests before it is tried again.
  closed,
};

/// One endpoint, as a reporter sees it.
struct endpoint_statistics {
  std::string address;
  endpoint_state state = endpoint_state::untried;
  /// How long it has been so.
  std::chrono::milliseconds for_how_long{0};
  /// Why it was closed last; `errc::ok` if it never was.
  errc last_error = errc::ok;
  /// The same in words.
  std::string last_error_text;
  /// A moving average of how long its successful requests take; 0 before the first.
  std::chrono::microseconds latency{0};
  /// Requests that it has not answered yet.
  std::size_t in_flight = 0;
  /// Requests that it was sent, heartbeats not counted.
  std::uint64_t requests = 0;
  /// Records that it took.
  std::uint64_t delivered = 0;
  /// Requests that failed there, or that it refused.
  std::uint64_t failures = 0;
};

/// A snapshot: `offered = refused + delivered + failed + pending`, always. What counts records,
/// requests and exceptions never goes down, but for `pending`.
struct statistics {
  /// Records that were passed to the reporter.
  std::uint64_t offered = 0;
  /// Of these, those that it did not accept.
  std::uint64_t refused = 0;
  /// Of the refused, those of a queue without room, and those without memory.
  std::uint64_t refused_full = 0;
  std::uint64_t refused_out_of_memory = 0;
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;
  /// Accepted, and neither delivered nor failed yet.
  std::uint64_t pending = 0;
  /// Requests that were sent again, whatever for; the parts of a divided batch are not, nor what a
  /// kept connection had no use for as it had ended.
  std::uint64_t retries = 0;
  /// Exceptions that came out of `on_delivery`, and went no further.
  std::uint64_t callback_exceptions = 0;
  /// Bytes that count for `max_memory`.
  std::size_t memory = 0;
  /// Lanes: one for each destination and minute that has records, had some a moment ago, or has a
  /// `stream_handle`.
  std::size_t lanes = 0;
  /// Threads that send; fewer than were asked for if the system gave no more.
  std::size_t workers = 0;
  /// In the order in which they were passed.
  std::vector<endpoint_statistics> endpoints;
};

INLONG_NAMESPACE_END

#endif
