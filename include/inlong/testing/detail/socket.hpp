// SPDX-License-Identifier: Apache-2.0
// What a server takes from the socket interface: descriptors, options, addresses.
#ifndef INLONG_TESTING_DETAIL_SOCKET_HPP
#define INLONG_TESTING_DETAIL_SOCKET_HPP

#include <inlong/config.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// Owns a file descriptor.
class descriptor {
 public:
  explicit descriptor(int number = -1) noexcept : number_(number) {}
  ~descriptor() { close(); }
  descriptor(descriptor&& other) noexcept : number_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int get() const noexcept { return number_; }
  int release() noexcept { return std::exchange(number_, -1); }
  void close() noexcept {
    if (number_ >= 0) ::close(release());
  }

 private:
  int number_;
};

inline void set_option(int socket, int level, int option, int value) noexcept {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

/// Not inherited by programs that this one starts, and never blocking.
inline void make_private(int descriptor) noexcept {
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

/// The address of a socket, of either family.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const noexcept { return storage.ss_family; }

  std::string host() const {
    char text[NI_MAXHOST] = "";
    ::getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, text, sizeof text, nullptr, 0,
                  NI_NUMERICHOST);
    return text;
  }
  std::uint16_t port() const noexcept {
    // Both families keep it in the same place.
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof address);
    return ntohs(address.sin_port);
  }
};

/// Throws `std::system_error` unless `host` is a literal address.
inline socket_address parse_address(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                            "not an IP address: " + host);
  }
  socket_address address;
  address.size = found->ai_addrlen;
  std::memcpy(&address.storage, found->ai_addr, address.size);
  ::freeaddrinfo(found);
  return address;
}

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
