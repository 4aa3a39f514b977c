// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/connect.hpp>

#include <inlong/testing/blackhole.hpp>

#include "peers.hpp"

#include <doctest/doctest.h>

#include <netdb.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace inlong::detail;
using namespace std::chrono_literals;
using inlong::testing::blackhole;
using std::chrono::steady_clock;

namespace {

struct prepared_cancellation : cancellation {
  prepared_cancellation() { REQUIRE_FALSE(prepare()); }
};

// What the name "several.test" stands for. The ports are told too, which a resolver could not do:
// the tests have one address only.
std::vector<std::uint16_t> ports;

int several(const char*, const char*, const addrinfo* hints, addrinfo** found) {
  addrinfo numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  for (const std::uint16_t port : ports) {
    if (const int error = ::getaddrinfo("127.0.0.1", std::to_string(port).c_str(), &numeric, found))
      return error;
    found = &(*found)->ai_next;
  }
  return 0;
}

descriptor connect_to_several(peers::posted& what, failure& why) {
  resolver names(&several);
  const prepared_cancellation cancel;
  return connect(what.made(), names, cancel, why);
}

std::uint16_t peer_port_of(int socket) {
  sockaddr_in v4{};
  socklen_t size = sizeof v4;
  peers::must(::getpeername(socket, reinterpret_cast<sockaddr*>(&v4), &size) == 0);
  return ntohs(v4.sin_port);
}

std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

}  // namespace

TEST_CASE("an address is connected to without a look-up") {
  const peers::listener server;
  peers::posted what(local(server.port()));
  failure why;
  const descriptor connected = connect_to_several(what, why);
  REQUIRE(connected);
  CHECK(peer_port_of(connected.number()) == server.port());
}

TEST_CASE("the addresses of a name are tried in turn until one answers") {
  const peers::closed_port dead;
  const peers::listener alive;
  ports = {dead.port(), dead.port(), alive.port(), dead.port()};
  peers::posted what("several.test");
  failure why;
  const descriptor connected = connect_to_several(what, why);
  REQUIRE(connected);
  CHECK(peer_port_of(connected.number()) == alive.port());
}

TEST_CASE("an address that does not answer costs the connect timeout, and the next one is tried") {
  const blackhole silent;
  const peers::listener alive;
  ports = {silent.port(), alive.port()};
  peers::posted what("several.test");
  what.connect_timeout = 30ms;
  failure why;
  const auto start = steady_clock::now();
  const descriptor connected = connect_to_several(what, why);
  REQUIRE(connected);
  CHECK(steady_clock::now() >= start + 30ms);
  CHECK(peer_port_of(connected.number()) == alive.port());
}

TEST_CASE("if no address answers, the last failure is told with its address") {
  const peers::closed_port first;
  const peers::closed_port last;
  ports = {first.port(), last.port()};
  peers::posted what("several.test");
  failure why;
  CHECK_FALSE(connect_to_several(what, why));
  CHECK(why.error == std::errc::connection_refused);
  CHECK(why.text == "connection refused when connecting to " + local(last.port()));
}

TEST_CASE("no address is tried past the deadline") {
  const blackhole silent;
  const peers::listener alive;
  ports = {silent.port(), alive.port()};
  peers::posted what("several.test");
  what.deadline = steady_clock::now() + 30ms;
  failure why;
  CHECK_FALSE(connect_to_several(what, why));
  CHECK(why.error == std::errc::timed_out);
  CHECK(why.text == "timed out when connecting to " + local(silent.port()));
  CHECK(steady_clock::now() >= what.deadline);
}

TEST_CASE("no address is tried once cancelled") {
  const blackhole silent;
  const peers::listener alive;
  ports = {silent.port(), alive.port()};
  const peers::posted what("several.test");
  resolver names(&several);
  prepared_cancellation cancel;
  std::thread other([&] {
    peers::wait_until([&] { return peers::is_connecting_to(silent.port()); });
    cancel.raise();
  });
  failure why;
  CHECK_FALSE(connect(what.made(), names, cancel, why));
  other.join();
  CHECK(why.error == std::errc::operation_canceled);
  CHECK(why.text == "cancelled when connecting to " + local(silent.port()));
}
