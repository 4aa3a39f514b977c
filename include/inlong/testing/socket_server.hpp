// SPDX-License-Identifier: Apache-2.0
// A TCP server for tests, on loopback: one thread a connection, and an end that never takes long.
#ifndef INLONG_TESTING_SOCKET_SERVER_HPP
#define INLONG_TESTING_SOCKET_SERVER_HPP

#include <inlong/config.hpp>
#include <inlong/testing/connection.hpp>
#include <inlong/testing/detail/listener.hpp>
#include <inlong/testing/detail/socket.hpp>
#include <inlong/testing/listen_options.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

INLONG_NAMESPACE_BEGIN

namespace testing {

/// Serves until it is destroyed, which ends every connection, whatever it is at, and joins its
/// thread. Its threads block all signals, so that the program's handlers run elsewhere.
///
/// All members may be called from any thread, the destructor from none of its own.
class socket_server {
 public:
  /// `serve` is called on a connection's own thread and must not throw; when it returns, the
  /// connection is closed. Throws `std::system_error` if it can't listen.
  explicit socket_server(std::function<void(connection&)> serve, const listen_options& options = {})
      : serve_(std::move(serve)), listener_(options) {
    start();
  }
  ~socket_server() {
    refuse();
    disconnect();
    for (client& each : clients_) each.thread.join();
  }
  socket_server(const socket_server&) = delete;
  socket_server& operator=(const socket_server&) = delete;

  /// Such as "127.0.0.1:40123" or "[::1]:40123".
  std::string address() const { return listener_.text(); }
  std::uint16_t port() const noexcept { return listener_.port(); }

  /// Refuses new connections, as if nothing listened on the port. Those that are open go on.
  void refuse() {
    const std::lock_guard lock(listening_mutex_);
    if (!acceptor_.joinable()) return;
    wake_.close();
    acceptor_.join();
    listener_.refuse();
  }
  /// Takes connections again, on the same port. Throws `std::system_error` if it can't listen.
  void listen_again() {
    const std::lock_guard lock(listening_mutex_);
    if (acceptor_.joinable()) return;
    listener_.listen_again();
    start();
  }

  /// Ends every open connection.
  void disconnect() {
    for_each_connection([](connection& open) { open.end(); });
  }
  /// Sends bytes that nobody asked for on every open connection.
  void interject(std::string_view bytes) {
    for_each_connection([&](connection& open) { open.interject(bytes); });
  }

 private:
  struct client {
    client(int descriptor, std::size_t number, std::string peer)
        : link(descriptor, number, std::move(peer)) {}

    connection link;
    std::atomic<bool> done{false};
    std::thread thread;
  };

  void start() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    detail::descriptor woken(ends[0]);
    wake_ = detail::descriptor(ends[1]);
    detail::make_private(woken.get());
    detail::make_private(wake_.get());

    // New threads inherit the mask.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    acceptor_ = std::thread([this, end = std::move(woken)] { accept_until(end.get()); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void accept_until(int woken) {
    pollfd wait_for[] = {{listener_.socket(), POLLIN, 0}, {woken, POLLIN, 0}};
    while (true) {
      ::poll(wait_for, 2, -1);
      if (wait_for[1].revents != 0) return;
      detail::socket_address peer;
      detail::descriptor accepted = listener_.accept(peer);
      if (accepted.get() >= 0) {
        serve(std::move(accepted), peer.host());
      } else if (errno == EMFILE || errno == ENFILE) {
        // The connection stays in the queue: without a pause this would be a busy loop.
        ::poll(wait_for + 1, 1, 10);
      }
    }
  }

  void serve(detail::descriptor accepted, std::string peer) {
    const std::lock_guard lock(clients_mutex_);
    join_finished();
    client& made = clients_.emplace_back(accepted.release(), ++accepted_, std::move(peer));
    try {
      made.thread = std::thread([this, &made] {
        serve_(made.link);
        made.link.close();
        made.done = true;
      });
    } catch (const std::system_error&) {
      clients_.pop_back();
    }
  }

  void join_finished() {
    for (auto next = clients_.begin(); next != clients_.end();) {
      const auto current = next++;
      if (!current->done) continue;
      current->thread.join();
      clients_.erase(current);
    }
  }

  template <class Action>
  void for_each_connection(Action action) {
    const std::lock_guard lock(clients_mutex_);
    for (client& each : clients_) action(each.link);
  }

  const std::function<void(connection&)> serve_;
  std::mutex listening_mutex_;
  detail::listener listener_;
  detail::descriptor wake_;
  std::thread acceptor_;
  std::mutex clients_mutex_;
  std::list<client> clients_;
  std::size_t accepted_ = 0;
};

}  // namespace testing

INLONG_NAMESPACE_END

#endif
