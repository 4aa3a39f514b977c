// SPDX-License-Identifier: Apache-2.0
// What passes between the library and a transport: one request, and what became of it.
#ifndef INLONG_TRANSPORT_EXCHANGE_HPP
#define INLONG_TRANSPORT_EXCHANGE_HPP

#include <inlong/config.hpp>
#include <inlong/endpoint/endpoint.hpp>
#include <inlong/options.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

INLONG_NAMESPACE_BEGIN

/// One POST of a form. Nothing in it is owned: all of it is valid until `post` returns, and no
/// longer.
struct request {
  const endpoint& to;
  /// The whole target, an endpoint's own prefix included.
  std::string_view path;
  /// The body is these pieces, one after the other; each may be empty.
  std::array<std::string_view, 3> body;
  /// To be sent beside the transport's own, which are Host, Content-Length, `Content-Type:
  /// application/x-www-form-urlencoded` (exactly so: DataProxy refuses a charset behind it) and
  /// `Connection`.
  const std::vector<header>& headers;
  /// False: send `Connection: close`, and close.
  bool keep_alive;
  /// For each address of a name in turn.
  std::chrono::milliseconds connect_timeout;
  /// `post` returns by then, whatever happens.
  std::chrono::steady_clock::time_point deadline;
  /// True: on a connection that nothing has been sent on before, even if one is kept.
  bool fresh = false;

  std::size_t body_size() const noexcept {
    return body[0].size() + body[1].size() + body[2].size();
  }
};

/// How far a request came.
enum class transmission {
  /// The kernel took fewer than all bytes of the request, so no server can hold it.
  not_sent,
  /// All bytes were taken, then anything but a whole answer came: the server may have stored it.
  maybe_sent,
  /// A whole answer came; `exchange::cut_off` says whether it came early.
  answered,
};

/// What became of one request.
struct exchange {
  transmission what = transmission::not_sent;
  /// The HTTP status of the answer.
  int status = 0;
  /// The answer's body. A transport need not keep more of it than `max_reply_bytes` + 1.
  std::string body;
  /// The answer's `Retry-After`, as it came.
  std::string retry_after;
  /// Answered, and that before the kernel had taken all bytes of the request, so that no server can
  /// hold it.
  bool cut_off = false;
  /// A kept connection turned out to be closed before the first byte of an answer. Says nothing
  /// about the server's health.
  bool stale = false;
  /// Something had been sent on the connection before, so that what came may be what the server had
  /// to say of that. True where the transport does not know.
  bool reused = true;
  /// Why there is no answer; a generic or system error. These make a difference:
  /// `std::errc::timed_out`; `operation_canceled`; `connection_reset` or `broken_pipe`, if the
  /// connection ended before a byte of the answer; `connection_aborted`, if it did within the
  /// answer; `bad_message`, if what came is no answer.
  std::error_code error;
  /// The same in words, for the message of an outcome.
  std::string error_text;
};

INLONG_NAMESPACE_END

#endif
