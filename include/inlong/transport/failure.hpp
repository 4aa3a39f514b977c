// SPDX-License-Identifier: Apache-2.0
// Why there is no answer: a code for the program, and words for its user.
#ifndef INLONG_TRANSPORT_FAILURE_HPP
#define INLONG_TRANSPORT_FAILURE_HPP

#include <inlong/config.hpp>

#include <string>
#include <string_view>
#include <system_error>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What went wrong; nothing did if there is no error.
struct failure {
  std::error_code error;
  std::string text;
};

/// `timed out while sending`, from the error and what was being done: `while sending`.
inline failure explain(const std::error_code& error, std::string_view doing) {
  std::string text = error == std::errc::timed_out            ? "timed out"
                     : error == std::errc::operation_canceled ? "cancelled"
                     : error == std::errc::connection_refused ? "connection refused"
                     : error == std::errc::connection_reset   ? "connection reset"
                     : error == std::errc::broken_pipe        ? "connection reset"
                                                              : error.message();
  return {error, text.append(" ").append(doing)};
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
