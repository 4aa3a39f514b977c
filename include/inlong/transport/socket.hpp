// SPDX-License-Identifier: Apache-2.0
// Every socket call of the library; whatever waits ends at a deadline, or when it is cancelled.
#ifndef INLONG_TRANSPORT_SOCKET_HPP
#define INLONG_TRANSPORT_SOCKET_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

inline std::error_code system_error(int number) noexcept {
  return {number, std::generic_category()};
}

/// The one owner of a socket or of an end of a pipe.
class descriptor {
 public:
  descriptor() noexcept = default;
  explicit descriptor(int number) noexcept : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    const descriptor replaced(std::exchange(number_, std::exchange(other.number_, -1)));
    return *this;
  }
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  explicit operator bool() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// A pipe whose ends neither block nor outlive an exec.
struct wake_pipe {
  descriptor reader;
  descriptor writer;

  std::error_code open() noexcept;
  /// Makes the reader readable, for good.
  static void wake(int writer) noexcept {
    while (::write(writer, "", 1) < 0 && errno == EINTR) {
    }
  }
};

/// Once raised, by any thread, it stays raised and ends every wait that watches it.
class cancellation {
 public:
  /// Must have succeeded before a wait watches it. Called by one thread at a time.
  std::error_code prepare() noexcept {
    if (pipe_.reader) return {};
    const std::error_code error = pipe_.open();
    if (!error) writer_.store(pipe_.writer.number());
    return error;
  }
  void raise() noexcept {
    // Either this sees the pipe, or whoever made the pipe sees the flag.
    raised_.store(true);
    const int writer = writer_.load();
    if (writer >= 0) wake_pipe::wake(writer);
  }
  bool raised() const noexcept { return raised_.load(); }
  /// Becomes readable when raised.
  int watched() const noexcept { return pipe_.reader.number(); }

 private:
  std::atomic<bool> raised_{false};
  std::atomic<int> writer_{-1};
  wake_pipe pipe_;
};

/// An address to connect to.
struct socket_address {
  sockaddr_storage storage;
  socklen_t size;

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// What one call moved.
struct transfer {
  std::size_t bytes = 0;
  /// `std::errc::operation_would_block` if nothing can be moved now.
  std::error_code error;
};

/// Waits until the descriptor is ready for one of `events` (POLLIN, POLLOUT), or broken: it is then
/// told in `ready`. Fails with `timed_out` at the deadline and `operation_canceled` once cancelled.
inline std::error_code wait_for(int number, short events, short& ready, const cancellation& cancel,
                                steady_time deadline) noexcept;

/// A connection to `to`, with no delay for small writes; empty if that failed, and `error` says
/// why.
inline descriptor connect_to(const socket_address& to, const cancellation& cancel,
                             steady_time deadline, std::error_code& error) noexcept;

/// Hands as much of the pieces to the kernel as it takes, in one call. Never raises SIGPIPE.
template <std::size_t Count>
transfer send_some(int socket, const std::array<std::string_view, Count>& pieces) noexcept {
  std::array<iovec, Count> parts{};
  for (std::size_t i = 0; i < Count; ++i) {
    parts[i].iov_base = const_cast<char*>(pieces[i].data());  // sendmsg only reads it
    parts[i].iov_len = pieces[i].size();
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(Count);
#if defined(MSG_NOSIGNAL)
  constexpr int flags = MSG_NOSIGNAL;
#else
  constexpr int flags = 0;  // connect_to has set SO_NOSIGPIPE
#endif
  for (;;) {
    const auto sent = ::sendmsg(socket, &message, flags);
    if (sent >= 0) return {static_cast<std::size_t>(sent), {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, system_error(EWOULDBLOCK)};
    if (errno != EINTR) return {0, system_error(errno)};
  }
}

/// Takes what has arrived; no bytes and no error mean that the peer has closed its side.
inline transfer receive_some(int socket, char* to, std::size_t size) noexcept {
  for (;;) {
    const auto received = ::recv(socket, to, size, 0);
    if (received >= 0) return {static_cast<std::size_t>(received), {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {0, system_error(EWOULDBLOCK)};
    if (errno != EINTR) return {0, system_error(errno)};
  }
}

/// Whether nothing has happened on a connection that rests: no bytes, no end, no error.
inline bool is_quiet(int socket) noexcept {
  pollfd asked{socket, POLLIN, 0};
  return ::poll(&asked, 1, 0) == 0;
}

/// Whether the system has connected a socket to itself, as it may when nobody listens at a port of
/// this machine and that port happens to be the one that it picks for the caller's own end.
inline bool is_connected_to_itself(int socket) noexcept {
  sockaddr_storage own{};
  sockaddr_storage peer{};
  socklen_t own_size = sizeof own;
  socklen_t peer_size = sizeof peer;
  return ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
         ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0 &&
         own_size == peer_size && std::memcmp(&own, &peer, own_size) == 0;
}

/// Closes a connection so that no trace of it is left. After an end in order its port would be kept
/// from others for a minute.
inline void end_by_reset(descriptor connected) noexcept {
  const linger at_once{1, 0};
  ::setsockopt(connected.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// `10.0.0.1:46802`, `[::1]:46802`
inline std::string to_text(const socket_address& address) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(address.get(), address.size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "an address of an unknown family";
  }
  const std::string name = host.data();
  return (address.storage.ss_family == AF_INET6 ? '[' + name + ']' : name) + ':' + port.data();
}

inline std::error_code make_non_blocking([[maybe_unused]] int number) noexcept {
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
  return {};  // it was made so
#else
  const int flags = ::fcntl(number, F_GETFL);
  const bool done = flags >= 0 && ::fcntl(number, F_SETFL, flags | O_NONBLOCK) == 0 &&
                    ::fcntl(number, F_SETFD, FD_CLOEXEC) == 0;
  return done ? std::error_code() : system_error(errno);
#endif
}

inline std::error_code wake_pipe::open() noexcept {
  int ends[2] = {-1, -1};
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return system_error(errno);
#else
  if (::pipe(ends) != 0) return system_error(errno);
#endif
  descriptor made_reader(ends[0]);
  descriptor made_writer(ends[1]);
  for (const int end : ends) {
    if (const std::error_code error = make_non_blocking(end)) return error;
  }
  reader = std::move(made_reader);
  writer = std::move(made_writer);
  return {};
}

/// For poll: rounded up, so that it does not wake before the deadline; -1 waits for ever.
inline int milliseconds_until(steady_time deadline) noexcept {
  if (deadline == (steady_time::max)()) return -1;
  const steady_time now = std::chrono::steady_clock::now();
  if (deadline <= now) return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return left < INT_MAX ? static_cast<int>(left) : INT_MAX;
}

inline std::error_code wait_for(int number, short events, short& ready, const cancellation& cancel,
                                steady_time deadline) noexcept {
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{number, events, 0}, pollfd{cancel.watched(), POLLIN, 0}};
    const int count = ::poll(watched.data(), watched.size(), milliseconds_until(deadline));
    if (cancel.raised()) return std::make_error_code(std::errc::operation_canceled);
    if (count < 0 && errno != EINTR) return system_error(errno);
    if (count > 0) {
      ready = watched[0].revents;
      return {};
    }
    if (count == 0 && std::chrono::steady_clock::now() >= deadline) {
      return std::make_error_code(std::errc::timed_out);
    }
  }
}

inline descriptor connect_to(const socket_address& to, const cancellation& cancel,
                             steady_time deadline, std::error_code& error) noexcept {
#if defined(SOCK_NONBLOCK) && defined(SOCK_CLOEXEC)
  descriptor made(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
#else
  descriptor made(::socket(to.storage.ss_family, SOCK_STREAM, 0));
#endif
  error = made ? make_non_blocking(made.number()) : system_error(errno);
  if (error) return {};
  const int on = 1;
  ::setsockopt(made.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
#if defined(SO_NOSIGPIPE)
  ::setsockopt(made.number(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  if (::connect(made.number(), to.get(), to.size) != 0) {
    error = system_error(errno);
    if (errno != EINPROGRESS && errno != EINTR) return {};
    short ready = 0;
    error = wait_for(made.number(), POLLOUT, ready, cancel, deadline);
    if (error) return {};
    int result = 0;
    socklen_t size = sizeof result;
    if (::getsockopt(made.number(), SOL_SOCKET, SO_ERROR, &result, &size) != 0) result = errno;
    error = system_error(result);
  }
  if (!error && is_connected_to_itself(made.number())) {
    end_by_reset(std::move(made));  // the port is that of a server, which may come back
    error = system_error(ECONNREFUSED);
  }
  return error ? descriptor() : std::move(made);
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
