// SPDX-License-Identifier: Apache-2.0
// Holds many conversations with servers at once, and keeps what they answer to the end.
#ifndef INLONG_TESTS_INTEROP_DIFFERENTIAL_CONVERSATION_HPP
#define INLONG_TESTS_INTEROP_DIFFERENTIAL_CONVERSATION_HPP

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

namespace interop {

/// One connection. It is never closed from this end: the server closes at once, or when it has been
/// idle for too long, and then says so, which is how it shows that it had stayed open.
class conversation {
 public:
  /// The second of `steps` is sent when one answer has arrived, the third when two have, and so on.
  conversation(std::uint16_t port, std::vector<std::string> steps)
      : steps_(std::move(steps)), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic;
    std::memcpy(&generic, &address, sizeof generic);
    if (::connect(socket_, &generic, sizeof generic) != 0) {
      throw std::system_error(errno, std::generic_category(), "connect");
    }
    socklen_t size = sizeof generic;
    ::getsockname(socket_, &generic, &size);
    std::memcpy(&address, &generic, sizeof address);
    local_port_ = ntohs(address.sin_port);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  ~conversation() { close(); }
  conversation(conversation&& other) noexcept
      : steps_(std::move(other.steps_)),
        socket_(other.socket_),
        local_port_(other.local_port_),
        step_(other.step_),
        sent_(other.sent_),
        received_(std::move(other.received_)) {
    other.socket_ = -1;
  }
  conversation& operator=(conversation&&) = delete;

  std::uint16_t local_port() const noexcept { return local_port_; }
  const std::string& received() const noexcept { return received_; }
  bool ended() const noexcept { return socket_ < 0; }

  pollfd interest() const noexcept {
    const bool sends = step_ < steps_.size() && may_send();
    return {socket_, static_cast<short>(sends ? POLLIN | POLLOUT : POLLIN), 0};
  }

  void advance() {
    // Answers first: nothing that is sent later may be the reason that they are lost.
    while (read_some()) {
    }
    if (!ended()) send_some();
  }

 private:
  bool may_send() const noexcept { return answers() >= step_; }

  /// How many heads of answers have arrived.
  std::size_t answers() const noexcept {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = received_.find("HTTP/1.1 ", at)) != std::string::npos; ++at) {
      if (received_.find("\r\n\r\n", at) != std::string::npos) ++count;
    }
    return count;
  }

  bool read_some() {
    char bytes[65536];
    const ssize_t size = ended() ? -1 : ::recv(socket_, bytes, sizeof bytes, 0);
    if (size > 0) {
      received_.append(bytes, static_cast<std::size_t>(size));
      return true;
    }
    if (!ended() && (size == 0 || (errno != EAGAIN && errno != EINTR))) close();
    return false;
  }

  void send_some() {
    while (step_ < steps_.size() && may_send()) {
      const std::string_view rest = std::string_view(steps_[step_]).substr(sent_);
      const ssize_t size = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (size < 0) {
        // What was answered before the connection broke is still to be read.
        if (errno != EAGAIN && errno != EINTR) step_ = steps_.size();
        return;
      }
      sent_ += static_cast<std::size_t>(size);
      if (sent_ < steps_[step_].size()) return;
      ++step_;
      sent_ = 0;
    }
  }

  void close() noexcept {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  std::vector<std::string> steps_;
  int socket_;
  std::uint16_t local_port_ = 0;
  std::size_t step_ = 0;
  std::size_t sent_ = 0;
  std::string received_;
};

/// Goes on until every one of them has ended.
inline void hold(std::vector<conversation>& all) {
  while (true) {
    std::vector<pollfd> sockets;
    std::vector<conversation*> open;
    for (conversation& each : all) {
      if (each.ended()) continue;
      sockets.push_back(each.interest());
      open.push_back(&each);
    }
    if (open.empty()) return;
    if (::poll(sockets.data(), sockets.size(), 20'000) == 0) {
      throw std::runtime_error("a server neither answers nor ends an idle connection");
    }
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (sockets[i].revents != 0) open[i]->advance();
    }
  }
}

}  // namespace interop

#endif
