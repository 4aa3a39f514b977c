// SPDX-License-Identifier: Apache-2.0
// One accepted connection: its blocking calls all end at once when the server ends.
#ifndef INLONG_TESTING_CONNECTION_HPP
#define INLONG_TESTING_CONNECTION_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/deadline.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// To be used by one thread, the one that serves it, but for `end` and `interject`.
class connection {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `descriptor` is a connected, non-blocking socket, and owned from here on.
  connection(int descriptor, std::size_t number, std::string peer)
      : descriptor_(descriptor), number_(number), peer_(std::move(peer)) {}
  ~connection() { close(); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Counts the connections of a server, from 1.
  std::size_t number() const noexcept { return number_; }
  /// The client's address, without its port.
  const std::string& peer() const noexcept { return peer_; }

  enum class news { bytes, nothing, end };

  /// Waits until there are bytes to read, the connection has ended, or the time has come.
  news wait_for_bytes(time_point deadline) {
    if (poll_until(POLLIN, deadline) == 0) return news::nothing;
    if (!is_open()) return news::end;
    char byte;
    return ::recv(descriptor_, &byte, 1, MSG_PEEK) > 0 ? news::bytes : news::end;
  }

  /// Waits for bytes and takes up to 64 KiB of them; none: the connection has ended. They are valid
  /// until the next read.
  std::string_view read() {
    while (is_open()) {
      const ssize_t size = ::recv(descriptor_, input_.data(), input_.size(), 0);
      if (size >= 0) return {input_.data(), static_cast<std::size_t>(size)};
      if (!is_passing(errno)) break;
      poll_until(POLLIN, (time_point::max)());
    }
    return {};
  }

  /// Takes bytes to be written, and returns at once: what the peer does not take now is written
  /// during later calls.
  void post(std::string_view bytes) {
    if (unsent() == 0) bytes.remove_prefix(send(bytes));
    if (!bytes.empty()) output_.append(bytes);
  }
  /// How many posted bytes the kernel has not taken yet.
  std::size_t unsent() const noexcept { return output_.size() - taken_; }

  /// Writes everything, and waits until the kernel has taken it. False: the connection has ended.
  bool write(std::string_view bytes) {
    post(bytes);
    while (unsent() > 0 && is_open()) poll_until(POLLOUT, (time_point::max)());
    return is_open();
  }

  /// Does nothing for so long. False: the connection has ended.
  bool wait(std::chrono::milliseconds time) { return poll_until(0, detail::from_now(time)) == 0; }

  /// Ends it in order, once all is written; unread bytes make the kernel send a reset instead.
  void close() {
    if (descriptor_ < 0) return;
    write({});
    abandon();
  }

  /// Ends it by a reset; nothing that is unsent is sent.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    abandon();
  }

  bool is_open() const noexcept { return descriptor_ >= 0 && !ended_ && !lost_; }

  /// From any thread: the peer is told that the connection ends, and every call above returns at
  /// once.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
  }

  /// From any thread: sends as many of these bytes as can be sent at once, whatever else is going
  /// on.
  void interject(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (descriptor_ >= 0) send_some(bytes);
  }

 private:
#ifdef MSG_NOSIGNAL
  static constexpr int send_flags = MSG_NOSIGNAL;
#else
  static constexpr int send_flags = 0;
#endif

  static bool is_passing(int error) noexcept {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
  }

  /// Waits for events, and sends posted bytes meanwhile. 0: the time has come.
  int poll_until(short events, time_point deadline) {
    while (is_open()) {
      const auto wanted = static_cast<short>(unsent() == 0 ? events : events | POLLOUT);
      pollfd socket{descriptor_, wanted, 0};
      if (::poll(&socket, 1, milliseconds_until(deadline)) == 0) {
        if (std::chrono::steady_clock::now() >= deadline) return 0;
        continue;
      }
      if ((socket.revents & POLLOUT) != 0) send_posted();
      const auto found = socket.revents & (events | POLLERR | POLLHUP | POLLNVAL);
      if (found != 0) return found;
    }
    return POLLHUP;
  }

  static int milliseconds_until(time_point deadline) {
    if (deadline == (time_point::max)()) return -1;
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<decltype(rounded)>(rounded, 0, INT_MAX));
  }

  void send_posted() {
    taken_ += send(std::string_view(output_).substr(taken_));
    if (unsent() > 0) return;
    output_.clear();
    taken_ = 0;
  }

  /// How many bytes are done with: those sent or, where the connection is lost, all.
  std::size_t send(std::string_view bytes) {
    const ssize_t sent = bytes.empty() ? 0 : send_some(bytes);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (is_passing(errno)) return 0;
    lost_ = true;
    return bytes.size();
  }

  ssize_t send_some(std::string_view bytes) {
    return ::send(descriptor_, bytes.data(), bytes.size(), send_flags);
  }

  void abandon() {
    const std::lock_guard lock(mutex_);
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  int descriptor_;
  const std::size_t number_;
  const std::string peer_;
  std::array<char, 65536> input_;
  std::string output_;
  std::size_t taken_ = 0;
  bool lost_ = false;
  std::atomic<bool> ended_{false};
  // Held wherever the descriptor is closed, and wherever another thread uses it.
  std::mutex mutex_;
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
