// SPDX-License-Identifier: Apache-2.0
// An address to which connecting neither succeeds nor fails, as behind a dropping firewall.
#ifndef INLONG_TESTING_BLACKHOLE_HPP
#define INLONG_TESTING_BLACKHOLE_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/listener.hpp>
#include <inlong/testing/detail/socket.hpp>
#include <inlong/testing/listen_options.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include <sys/socket.h>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// A port whose queue of connections is full for ever: the kernel leaves further attempts without
/// an answer, until they time out. Works on Linux.
class blackhole {
 public:
  /// Throws `std::system_error` if it can't listen.
  blackhole() : listener_(full_queue()), occupant_(::socket(AF_INET, SOCK_STREAM, 0)) {
    // A queue of length zero has room for one.
    detail::socket_address place = detail::parse_address("127.0.0.1", port());
    if (::connect(occupant_.get(), place.data(), place.size) != 0) {
      throw std::system_error(errno, std::generic_category(), "can't fill the blackhole");
    }
  }

  std::string address() const { return listener_.text(); }
  std::uint16_t port() const noexcept { return listener_.port(); }

 private:
  static listen_options full_queue() {
    listen_options options;
    options.backlog = 0;
    return options;
  }

  detail::listener listener_;
  detail::descriptor occupant_;
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
