// SPDX-License-Identifier: Apache-2.0
// The options of an asynchronous reporter: those of a blocking one, and those of its queue.
#ifndef INLONG_ASYNC_OPTIONS_HPP
#define INLONG_ASYNC_OPTIONS_HPP

#include <inlong/config.hpp>
#include <inlong/options.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

INLONG_NAMESPACE_BEGIN

/// How an asynchronous reporter reports. Every field has a default; in C++20 write
/// `{.linger = 5ms}`. The first fields are those of `options`, two of them with other defaults.
struct async_options {
  /// See `options`, as for all that has no comment here.
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds request_timeout{10'000};
  /// How long a batch may take, from its sealing to the last word. `milliseconds::max()`: no limit.
  std::chrono::milliseconds delivery_timeout{120'000};
  std::size_t max_request_bytes = 60 * 1024;
  char record_separator = '\n';
  bool keep_alive = true;
  inlong::form form = inlong::form::compact;
  bool resend_unknown = true;
  std::chrono::milliseconds unknown_stream_wait{60'000};
  std::vector<header> headers{};
  classifier classify{};

  /// The longest that a record waits for company, counted from the first of its batch. Zero: each
  /// batch is sent as soon as a worker is free.
  std::chrono::milliseconds linger{20};
  /// A batch with so many records is sealed.
  std::size_t max_batch_records = 10'000;
  /// Bytes that all records, whatever state they are in, and their lanes may occupy. What would
  /// pass this is refused as `full`.
  std::size_t max_memory = 64 * 1024 * 1024;
  /// Threads, each of which has one request in flight at most. 0: none; the application calls
  /// `poll`.
  std::size_t workers = 4;
  /// How long the destructor waits for what is pending.
  std::chrono::milliseconds close_wait{0};

  /// Names the first field that makes no sense and says why; empty if all do.
  std::string validate() const;
};

namespace detail {

/// The options that both kinds of reporter have.
inline options shared_options(const async_options& all) {
  options shared;
  const auto copy = [](auto& to, const auto& from) {
    static_assert(std::is_same_v<decltype(to), std::remove_const_t<std::remove_reference_t<
                                                   decltype(from)>>&>,
                  "the shared fields of options and async_options are alike");
    to = from;
  };
  copy(shared.connect_timeout, all.connect_timeout);
  copy(shared.request_timeout, all.request_timeout);
  copy(shared.delivery_timeout, all.delivery_timeout);
  copy(shared.max_request_bytes, all.max_request_bytes);
  copy(shared.record_separator, all.record_separator);
  copy(shared.keep_alive, all.keep_alive);
  copy(shared.form, all.form);
  copy(shared.resend_unknown, all.resend_unknown);
  copy(shared.unknown_stream_wait, all.unknown_stream_wait);
  copy(shared.headers, all.headers);
  copy(shared.classify, all.classify);
  return shared;
}

}  // namespace detail

inline std::string async_options::validate() const {
  if (std::string why = detail::shared_options(*this).validate(); !why.empty()) return why;
  const auto negative = [](std::string_view name, std::chrono::milliseconds value) {
    return value.count() >= 0 ? std::string()
                              : std::string(name) + " is " + std::to_string(value.count()) +
                                    " ms: use zero or more";
  };
  if (std::string why = negative("linger", linger); !why.empty()) return why;
  if (std::string why = negative("close_wait", close_wait); !why.empty()) return why;
  if (max_batch_records == 0) return "max_batch_records is 0: use one or more";
  // A buffer of full size, the one that it grew from, and another lane's.
  if (max_memory / 4 < max_request_bytes) {
    return "max_memory is " + std::to_string(max_memory) +
           ", less than four requests of max_request_bytes: raise it, or lower that";
  }
  if (workers > 1024) return "workers is " + std::to_string(workers) + ": use 1024 or fewer";
  return {};
}

INLONG_NAMESPACE_END

#endif
