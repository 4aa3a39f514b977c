// SPDX-License-Identifier: Apache-2.0
// One TCP connection whose every step ends by a deadline, and soon after it is cancelled.
#ifndef EXAMPLES_SUPPORT_TCP_STREAM_HPP
#define EXAMPLES_SUPPORT_TCP_STREAM_HPP

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

/// Every step answers `std::errc()` if it went well.
class tcp_stream {
 public:
  using clock = std::chrono::steady_clock;

  tcp_stream(clock::time_point deadline, const std::atomic<bool>& cancelled)
      : deadline_(deadline), cancelled_(cancelled) {}
  ~tcp_stream() {
    if (socket_ >= 0) ::close(socket_);
  }
  tcp_stream(const tcp_stream&) = delete;
  tcp_stream& operator=(const tcp_stream&) = delete;

  /// To an IPv4 address: resolving a name can't be given a deadline.
  std::errc connect(const std::string& host, std::uint16_t port,
                    std::chrono::milliseconds timeout) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    const bool is_v4 = inet_pton(AF_INET, host.c_str(), &to.sin_addr) == 1;
    if (!is_v4) return std::errc::address_not_available;
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return std::errc(errno);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return {};
    if (errno != EINPROGRESS) return std::errc(errno);
    // Whether it went well shows when something is sent.
    return wait(POLLOUT, (std::min)(deadline_, clock::now() + timeout));
  }

  std::errc send(std::string_view bytes) {
    while (!bytes.empty()) {
      if (const std::errc why = wait(POLLOUT, deadline_); why != std::errc()) return why;
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0) return std::errc(errno);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  /// All that comes until the peer closes, which must not be more than `most` bytes.
  std::errc receive(std::string& bytes, std::size_t most) {
    char block[4096];
    while (bytes.size() <= most) {
      if (const std::errc why = wait(POLLIN, deadline_); why != std::errc()) return why;
      const ssize_t count = ::recv(socket_, block, sizeof block, 0);
      if (count < 0) return std::errc(errno);
      if (count == 0) return {};
      bytes.append(block, static_cast<std::size_t>(count));
    }
    return std::errc::message_size;
  }

 private:
  /// Looks every 10 ms whether it is cancelled.
  std::errc wait(short events, clock::time_point until) {
    while (!cancelled_ && clock::now() < until) {
      pollfd waiting{socket_, events, 0};
      if (::poll(&waiting, 1, 10) > 0) return {};
    }
    return cancelled_ ? std::errc::operation_canceled : std::errc::timed_out;
  }

  const clock::time_point deadline_;
  const std::atomic<bool>& cancelled_;
  int socket_ = -1;
};

#endif
