// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/socket.hpp>

#include <inlong/testing/blackhole.hpp>

#include "peers.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

using namespace inlong::detail;
using namespace std::chrono_literals;
using inlong::testing::blackhole;
using std::chrono::steady_clock;

namespace {

constexpr steady_time never = (steady_time::max)();

struct pair {
  explicit pair(int type = SOCK_STREAM) {
    int ends[2];
    peers::must(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    own = descriptor(ends[0]);
    peer = descriptor(ends[1]);
  }
  descriptor own;
  descriptor peer;
};

struct prepared_cancellation : cancellation {
  prepared_cancellation() { REQUIRE_FALSE(prepare()); }
};

int option(int socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  peers::must(::getsockopt(socket, level, name, &value, &size) == 0);
  return value;
}

std::error_code wait_to_read(int number, const cancellation& cancel, steady_time deadline) {
  short ready = 0;
  return wait_for(number, POLLIN, ready, cancel, deadline);
}

std::array<std::string_view, 1> one(std::string_view bytes) { return {bytes}; }

}  // namespace

TEST_CASE("a descriptor is closed by its last owner, once") {
  const std::size_t before = peers::open_descriptors();
  {
    pair made;
    descriptor moved = std::move(made.own);
    CHECK_FALSE(made.own);
    CHECK(moved);
    descriptor assigned;
    assigned = std::move(moved);
    CHECK_FALSE(moved);
    assigned = std::move(made.peer);  // closes what it had
    char byte = 0;
    CHECK(::recv(assigned.number(), &byte, 1, 0) == 0);
  }
  CHECK(peers::open_descriptors() == before);
}

TEST_CASE(
    "a connection does not delay small writes, does not block, and does not outlive an exec") {
  const peers::listener listener;
  const prepared_cancellation cancel;
  std::error_code error;
  const descriptor connected = connect_to(listener.address(), cancel, never, error);
  REQUIRE(connected);
  CHECK_FALSE(error);
  CHECK(option(connected.number(), IPPROTO_TCP, TCP_NODELAY) != 0);
  CHECK((::fcntl(connected.number(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(connected.number(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK_FALSE(is_connected_to_itself(connected.number()));
}

TEST_CASE("a refused connection is told as such and leaves no descriptor behind") {
  const peers::closed_port nobody;
  const prepared_cancellation cancel;
  const std::size_t before = peers::open_descriptors();
  std::error_code error;
  CHECK_FALSE(connect_to(nobody.address(), cancel, never, error));
  CHECK(error == std::errc::connection_refused);
  CHECK(peers::open_descriptors() == before);
}

TEST_CASE("a connection that nobody answers ends at the deadline") {
  const blackhole nobody;
  const prepared_cancellation cancel;
  const auto deadline = steady_clock::now() + 50ms;
  std::error_code error;
  CHECK_FALSE(connect_to(peers::loopback(nobody.port()), cancel, deadline, error));
  CHECK(error == std::errc::timed_out);
  CHECK(steady_clock::now() >= deadline);
}

TEST_CASE("cancelling ends a connection that nobody answers") {
  const blackhole nobody;
  prepared_cancellation cancel;
  std::thread other([&] {
    peers::wait_until([&] { return peers::is_connecting_to(nobody.port()); });
    cancel.raise();
  });
  std::error_code error;
  CHECK_FALSE(connect_to(peers::loopback(nobody.port()), cancel, never, error));
  CHECK(error == std::errc::operation_canceled);
  other.join();
}

TEST_CASE("a socket that is connected to itself is known, and a server gets its port at once") {
  descriptor own(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const socket_address any = peers::loopback(0);
  REQUIRE(::bind(own.number(), any.get(), any.size) == 0);
  const socket_address address = peers::loopback(peers::port_of(own.number()));
  REQUIRE(::connect(own.number(), address.get(), address.size) == 0);
  CHECK(is_connected_to_itself(own.number()));

  end_by_reset(std::move(own));
  const descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(server.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  CHECK(::bind(server.number(), address.get(), address.size) == 0);
}

TEST_CASE("a wait ends with what it waits for, and not before its deadline without it") {
  pair made;
  const prepared_cancellation cancel;
  const auto deadline = steady_clock::now() + 20ms;
  CHECK(wait_to_read(made.own.number(), cancel, deadline) == std::errc::timed_out);
  CHECK(steady_clock::now() >= deadline);
  CHECK(wait_to_read(made.own.number(), cancel, (steady_time::min)()) == std::errc::timed_out);

  std::thread other([&] { send_some(made.peer.number(), one("x")); });
  CHECK_FALSE(wait_to_read(made.own.number(), cancel, never));
  other.join();
  short ready = 0;
  CHECK_FALSE(wait_for(made.own.number(), POLLIN | POLLOUT, ready, cancel, never));
  CHECK((ready & POLLIN) != 0);
  CHECK((ready & POLLOUT) != 0);
}

TEST_CASE("signals don't end a wait") {
  struct sigaction before{};
  struct sigaction interrupting{};
  interrupting.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGUSR1, &interrupting, &before) == 0);
  pair made;
  const prepared_cancellation cancel;
  std::atomic<bool> done{false};
  const pthread_t waiter = ::pthread_self();
  std::thread other([&] {
    while (!done) {
      ::pthread_kill(waiter, SIGUSR1);
      std::this_thread::yield();
    }
  });
  const auto deadline = steady_clock::now() + 50ms;
  CHECK(wait_to_read(made.own.number(), cancel, deadline) == std::errc::timed_out);
  CHECK(steady_clock::now() >= deadline);
  done = true;
  other.join();
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("a cancellation is for good, and raising it never blocks") {
  pair made;
  cancellation cancel;
  CHECK_FALSE(cancel.raised());
  REQUIRE_FALSE(cancel.prepare());
  REQUIRE_FALSE(cancel.prepare());
  for (int i = 0; i < 100'000; ++i) cancel.raise();  // more than a pipe holds
  CHECK(cancel.raised());
  CHECK(wait_to_read(made.own.number(), cancel, never) == std::errc::operation_canceled);
  CHECK(wait_to_read(made.own.number(), cancel, never) == std::errc::operation_canceled);
}

TEST_CASE("a cancellation that was raised before its pipe was made is raised") {
  cancellation cancel;
  cancel.raise();
  REQUIRE_FALSE(cancel.prepare());
  CHECK(cancel.raised());
}

TEST_CASE("pieces are handed over as one") {
  pair made(SOCK_SEQPACKET);  // keeps what is sent by one call apart from the next
  const std::array<std::string_view, 4> pieces{"head ", "", "body", " end"};
  const transfer sent = send_some(made.own.number(), pieces);
  CHECK(sent.bytes == 13);
  std::array<char, 64> bytes{};
  const transfer received = receive_some(made.peer.number(), bytes.data(), bytes.size());
  CHECK(std::string_view(bytes.data(), received.bytes) == "head body end");
}

TEST_CASE("nothing to move now is told apart from the end of a connection") {
  pair made;
  std::array<char, 64> bytes{};
  CHECK(receive_some(made.own.number(), bytes.data(), bytes.size()).error ==
        std::errc::operation_would_block);
  const std::string much(1 << 20, 'x');
  transfer sent;
  while (!sent.error) sent = send_some(made.own.number(), one(much));
  CHECK(sent.error == std::errc::operation_would_block);
  CHECK(sent.bytes == 0);

  CHECK(is_quiet(made.own.number()));
  made.peer = descriptor();
  CHECK_FALSE(is_quiet(made.own.number()));
}

TEST_CASE("bytes and the end of the peer's side disturb the quiet of a connection") {
  pair made;
  CHECK(is_quiet(made.own.number()));
  send_some(made.peer.number(), one("x"));
  CHECK_FALSE(is_quiet(made.own.number()));
  char byte = 0;
  CHECK(receive_some(made.own.number(), &byte, 1).bytes == 1);
  CHECK(is_quiet(made.own.number()));
  REQUIRE(::shutdown(made.peer.number(), SHUT_WR) == 0);
  CHECK_FALSE(is_quiet(made.own.number()));
  const transfer end = receive_some(made.own.number(), &byte, 1);
  CHECK(end.bytes == 0);
  CHECK_FALSE(end.error);
}

TEST_CASE("sending to a peer that has gone is an error and not a signal") {
  struct sigaction before{};
  struct sigaction deadly{};
  deadly.sa_handler = SIG_DFL;
  REQUIRE(::sigaction(SIGPIPE, &deadly, &before) == 0);
  pair made;
  made.peer = descriptor();
  CHECK(send_some(made.own.number(), one("x")).error == std::errc::broken_pipe);
  ::sigaction(SIGPIPE, &before, nullptr);
}

TEST_CASE("an address is written as an endpoint has it") {
  CHECK(to_text(peers::loopback(46802)) == "127.0.0.1:46802");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(80);
  v6.sin6_addr = in6addr_loopback;
  socket_address address{};
  std::memcpy(&address.storage, &v6, sizeof v6);
  address.size = sizeof v6;
  CHECK(to_text(address) == "[::1]:80");
}
