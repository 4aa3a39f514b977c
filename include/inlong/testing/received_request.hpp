// SPDX-License-Identifier: Apache-2.0
// A request as the stand-in received it, and what it answered.
#ifndef INLONG_TESTING_RECEIVED_REQUEST_HPP
#define INLONG_TESTING_RECEIVED_REQUEST_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/http_text.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// A request that arrived as a whole, or that was answered before it had.
struct received_request {
  /// Counts the connections of a server, from 1.
  std::size_t connection = 0;
  /// When its last byte was read.
  std::chrono::steady_clock::time_point time;

  std::string method;
  std::string target;
  std::string version;
  /// In order, as sent.
  header_list headers;
  /// As sent, chunks joined.
  std::string body;
  /// The server can't decode it, and answers code 31; the fields above hold what it understood.
  bool malformed = false;
  /// What goes wrong in the server while it decodes a malformed request, if that makes it answer
  /// code 2147483647.
  std::string exception;
  /// What the server takes for the length of the body, -1 if nothing says.
  std::int64_t content_length = -1;

  /// The HTTP status that was answered; 0: none, or bytes from a script.
  int status = 0;
  /// DataProxy's code that was answered.
  std::optional<int> code;

  bool has_header(std::string_view name) const noexcept {
    return detail::find_header(headers, name) != nullptr;
  }
  /// The first header of that name, in any case; empty if there is none.
  std::string header(std::string_view name) const {
    const std::string* value = detail::find_header(headers, name);
    return value != nullptr ? *value : std::string();
  }
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
