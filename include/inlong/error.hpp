// SPDX-License-Identifier: Apache-2.0
// The errors of the library: an enum, its texts, and the std::error_code that is made from it on
// demand.
#ifndef INLONG_ERROR_HPP
#define INLONG_ERROR_HPP

#include <inlong/config.hpp>

#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

INLONG_NAMESPACE_BEGIN

/// What went wrong. Zero is success; the values are stable.
enum class errc {
  ok = 0,

  // The reporter could not be made.
  no_endpoints = 1,
  bad_address = 2,
  unsupported_scheme = 3,
  bad_option = 4,
  no_thread = 5,

  // The reporter can't be used here.
  forked = 10,

  // The call was refused before anything was sent.
  no_records = 20,
  blank_group = 21,
  blank_stream = 22,
  invalid_group = 23,
  invalid_stream = 24,
  blank_body = 25,
  invalid_utf8 = 26,
  separator_in_body = 27,
  too_large = 28,
  out_of_memory = 29,

  // The network, or whoever answered, stood in the way.
  unreachable = 40,
  connection_lost = 41,
  timeout = 42,
  cancelled = 43,
  bad_reply = 44,

  // DataProxy answered, and did not take the records.
  unavailable = 60,
  unknown_stream = 61,
  rejected = 62,
};

/// The name of an error and what to do about it, one line of plain English; never empty.
constexpr std::string_view describe(errc error) noexcept {
  switch (error) {
    case errc::ok:
      return "no error";
    case errc::no_endpoints:
      return "no address given: pass at least one, such as \"10.0.0.1:46802\"";
    case errc::bad_address:
      return "bad address (wanted: host, host:port, [v6]:port or a URL)";
    case errc::unsupported_scheme:
      return "this transport can't do the address's scheme: use http://, or another transport";
    case errc::bad_option:
      return "bad option (see inlong::options)";
    case errc::no_thread:
      return "no worker thread could be started: see the system's limits, or set "
             "async_options.workers to 0 and call poll";
    case errc::forked:
      return "the reporter belongs to the parent process: make one in the child, after the fork";
    case errc::no_records:
      return "no records: pass at least one body";
    case errc::blank_group:
      return "the group id is blank: pass the group's id as InLong shows it";
    case errc::blank_stream:
      return "the stream id is blank: pass the stream's id as InLong shows it";
    case errc::invalid_group:
      return "the group id holds a control character or is not UTF-8: pass the id as InLong shows "
             "it";
    case errc::invalid_stream:
      return "the stream id holds a control character or is not UTF-8: pass the id as InLong shows "
             "it";
    case errc::blank_body:
      return "the body is blank, and DataProxy refuses blank bodies: leave it out";
    case errc::invalid_utf8:
      return "the body is not UTF-8, and DataProxy would spoil it silently: convert it, or encode "
             "binary data as text (base64)";
    case errc::separator_in_body:
      return "the body holds the record separator, so that it would be read as two records: split "
             "it, escape it, or set options.record_separator to a character that no body holds";
    case errc::too_large:
      return "the record is too large for one request: raise options.max_request_bytes, and the "
             "server's max-msg-length where that is smaller, or send smaller records";
    case errc::out_of_memory:
      return "out of memory: send fewer or smaller records at once";
    case errc::unreachable:
      return "no connection to any address: check the addresses, the port (46802 unless "
             "configured) and the network";
    case errc::connection_lost:
      return "the connection was lost before an answer came: see whether the server restarts, or "
             "something in between closes connections";
    case errc::timeout:
      return "not delivered within the time allowed: see what failed last, and raise the timeouts if "
             "the server is only slow";
    case errc::cancelled:
      return "cancelled: the call was ended before its answer came";
    case errc::bad_reply:
      return "the answer is not DataProxy's: check that the address is its HTTP port (46802 unless "
             "configured) and what stands in between";
    case errc::unavailable:
      return "the server can't take records now: try again later, or name more addresses";
    case errc::unknown_stream:
      return "the server does not know the group or stream: create both in InLong first, with auto "
             "push as the source";
    case errc::rejected:
      return "the server refused the request: see its code and what that says to do";
  }
  return "unknown error: the value is not one of inlong::errc";
}

/// The category of the library's error codes. Code loaded as a plugin has a copy of its own:
/// compare values, not addresses of categories.
inline const std::error_category& error_category() noexcept {
  class category final : public std::error_category {
   public:
    const char* name() const noexcept override { return "inlong"; }
    std::string message(int value) const override {
      return std::string(describe(static_cast<errc>(value)));
    }
  };
  static const category instance;
  return instance;
}

inline std::error_code make_error_code(errc error) noexcept {
  return {static_cast<int>(error), error_category()};
}

namespace detail {

/// An error and the text that says which value it is about. Used where a value is refused.
struct problem {
  errc error = errc::ok;
  std::string text;

  explicit operator bool() const noexcept { return error != errc::ok; }
};

/// Throws the problem as a std::system_error; with exceptions off the caller keeps it instead.
inline void raise([[maybe_unused]] const problem& what) {
#if INLONG_EXCEPTIONS
  throw std::system_error(make_error_code(what.error), what.text);
#endif
}

}  // namespace detail

INLONG_NAMESPACE_END

template <>
struct std::is_error_code_enum<inlong::errc> : std::true_type {};

#endif
