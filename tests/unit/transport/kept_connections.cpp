// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/kept_connections.hpp>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using inlong::detail::connection;
using inlong::detail::descriptor;
using inlong::detail::kept_connections;
using inlong::detail::steady_time;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A connection and its peer.
struct pair {
  pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    own = descriptor(ends[0]);
    peer = descriptor(ends[1]);
  }
  /// Whether the own end, given away, has been closed.
  bool closed() const {
    char byte = 0;
    return ::recv(peer.number(), &byte, 1, MSG_DONTWAIT) == 0;
  }

  descriptor own;
  descriptor peer;
};

const steady_time start = steady_time() + seconds(1000);

}  // namespace

TEST_CASE("a kept connection is found again by its endpoint, once") {
  kept_connections kept;
  pair a;
  pair b;
  const int number_of_a = a.own.number();
  kept.keep({"a:1", std::move(a.own)}, start);
  kept.keep({"b:1", std::move(b.own)}, start);

  const connection found = kept.take("a:1", start);
  CHECK(found.socket.number() == number_of_a);
  CHECK(found.authority == "a:1");
  CHECK_FALSE(kept.take("a:1", start).socket);
  CHECK_FALSE(kept.take("c:1", start).socket);
  CHECK(kept.take("b:1", start).socket);
}

TEST_CASE("a connection is closed after 50 s without use, whatever is asked for") {
  kept_connections kept;
  pair early;
  pair late;
  kept.keep({"early:1", std::move(early.own)}, start);
  kept.keep({"late:1", std::move(late.own)}, start + milliseconds(1));

  CHECK_FALSE(kept.take("early:1", start + seconds(50)).socket);
  CHECK(early.closed());
  CHECK_FALSE(late.closed());
  CHECK(kept.take("late:1", start + seconds(50)).socket);
}

TEST_CASE("a connection on which something has happened is closed instead of used") {
  kept_connections kept;
  pair spoken;
  pair ended;
  kept.keep({"spoken:1", std::move(spoken.own)}, start);
  kept.keep({"ended:1", std::move(ended.own)}, start);
  REQUIRE(::send(spoken.peer.number(), "x", 1, 0) == 1);
  REQUIRE(::shutdown(ended.peer.number(), SHUT_WR) == 0);

  CHECK_FALSE(kept.take("spoken:1", start).socket);
  CHECK_FALSE(kept.take("ended:1", start).socket);
  CHECK(ended.closed());
}

TEST_CASE("of too many connections the one that is idle for longest is closed") {
  kept_connections kept;
  std::vector<pair> pairs(kept_connections::capacity + 1);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    kept.keep({std::to_string(i), std::move(pairs[i].own)}, start);
  }
  CHECK(pairs[0].closed());
  for (std::size_t i = 1; i < pairs.size(); ++i) {
    CHECK(kept.take(std::to_string(i), start).socket);
  }
}
