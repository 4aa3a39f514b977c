// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/blackhole.hpp>

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

TEST_CASE("connecting to a blackhole neither succeeds nor fails") {
  const inlong::testing::blackhole nowhere;
  CHECK(nowhere.address() == "127.0.0.1:" + std::to_string(nowhere.port()));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(nowhere.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic;
  std::memcpy(&generic, &address, sizeof generic);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  ::fcntl(client, F_SETFL, O_NONBLOCK);
  CHECK(::connect(client, &generic, sizeof generic) == -1);
  CHECK(errno == EINPROGRESS);
  pollfd decided{client, POLLOUT, 0};
  CHECK(::poll(&decided, 1, 100) == 0);
  ::close(client);
}
