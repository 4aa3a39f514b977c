// SPDX-License-Identifier: Apache-2.0
// Where and how a server for tests listens.
#ifndef INLONG_TESTING_LISTEN_OPTIONS_HPP
#define INLONG_TESTING_LISTEN_OPTIONS_HPP

#include <inlong/config.hpp>

#include <cstdint>
#include <string>

INLONG_NAMESPACE_BEGIN

namespace testing {

struct listen_options {
  /// An IPv4 or IPv6 address, such as "::1".
  std::string host = "127.0.0.1";
  /// 0: one that is free.
  std::uint16_t port = 0;
  /// How many bytes of one connection the kernel takes ahead of the server; 0: as the system has
  /// it.
  int receive_buffer = 0;
  /// How many connections the kernel completes ahead of the server.
  int backlog = 128;
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
