// SPDX-License-Identifier: Apache-2.0
// From a request to an open connection: every address of the host in turn.
#ifndef INLONG_TRANSPORT_CONNECT_HPP
#define INLONG_TRANSPORT_CONNECT_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/transport/failure.hpp>
#include <inlong/transport/resolve.hpp>
#include <inlong/transport/socket.hpp>

#include <algorithm>
#include <chrono>
#include <system_error>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Connects to the request's endpoint, within its connect timeout for each address and its deadline
/// for all of them, the look-up of a name included. No socket: none could be reached, and `why`
/// tells of the last.
inline descriptor connect(const request& what, resolver& names, const cancellation& cancel,
                          failure& why) {
  const endpoint& to = what.to;
  for (const socket_address& address :
       names.resolve(to.host(), to.port(), cancel, what.deadline, why)) {
    const steady_time limit =
        (std::min)(later(std::chrono::steady_clock::now(), what.connect_timeout), what.deadline);
    std::error_code error;
    descriptor connected = connect_to(address, cancel, limit, error);
    if (connected) return connected;
    why = explain(error, "when connecting to " + to_text(address));
    if (cancel.raised() || std::chrono::steady_clock::now() >= what.deadline) break;
  }
  return {};
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
