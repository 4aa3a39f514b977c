// SPDX-License-Identifier: Apache-2.0
// A TCP client that knows next to nothing of HTTP, to see exactly what a server sends.
#ifndef INLONG_TESTS_SUPPORT_RAW_CLIENT_HPP
#define INLONG_TESTS_SUPPORT_RAW_CLIENT_HPP

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

namespace test {

/// Every call gives up after ten seconds, and then has less to show than was expected.
class raw_client {
 public:
  explicit raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic;
    std::memcpy(&generic, &address, sizeof generic);
    connected_ = ::connect(socket_, &generic, sizeof generic) == 0;
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  ~raw_client() { ::close(socket_); }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  bool connected() const { return connected_; }

  /// How many bytes the kernel took before it would take no more, or the connection ended.
  std::size_t send(std::string_view bytes) {
    const auto deadline = from_now();
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t size = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size > 0) {
        sent += static_cast<std::size_t>(size);
      } else if (!would_block() || !wait(POLLOUT, deadline)) {
        break;
      }
    }
    return sent;
  }

  /// No more will be sent; answers can still be read.
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  /// One HTTP answer whose length is in its head, and no byte more.
  std::string read_answer() {
    const auto deadline = from_now();
    std::size_t end = std::string::npos;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_some(deadline)) return take(input_.size());
    }
    end += 4;
    const std::size_t length = input_.find("content-length: ");
    if (length < end) end += static_cast<std::size_t>(std::atoll(input_.c_str() + length + 16));
    while (input_.size() < end && read_some(deadline)) {
    }
    return take(end);
  }

  std::string read(std::size_t size) {
    const auto deadline = from_now();
    while (input_.size() < size && read_some(deadline)) {
    }
    return take(size);
  }

  std::string read_to_end() {
    const auto deadline = from_now();
    while (read_some(deadline)) {
    }
    return take(input_.size());
  }

  /// What ended the connection, as far as it has been read.
  bool was_closed() const { return closed_; }
  bool was_reset() const { return reset_; }

 private:
  using time_point = std::chrono::steady_clock::time_point;

  static time_point from_now() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(10);
  }
  static bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

  bool read_some(time_point deadline) {
    char bytes[65536];
    while (!closed_ && !reset_) {
      const ssize_t size = ::recv(socket_, bytes, sizeof bytes, 0);
      if (size > 0) {
        input_.append(bytes, static_cast<std::size_t>(size));
        return true;
      }
      closed_ = size == 0;
      reset_ = size < 0 && !would_block();
      if (!closed_ && !reset_ && !wait(POLLIN, deadline)) return false;
    }
    return false;
  }

  bool wait(short event, time_point deadline) const {
    const auto left = deadline - std::chrono::steady_clock::now();
    pollfd ready{socket_, event, 0};
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    return milliseconds > 0 && ::poll(&ready, 1, static_cast<int>(milliseconds)) != 0;
  }

  std::string take(std::size_t size) {
    std::string taken = input_.substr(0, size);
    input_.erase(0, size);
    return taken;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  bool reset_ = false;
  std::string input_;
};

}  // namespace test

#endif
