// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/socket_server.hpp>

#include <doctest/doctest.h>

#include "../../support/raw_client.hpp"

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace std::chrono_literals;
using inlong::testing::connection;
using inlong::testing::listen_options;
using inlong::testing::socket_server;
using test::raw_client;

namespace {

// Sends every byte back.
void echo(connection& link) {
  for (std::string bytes; !(bytes = link.read()).empty();) link.write(bytes);
}

// Lets one thread wait for another.
class signal_between_threads {
 public:
  void send() {
    const std::lock_guard lock(mutex_);
    sent_ = true;
    changed_.notify_all();
  }
  void await() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, 10s, [&] { return sent_; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool sent_ = false;
};

// How long the destruction of a server takes while a connection of it is at something.
std::chrono::steady_clock::duration destruction_during(
    const std::function<void(connection&)>& work) {
  signal_between_threads busy;
  std::optional<socket_server> server([&](connection& link) {
    busy.send();
    work(link);
  });
  const raw_client client(server->port());
  busy.await();
  const auto begin = std::chrono::steady_clock::now();
  server.reset();
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("a server listens on a port of its own, and says which") {
  const socket_server one(echo);
  const socket_server two(echo);
  CHECK(one.port() != two.port());
  CHECK(one.address() == "127.0.0.1:" + std::to_string(one.port()));
  raw_client client(one.port());
  client.send("hello");
  CHECK(client.read(5) == "hello");
}

TEST_CASE("a server listens where it is told to") {
  std::uint16_t port = 0;
  {
    const socket_server server(echo);
    port = server.port();
    raw_client client(port);
    client.send("x");
    CHECK(client.read(1) == "x");
  }
  listen_options options;
  options.port = port;
  CHECK(socket_server(echo, options).port() == port);
  options.host = "::1";
  options.port = 0;
  const socket_server server(echo, options);
  CHECK(server.address() == "[::1]:" + std::to_string(server.port()));
}

TEST_CASE("a server that can't listen throws") {
  const socket_server taken(echo);
  listen_options options;
  options.port = taken.port();
  CHECK_THROWS_AS(socket_server(echo, options), std::system_error);
  options.host = "localhost";
  CHECK_THROWS_AS(socket_server(echo, options), std::system_error);
}

TEST_CASE("connections are served side by side, are numbered and know their peer") {
  const socket_server server([](connection& link) {
    while (!link.read().empty())
      link.write(std::to_string(link.number()) + ' ' + link.peer() + '\n');
  });
  raw_client one(server.port());
  one.send("?");
  CHECK(one.read(12) == "1 127.0.0.1\n");
  raw_client two(server.port());
  two.send("?");
  CHECK(two.read(12) == "2 127.0.0.1\n");
  one.send("?");
  CHECK(one.read(12) == "1 127.0.0.1\n");
}

TEST_CASE("a connection is closed when its handler returns") {
  const socket_server server([](connection& link) { link.write("bye"); });
  raw_client client(server.port());
  CHECK(client.read_to_end() == "bye");
  CHECK(client.was_closed());
}

TEST_CASE("a reset is seen as a reset") {
  const socket_server server([](connection& link) {
    link.read();
    link.reset();
  });
  raw_client client(server.port());
  client.send("?");
  CHECK(client.read_to_end().empty());
  CHECK(client.was_reset());
}

TEST_CASE("a handler sees that its peer has ended") {
  signal_between_threads seen;
  const socket_server server([&](connection& link) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    if (link.wait_for_bytes(deadline) == connection::news::end && link.read().empty()) seen.send();
  });
  raw_client client(server.port());
  client.finish_sending();
  seen.await();
}

TEST_CASE("waiting for bytes ends when the time has come") {
  const socket_server server([](connection& link) {
    const bool nothing =
        link.wait_for_bytes(std::chrono::steady_clock::now()) == connection::news::nothing;
    link.write(nothing && link.wait(1ms) ? "nothing" : "something");
  });
  raw_client client(server.port());
  CHECK(client.read_to_end() == "nothing");
}

TEST_CASE("what is posted goes out while the handler reads") {
  constexpr std::size_t size = 10'000'000;
  const socket_server server([](connection& link) {
    link.post(std::string(size, 'x'));
    const bool unsent = link.unsent() > 0;
    link.read();
    link.post(unsent ? "y" : "z");
  });
  raw_client client(server.port());
  client.send("?");
  CHECK(client.read(size) == std::string(size, 'x'));
  CHECK(client.read_to_end() == "y");
}

TEST_CASE("writing to a peer that is gone does not end the process") {
  signal_between_threads failed;
  const socket_server server([&](connection& link) {
    while (link.write(std::string(100'000, 'x'))) {
    }
    failed.send();
  });
  { const raw_client client(server.port()); }
  failed.await();
}

TEST_CASE("sending bytes on all connections does not end the process if a peer is gone") {
  signal_between_threads accepted;
  signal_between_threads sent;
  socket_server server([&](connection&) {
    accepted.send();
    sent.await();
  });
  {
    const raw_client client(server.port());
    accepted.await();
  }
  // The first is answered by a reset, after which the kernel knows.
  for (int i = 0; i < 3; ++i) server.interject("unasked");
  sent.send();
}

TEST_CASE("a server that refuses connections goes on with those that are open") {
  socket_server server(echo);
  raw_client before(server.port());
  before.send("1");
  REQUIRE(before.read(1) == "1");
  server.refuse();
  server.refuse();
  CHECK_FALSE(raw_client(server.port()).connected());
  before.send("2");
  CHECK(before.read(1) == "2");
}

TEST_CASE("a server listens again on the port that it had") {
  socket_server server(echo);
  const std::uint16_t port = server.port();
  for (int i = 0; i < 3; ++i) {
    server.refuse();
    REQUIRE_FALSE(raw_client(port).connected());
    server.listen_again();
    server.listen_again();
    raw_client client(port);
    client.send("x");
    CHECK(client.read(1) == "x");
  }
  CHECK(server.port() == port);
}

TEST_CASE("while a server refuses connections nobody else gets its port") {
  socket_server server(echo);
  server.refuse();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic;
  std::memcpy(&generic, &address, sizeof generic);
  const int another = ::socket(AF_INET, SOCK_STREAM, 0);
  CHECK(::bind(another, &generic, sizeof generic) == -1);
  CHECK(errno == EADDRINUSE);
  ::close(another);
}

TEST_CASE("all connections can be ended at once, and be sent bytes") {
  socket_server server(echo);
  raw_client one(server.port());
  raw_client two(server.port());
  one.send("1");
  two.send("2");
  CHECK(one.read(1) == "1");
  CHECK(two.read(1) == "2");
  server.interject("unasked");
  CHECK(one.read(7) == "unasked");
  CHECK(two.read(7) == "unasked");
  server.disconnect();
  CHECK(one.read_to_end().empty());
  CHECK(one.was_closed());
  CHECK(two.read_to_end().empty());
}

TEST_CASE("handlers run with all signals blocked") {
  const socket_server server([](connection& link) {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    const bool all = ::sigismember(&blocked, SIGTERM) == 1 &&
                     ::sigismember(&blocked, SIGCHLD) == 1 && ::sigismember(&blocked, SIGUSR1) == 1;
    link.write(all ? "blocked" : "open");
  });
  raw_client client(server.port());
  CHECK(client.read_to_end() == "blocked");
  sigset_t here;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &here);
  CHECK(::sigismember(&here, SIGTERM) == 0);
}

TEST_CASE("connections that are over leave no descriptor behind") {
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = descriptors();
  {
    const socket_server server(echo);
    for (int i = 0; i < 300; ++i) {
      raw_client client(server.port());
      client.send("x");
      REQUIRE(client.read(1) == "x");
    }
    // The last few may be about to end.
    CHECK(descriptors() < before + 100);
  }
  CHECK(descriptors() == before);
}

TEST_CASE("destruction is prompt, whatever a connection is at") {
  const std::string more_than_fits(10'000'000, 'x');
  CHECK(destruction_during([](connection& link) { link.read(); }) < 1s);
  CHECK(destruction_during([](connection& link) { link.wait(1h); }) < 1s);
  CHECK(destruction_during(
            [](connection& link) { link.wait((std::chrono::milliseconds::max)()); }) < 1s);
  CHECK(destruction_during(
            [](connection& link) { link.wait_for_bytes((connection::time_point::max)()); }) < 1s);
  CHECK(destruction_during([&](connection& link) { link.write(more_than_fits); }) < 1s);
  CHECK(destruction_during([&](connection& link) { link.post(more_than_fits); }) < 1s);
  CHECK(destruction_during([](connection&) {}) < 1s);
}

TEST_CASE(
    "destruction is prompt while connections are refused, and with connections nobody has served "
    "yet") {
  const auto begin = std::chrono::steady_clock::now();
  {
    socket_server server(echo);
    server.refuse();
  }
  {
    const socket_server server(echo);
    const raw_client one(server.port());
    const raw_client two(server.port());
  }
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
}
