// SPDX-License-Identifier: Apache-2.0
// A listening socket whose port stays its own while it refuses connections.
#ifndef INLONG_TESTING_DETAIL_LISTENER_HPP
#define INLONG_TESTING_DETAIL_LISTENER_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/socket.hpp>
#include <inlong/testing/listen_options.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

INLONG_NAMESPACE_BEGIN

namespace testing {

namespace detail {

/// To be used by one thread at a time. What can't be bound throws `std::system_error`.
class listener {
 public:
  explicit listener(const listen_options& options)
      : options_(options), address_(parse_address(options.host, options.port)) {
    socket_ = bound();
    if (socket_.get() < 0) fail();
    ::getsockname(socket_.get(), address_.data(), &address_.size);
    // Bound and never listening, it keeps the port from everyone else while connections are
    // refused.
    reservation_ = bound();
    start();
  }

  std::uint16_t port() const noexcept { return address_.port(); }
  std::string text() const {
    const std::string host = address_.host();
    return (address_.family() == AF_INET6 ? '[' + host + ']' : host) + ':' + std::to_string(port());
  }
  int socket() const noexcept { return socket_.get(); }

  void refuse() noexcept { socket_.close(); }
  void listen_again() {
    socket_ = bound();
    start();
  }

  /// The next connection, if there is one, ready for use; `peer` becomes its address.
  descriptor accept(socket_address& peer) const noexcept {
    descriptor accepted(::accept(socket_.get(), peer.data(), &peer.size));
    if (accepted.get() < 0) return accepted;
    make_private(accepted.get());
    set_option(accepted.get(), IPPROTO_TCP, TCP_NODELAY, 1);
#ifdef SO_NOSIGPIPE
    set_option(accepted.get(), SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
    return accepted;
  }

 private:
  descriptor bound() {
    descriptor made(::socket(address_.family(), SOCK_STREAM, 0));
    if (made.get() < 0) return made;
    make_private(made.get());
    set_option(made.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (options_.receive_buffer > 0) {
      set_option(made.get(), SOL_SOCKET, SO_RCVBUF, options_.receive_buffer);
    }
    if (::bind(made.get(), address_.data(), address_.size) != 0) return descriptor();
    return made;
  }

  void start() {
    if (::listen(socket_.get(), options_.backlog) != 0) fail();
  }

  [[noreturn]] void fail() const {
    throw std::system_error(errno, std::generic_category(),
                            "can't listen on " + options_.host + ':' + std::to_string(port()));
  }

  listen_options options_;
  socket_address address_;
  descriptor socket_;
  descriptor reservation_;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
