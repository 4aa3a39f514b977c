// SPDX-License-Identifier: Apache-2.0
// What the tests of the transport connect to where a server won't do, and what they ask the system.
#ifndef INLONG_TESTS_TRANSPORT_PEERS_HPP
#define INLONG_TESTS_TRANSPORT_PEERS_HPP

#include <inlong/endpoint/endpoint.hpp>
#include <inlong/options.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/transport/socket.hpp>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace peers {

using inlong::detail::descriptor;
using inlong::detail::socket_address;

inline void must(bool done) {
  if (!done) throw std::system_error(errno, std::generic_category());
}

inline socket_address loopback(std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socket_address address{};
  std::memcpy(&address.storage, &v4, sizeof v4);
  address.size = sizeof v4;
  return address;
}

inline std::uint16_t port_of(int socket) {
  sockaddr_in v4{};
  socklen_t size = sizeof v4;
  must(::getsockname(socket, reinterpret_cast<sockaddr*>(&v4), &size) == 0);
  return ntohs(v4.sin_port);
}

/// A bound socket, whose port therefore nobody else has; without listening it refuses connections.
class closed_port {
 public:
  closed_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    must(::bind(socket_.number(), loopback(0).get(), sizeof(sockaddr_in)) == 0);
  }
  int socket() const { return socket_.number(); }
  std::uint16_t port() const { return port_of(socket_.number()); }
  socket_address address() const { return loopback(port()); }

 private:
  descriptor socket_;
};

/// Listens and accepts nothing: connections are made by the kernel, up to the backlog.
class listener : public closed_port {
 public:
  listener() { must(::listen(socket(), 16) == 0); }
};

/// A connection over TCP, both ends in hand.
struct tcp_pair {
  tcp_pair() : own(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const listener door;
    must(::connect(own.number(), door.address().get(), door.address().size) == 0);
    must(::fcntl(own.number(), F_SETFL, O_NONBLOCK) == 0);
    peer = descriptor(::accept(door.socket(), nullptr, nullptr));
    must(static_cast<bool>(peer));
  }
  void reset() { end_by_reset(std::move(peer)); }

  descriptor own;
  descriptor peer;
};

/// A request and everything that it refers to.
struct posted {
  explicit posted(const std::string& address = "127.0.0.1:1") : to(address) {}

  inlong::request made() const {
    return {to,      to.message_path(), {"body=", body, "&cnt=1"},
            headers, keep_alive,        connect_timeout,
            deadline};
  }
  inlong::request made_with_time(std::chrono::milliseconds time) {
    deadline = std::chrono::steady_clock::now() + time;
    return made();
  }

  inlong::endpoint to;
  std::string body = "hello";
  std::vector<inlong::header> headers;
  bool keep_alive = true;
  std::chrono::milliseconds connect_timeout{10'000};
  /// Far enough for a test that does not wait for it, and near enough for one that fails.
  inlong::detail::steady_time deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
};

template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

/// Whether a connection to the port is on its way and not answered, as /proc/net/tcp has it.
inline bool is_connecting_to(std::uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::string number, own, peer, state;
    std::istringstream(line) >> number >> own >> peer >> state;
    const std::size_t colon = peer.find(':');
    if (state == "02" && colon != std::string::npos &&
        std::strtoul(peer.c_str() + colon + 1, nullptr, 16) == port) {
      return true;
    }
  }
  return false;
}

/// How many files this process has open.
inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const directory = ::opendir("/proc/self/fd");
  must(directory != nullptr);
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

}  // namespace peers

#endif
