// SPDX-License-Identifier: Apache-2.0
// The head of a request: the headers that DataProxy wants, the caller's own, and nothing else.
#ifndef INLONG_TRANSPORT_REQUEST_HEAD_HPP
#define INLONG_TRANSPORT_REQUEST_HEAD_HPP

#include <inlong/config.hpp>
#include <inlong/options.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/version.hpp>

#include <algorithm>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// All bytes that go before the body. An `Expect` is not among them: waiting for a `100 Continue`
/// costs a round trip, or a second where nobody sends one.
inline std::string request_head(const request& what) {
  std::string head;
  head.reserve(512);
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  head.append("POST ").append(what.path).append(" HTTP/1.1\r\n");
  add("Host", what.to.authority());
  add("Content-Type", "application/x-www-form-urlencoded");
  add("Content-Length", std::to_string(what.body_size()));
  if (!what.keep_alive) add("Connection", "close");
  const auto is_user_agent = [](const header& extra) {
    return equals_ignoring_case(extra.name, "User-Agent");
  };
  if (std::none_of(what.headers.begin(), what.headers.end(), is_user_agent)) {
    add("User-Agent", "inlong-report/" + std::to_string(INLONG_VERSION_MAJOR) + '.' +
                          std::to_string(INLONG_VERSION_MINOR) + '.' +
                          std::to_string(INLONG_VERSION_PATCH));
  }
  for (const header& extra : what.headers) add(extra.name, extra.value);
  return head.append("\r\n");
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
