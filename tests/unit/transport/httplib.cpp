// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/httplib.hpp>

#include <inlong/testing/blackhole.hpp>
#include <inlong/testing/connection.hpp>
#include <inlong/testing/listen_options.hpp>
#include <inlong/testing/socket_server.hpp>
#include <inlong/transport/transport.hpp>

#include "peers.hpp"

#include <doctest/doctest.h>

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using inlong::exchange;
using inlong::httplib_transport;
using inlong::max_reply_bytes;
using inlong::transmission;
using inlong::testing::blackhole;
using inlong::testing::connection;
using inlong::testing::socket_server;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

static_assert(inlong::is_transport<httplib_transport>);

namespace {

const std::string farewell_body = R"({"code":"2147483647","msg":"Process message failure: null"})";

std::string answer(std::string_view body, std::string_view fields = {},
                   std::string_view line = "HTTP/1.1 200 OK") {
  return std::string(line) + "\r\n" + std::string(fields) +
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

const std::string success = answer(R"({"code":"0","msg":"ok"})");
const std::string farewell = answer(farewell_body);

/// Reads a whole request; empty: the connection has ended.
std::string take_request(connection& from) {
  std::string request;
  for (;;) {
    const std::size_t head = request.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t field = request.find("Content-Length: ");
      const std::size_t length = std::strtoul(request.c_str() + field + 16, nullptr, 10);
      if (request.size() >= head + 4 + length) return request;
    }
    const std::string_view more = from.read();
    if (more.empty()) return {};
    request += more;
  }
}

/// Answers every request in the same way.
class server {
 public:
  using reaction = std::function<void(connection&)>;

  explicit server(std::string bytes) : server([bytes](connection& to) { to.write(bytes); }) {}
  explicit server(reaction react)
      : react_(std::move(react)), sockets_([this](connection& link) { serve(link); }) {}

  peers::posted asked() const { return peers::posted(sockets_.address()); }
  socket_server& sockets() { return sockets_; }
  std::size_t connections() const { return connections_; }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(connection& link) {
    ++connections_;
    while (link.is_open()) {
      std::string request = take_request(link);
      if (request.empty()) return;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
      }
      react_(link);
    }
  }

  reaction react_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::atomic<std::size_t> connections_{0};
  socket_server sockets_;
};

void hold(connection& link) { link.wait(1h); }

/// What becomes of one request that is answered so, and then the connection is closed.
exchange answered_by(const std::string& bytes) {
  server peer([&](connection& to) {
    to.write(bytes);
    to.close();
  });
  return httplib_transport().post(peer.asked().made());
}

/// A thread that is joined.
class other_thread {
 public:
  explicit other_thread(std::function<void()> run) : thread_(std::move(run)) {}
  ~other_thread() { thread_.join(); }

 private:
  std::thread thread_;
};

/// Late is what no loaded machine explains.
bool in_time(const peers::posted& what) { return steady_clock::now() < what.deadline + 2s; }

}  // namespace

// ---- the request

TEST_CASE("a request is its head, and the body as it was given") {
  server peer(success);
  peers::posted what = peer.asked();
  what.headers = {{"X-Token", "a b"}};
  const exchange result = httplib_transport().post(what.made());
  CHECK(result.what == transmission::answered);
  CHECK(result.status == 200);
  CHECK(result.body == R"({"code":"0","msg":"ok"})");
  CHECK_FALSE(result.error);
  CHECK_FALSE(result.stale);
  CHECK(peer.requests() ==
        std::vector<std::string>{inlong::detail::request_head(what.made()) + "body=hello&cnt=1"});
}

TEST_CASE(
    "a large body is sent at once, without asking for a 100 Continue first, and arrives whole") {
  server peer(success);
  peers::posted what = peer.asked();
  what.body.resize(3'000'000);
  for (std::size_t i = 0; i < what.body.size(); ++i) what.body[i] = static_cast<char>(i * 7 % 251);
  CHECK(httplib_transport().post(what.made()).what == transmission::answered);
  const std::string request = peer.requests().at(0);
  CHECK(request.find("Expect") == std::string::npos);
  CHECK(request.substr(request.find("\r\n\r\n") + 4) == "body=" + what.body + "&cnt=1");
}

TEST_CASE("an empty body has a length of zero") {
  server peer(success);
  const peers::posted what = peer.asked();
  const inlong::request empty{what.to,      "/x", {}, what.headers, true, what.connect_timeout,
                              what.deadline};
  CHECK(httplib_transport().post(empty).what == transmission::answered);
  CHECK(peer.requests().at(0).find("Content-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("IPv6 addresses and names are connected to, and are what the Host header says") {
  httplib_transport transport;
  inlong::testing::listen_options v6;
  v6.host = "::1";
  socket_server peer(
      [](connection& link) {
        const std::string request = take_request(link);
        const std::size_t host = request.find("Host: ");
        link.write(answer(request.substr(host, request.find("\r\n", host) - host)));
      },
      v6);
  const exchange result = transport.post(peers::posted(peer.address()).made());
  CHECK(result.body == "Host: " + peer.address());

  server local(success);
  const std::string name = "localhost:" + std::to_string(local.sockets().port());
  CHECK(transport.post(peers::posted(name).made()).what == transmission::answered);
  CHECK(local.requests().at(0).find("Host: " + name + "\r\n") != std::string::npos);
}

// ---- connections

TEST_CASE("a thousand requests take one connection") {
  server peer(success);
  httplib_transport transport;
  const std::size_t before = peers::open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(transport.post(peer.asked().made()).what == transmission::answered);
  }
  CHECK(peer.connections() == 1);
  CHECK(peers::open_descriptors() <= before + 4);  // the two ends, and the pipe that wakes it
}

TEST_CASE("endpoints that are used in turns keep a connection each") {
  server a(success);
  server b(success);
  httplib_transport transport;
  for (int i = 0; i < 3; ++i) {
    CHECK(transport.post(a.asked().made()).what == transmission::answered);
    CHECK(transport.post(b.asked().made()).what == transmission::answered);
  }
  CHECK(a.connections() == 1);
  CHECK(b.connections() == 1);
}

TEST_CASE("a copy has connections of its own") {
  server peer(success);
  httplib_transport transport;
  transport.post(peer.asked().made());
  httplib_transport copy(transport);
  CHECK(copy.post(peer.asked().made()).what == transmission::answered);
  CHECK(peer.connections() == 2);
}

TEST_CASE("a connection is kept only after an answer that lets it go on") {
  const std::string ok = R"({"code":"0","msg":""})";
  struct rule {
    std::string bytes;
    std::size_t connections;
  };
  for (const rule& each : {
           rule{answer(ok), 1},
           rule{answer(R"({"code":"115","msg":""})"), 1},
           rule{answer(ok, "Connection: keep-alive\r\n"), 1},
           rule{answer(ok, "Connection: keep-alive\r\n", "HTTP/1.0 200 OK"), 1},
           rule{"HTTP/1.1 100 Continue\r\n\r\n" + answer(ok), 1},
           rule{
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n15\r\n" + ok + "\r\n0\r\n\r\n",
               1},
           // DataProxy closes behind these without saying so.
           rule{answer(R"({"code":"1","msg":""})"), 2},
           rule{answer(R"({"code":"114","msg":""})"), 2},
           rule{farewell, 2},
           rule{answer("no code"), 2},
           rule{answer(ok, {}, "HTTP/1.1 500 Error"), 2},
           rule{answer({}, {}, "HTTP/1.1 413 Too Large"), 2},
           rule{"HTTP/1.1 204 No Content\r\n\r\n", 2},
           rule{"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 2},
           rule{answer(ok, "Connection: close\r\n"), 2},
           rule{answer(ok, "CONNECTION: Close\r\n"), 2},
           rule{answer(ok, "Connection: upgrade, close\r\n"), 2},
           rule{answer(ok, {}, "HTTP/1.0 200 OK"), 2},
           rule{answer(ok) + "x", 2},
       }) {
    CAPTURE(each.bytes);
    server peer(each.bytes);
    httplib_transport transport;
    for (int i = 0; i < 2; ++i) {
      const exchange result = transport.post(peer.asked().made());
      CHECK(result.what == transmission::answered);
      CHECK_FALSE(result.stale);
    }
    CHECK(peer.connections() == each.connections);
  }
}

TEST_CASE("without keep-alive every request says so and has its own connection") {
  server peer(success);
  httplib_transport transport;
  peers::posted what = peer.asked();
  what.keep_alive = false;
  for (int i = 0; i < 3; ++i) CHECK(transport.post(what.made()).what == transmission::answered);
  CHECK(peer.connections() == 3);
  for (const std::string& request : peer.requests()) {
    CHECK(request.find("\r\nConnection: close\r\n") != std::string::npos);
  }
}

TEST_CASE("bytes that arrive unasked on an idle connection are not the next answer") {
  server peer(success);
  httplib_transport transport;
  CHECK(transport.post(peer.asked().made()).what == transmission::answered);
  peer.sockets().interject(farewell);
  const exchange result = transport.post(peer.asked().made());
  CHECK(result.what == transmission::answered);
  CHECK(result.body == R"({"code":"0","msg":"ok"})");
  CHECK(peer.connections() == 2);

  server hasty(success + farewell);
  for (int i = 0; i < 3; ++i) {
    CHECK(transport.post(hasty.asked().made()).body == R"({"code":"0","msg":"ok"})");
  }
}

TEST_CASE("an idle connection that the server has ended is replaced, unnoticed") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    std::atomic<bool> ended{false};
    server peer([&](connection& to) {
      to.write(success);
      if (reset) {
        to.reset();
      } else {
        to.close();
      }
      ended = true;
    });
    httplib_transport transport;
    for (int i = 0; i < 3; ++i) {
      ended = false;
      const exchange result = transport.post(peer.asked().made());
      CHECK(result.what == transmission::answered);
      peers::wait_until([&] { return ended.load(); });
    }
    CHECK(peer.connections() == 3);
  }
}

TEST_CASE("descriptors are as many after any mixture of fortunes as before") {
  server well(success);
  server badly([](connection& to) { to.reset(); });
  const peers::closed_port nobody;
  const std::size_t before = peers::open_descriptors();
  {
    httplib_transport transport;
    for (int i = 0; i < 20; ++i) {
      transport.post(well.asked().made());
      transport.post(badly.asked().made());
      transport.post(peers::posted("127.0.0.1:" + std::to_string(nobody.port())).made());
      httplib_transport(transport).post(well.asked().made());
    }
  }
  well.sockets().disconnect();
  badly.sockets().disconnect();
  peers::wait_until([&] { return peers::open_descriptors() <= before; });
}

// ---- not sent

TEST_CASE("a refused connection is not_sent and says by whom") {
  const peers::closed_port nobody;
  const std::string address = "127.0.0.1:" + std::to_string(nobody.port());
  const exchange result = httplib_transport().post(peers::posted(address).made());
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::connection_refused);
  CHECK(result.error_text == "connection refused when connecting to " + address);
  CHECK_FALSE(result.stale);
}

TEST_CASE(
    "a connection that nobody answers ends at the connect timeout, or at the deadline if that is "
    "earlier") {
  const blackhole nobody;
  peers::posted what("127.0.0.1:" + std::to_string(nobody.port()));
  const auto start = steady_clock::now();
  what.connect_timeout = 40ms;
  exchange result = httplib_transport().post(what.made());
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::timed_out);
  CHECK(result.error_text == "timed out when connecting to " + what.to.authority());
  CHECK(steady_clock::now() >= start + 40ms);

  what.connect_timeout = 1h;
  result = httplib_transport().post(what.made_with_time(40ms));
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::timed_out);
  CHECK(in_time(what));
}

TEST_CASE("a request whose time is over, or whose scheme is another's, is not sent at all") {
  server peer(success);
  peers::posted late = peer.asked();
  exchange result = httplib_transport().post(late.made_with_time(-1ms));
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::timed_out);

  const peers::posted secure("https://" + peer.asked().to.authority());
  CHECK_FALSE(httplib_transport::supports(secure.to));
  result = httplib_transport().post(secure.made());
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::protocol_not_supported);
  CHECK(peer.connections() == 0);
}

TEST_CASE("a peer that does not read 20 MB is not_sent at the deadline") {
  const peers::listener deaf;
  peers::posted what("127.0.0.1:" + std::to_string(deaf.port()));
  what.body.assign(20 << 20, 'x');
  const exchange result = httplib_transport().post(what.made_with_time(100ms));
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::timed_out);
  CHECK(in_time(what));
}

TEST_CASE("a connection that breaks while the body is sent is not_sent, and no SIGPIPE") {
  struct sigaction before{};
  struct sigaction deadly{};
  deadly.sa_handler = SIG_DFL;
  REQUIRE(::sigaction(SIGPIPE, &deadly, &before) == 0);
  sigset_t mask_before;
  REQUIRE(::pthread_sigmask(SIG_SETMASK, nullptr, &mask_before) == 0);

  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    socket_server peer([&](connection& link) {
      link.read();
      if (reset) {
        link.reset();
      } else {
        link.close();
      }
    });
    peers::posted what(peer.address());
    what.body.assign(32 << 20, 'x');
    const exchange result = httplib_transport().post(what.made());
    CHECK(result.what == transmission::not_sent);
    CHECK(result.error == std::errc::connection_reset);
    CHECK_FALSE(result.stale);
  }

  sigset_t mask_after;
  REQUIRE(::pthread_sigmask(SIG_SETMASK, nullptr, &mask_after) == 0);
  CHECK(::sigismember(&mask_after, SIGPIPE) == ::sigismember(&mask_before, SIGPIPE));
  struct sigaction after{};
  REQUIRE(::sigaction(SIGPIPE, &before, &after) == 0);
  CHECK((after.sa_handler == SIG_DFL));
}

// ---- maybe sent

TEST_CASE("silence after the whole request is maybe_sent at the deadline") {
  server peer(&hold);
  peers::posted what = peer.asked();
  const exchange result = httplib_transport().post(what.made_with_time(60ms));
  CHECK(result.what == transmission::maybe_sent);
  CHECK(result.error == std::errc::timed_out);
  CHECK(result.error_text == "timed out while waiting for the answer");
  CHECK_FALSE(result.stale);
  CHECK(in_time(what));
}

TEST_CASE("an answer that drips does not outlast the deadline, in its head or in its body") {
  for (const std::string& start :
       {std::string("HTTP/1.1 200 OK\r\nX: "), answer(std::string(1000, 'x')).substr(0, 60)}) {
    CAPTURE(start);
    server peer([&](connection& to) {
      to.write(start);
      while (to.write("x") && to.wait(5ms)) {
      }
    });
    peers::posted what = peer.asked();
    const exchange result = httplib_transport().post(what.made_with_time(100ms));
    CHECK(result.what == transmission::maybe_sent);
    CHECK(result.error == std::errc::timed_out);
    CHECK(result.body.empty());
    CHECK(in_time(what));
  }
}

TEST_CASE("a connection that ends unanswered is maybe_sent, and stale only if it was a kept one") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    std::atomic<int> count{0};
    server peer([&](connection& to) {
      if (++count == 2) {
        to.write(success);
      } else if (reset) {
        to.reset();
      } else {
        to.close();
      }
    });
    httplib_transport transport;
    const exchange fresh = transport.post(peer.asked().made());
    CHECK(fresh.what == transmission::maybe_sent);
    CHECK(fresh.error == std::errc::connection_reset);
    CHECK(fresh.error_text.find("while waiting for the answer") != std::string::npos);
    CHECK_FALSE(fresh.stale);

    CHECK(transport.post(peer.asked().made()).what == transmission::answered);
    const exchange kept = transport.post(peer.asked().made());
    CHECK(kept.what == transmission::maybe_sent);
    CHECK(kept.stale);
    CHECK(peer.connections() == 2);
  }
}

TEST_CASE("a kept connection that breaks in the middle of its answer, or is silent, is not stale") {
  for (const bool silent : {false, true}) {
    CAPTURE(silent);
    std::atomic<int> count{0};
    server peer([&](connection& to) {
      if (++count == 1) {
        to.write(success);
      } else if (silent) {
        hold(to);
      } else {
        to.write("HTTP");
        to.close();
      }
    });
    httplib_transport transport;
    peers::posted what = peer.asked();
    CHECK(transport.post(what.made()).what == transmission::answered);
    const exchange result = transport.post(what.made_with_time(silent ? 60ms : 10s));
    CHECK(result.what == transmission::maybe_sent);
    CHECK_FALSE(result.stale);
    CHECK(peer.connections() == 1);
  }
}

TEST_CASE("an answer that is cut short, or is not HTTP, is no answer") {
  for (const std::string& bytes : {
           std::string("SSH-2.0-OpenSSH_9.2\r\n"),
           std::string("\x15\x03\x01\x00\x02\x02\x50", 7),
           success.substr(0, 30),
           success.substr(0, success.size() - 1),
           "HTTP/1.1 103 Early Hints\r\n\r\n" + success.substr(0, 9),
           std::string("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello"),
           std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
           std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello"),
       }) {
    CAPTURE(bytes);
    const exchange result = answered_by(bytes);
    CHECK(result.what == transmission::maybe_sent);
    CHECK((result.error == std::errc::bad_message ||
           result.error == std::errc::connection_aborted));
    CHECK_FALSE(result.error_text.empty());
    CHECK(result.body.empty());
    CHECK_FALSE(result.stale);
  }
}

TEST_CASE("no parser meets a status line, a head or a row of interim answers without end") {
  for (const std::string& start : {"HTTP/1.1 200 " + std::string(600, 'x') + "\r\n\r\n",
                                   "HTTP/1.1 200 " + std::string(300'000, 'x') + "\r\n\r\n"}) {
    const exchange result = answered_by(start);
    CHECK(result.what == transmission::maybe_sent);
    CHECK(result.error == std::errc::bad_message);
  }
  for (const std::string_view again : {"x", "X: y\r\n", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    CAPTURE(again);
    server peer([&](connection& to) {
      if (again[0] != 'H') to.write("HTTP/1.1 200 OK\r\n");
      std::string much;
      while (much.size() < 5000) much += again;
      while (to.write(much)) {
      }
    });
    const exchange result = httplib_transport().post(peer.asked().made());
    CHECK(result.what == transmission::maybe_sent);
    CHECK(result.error == std::errc::bad_message);
  }
}

TEST_CASE("a chunked answer without end, or with a size line without end, is cut off") {
  for (const std::string& again :
       {std::string("f"), "1;x=" + std::string(4000, 'y') + "\r\nz\r\n"}) {
    server peer([&](connection& to) {
      to.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      std::string much;
      while (much.size() < 5000) much += again;
      while (to.write(much)) {
      }
    });
    const exchange result = httplib_transport().post(peer.asked().made());
    CHECK(result.what == transmission::maybe_sent);
    CHECK(result.error == std::errc::bad_message);
  }
}

// ---- answered

TEST_CASE("every way of saying where a body ends is understood") {
  const std::string body = R"({"code":"0","msg":"ok"})";
  for (const std::string& bytes : {
           success,
           answer(body, {}, "HTTP/1.1 200"),
           "HTTP/1.1 200 OK\r\n\r\n" + body,
           "HTTP/1.0 200 OK\r\n\r\n" + body,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n16\r\n" +
               body.substr(1) + "\r\n0\r\n\r\n",
           "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + success,
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + success,
       }) {
    CAPTURE(bytes);
    const exchange result = answered_by(bytes);
    CHECK(result.what == transmission::answered);
    CHECK(result.status == 200);
    CHECK(result.body == body);
    CHECK_FALSE(result.error);
  }
}

TEST_CASE("a redirect is an answer and is not followed") {
  server peer(answer("moved", "Location: /elsewhere\r\n", "HTTP/1.1 307 Temporary Redirect"));
  const exchange result = httplib_transport().post(peer.asked().made());
  CHECK(result.what == transmission::answered);
  CHECK(result.status == 307);
  CHECK(peer.requests().size() == 1);
}

TEST_CASE("a body is taken as it is, whatever its encoding is said to be") {
  CHECK(answered_by(answer("\x1f\x8b not gzip", "Content-Encoding: gzip\r\n")).body ==
        "\x1f\x8b not gzip");
}

TEST_CASE("of several Retry-After the first is passed on as it came") {
  CHECK(answered_by(answer({}, "Retry-After: 1%30\r\nretry-after: 7\r\n", "HTTP/1.1 429 Slow"))
            .retry_after == "1%30");
}

TEST_CASE(
    "of a body that is too long so much is kept that it can be seen, and the rest is not waited "
    "for") {
  const auto body_after = [](std::string_view start, std::string_view again) {
    server peer([&](connection& to) {
      to.write(start);
      std::string much;
      while (much.size() < 16384) much += again;
      while (to.write(much)) {
      }
    });
    httplib_transport transport;
    const exchange result = transport.post(peer.asked().made());
    CHECK(result.what == transmission::answered);
    CHECK(result.status == 200);
    return result.body;
  };
  const std::string kept(max_reply_bytes + 1, 'x');
  CHECK(body_after("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "x") == kept);
  CHECK(body_after("HTTP/1.1 200 OK\r\n\r\n", "x") == kept);
  CHECK(body_after("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n") == kept);

  const std::string most(max_reply_bytes, 'x');
  CHECK(answered_by(answer(most)).body == most);
}

// ---- answered before all was sent

TEST_CASE(
    "a refusal that comes while the body is being sent counts, whether the server stays or "
    "closes") {
  for (const bool stays : {false, true}) {
    CAPTURE(stays);
    socket_server peer([&](connection& link) {
      link.read();
      link.write(answer("too large", {}, "HTTP/1.1 413 Too Large"));
      if (stays) hold(link);  // or else resets: there is more to read
    });
    peers::posted what(peer.address());
    what.body.assign(32 << 20, 'x');
    httplib_transport transport;
    const exchange result = transport.post(what.made());
    CHECK(result.what == transmission::answered);
    CHECK(result.status == 413);
    CHECK(result.cut_off);
    CHECK_FALSE(result.error);
  }
}

TEST_CASE("a refusal by a code counts before all is sent, but only on a new connection") {
  std::atomic<int> count{0};
  socket_server peer([&](connection& link) {
    if (count++ != 0) {
      link.read();
      link.write(success);
    }
    link.read();
    link.write(answer("{\"code\":\"31\",\"msg\":\"\"}"));
    hold(link);
  });
  peers::posted what(peer.address());
  const std::string small = what.body;
  const std::string large(32 << 20, 'x');
  what.body = large;
  const exchange result = httplib_transport().post(what.made());
  CHECK(result.what == transmission::answered);
  CHECK(result.cut_off);
  CHECK(result.status == 200);
  httplib_transport transport;
  what.body = small;
  CHECK(transport.post(what.made()).what == transmission::answered);
  what.body = large;
  CHECK(transport.post(what.made()).what == transmission::not_sent);
}

TEST_CASE("a connection on which a request was cut off by its answer carries no other request") {
  std::atomic<int> count{0};
  socket_server peer([&](connection& link) {
    if (++count == 1) {
      link.read();
      link.write(answer("{\"code\":\"115\",\"msg\":\"\"}"));  // after which DataProxy goes on
      while (!link.read().empty()) {
      }
    } else {
      take_request(link);
      link.write(success);
    }
  });
  httplib_transport transport;
  peers::posted what(peer.address());
  what.body.assign(32 << 20, 'x');
  CHECK(transport.post(what.made()).cut_off);
  what.body = "small";
  const exchange result = transport.post(what.made_with_time(10s));
  CHECK(result.what == transmission::answered);
  CHECK(result.body == R"({"code":"0","msg":"ok"})");
  CHECK(count == 2);
}

TEST_CASE("a request that wants a fresh connection does not take the one that is kept") {
  std::atomic<int> count{0};
  server peer([&](connection& to) {
    ++count;
    to.write(success);
  });
  httplib_transport transport;
  peers::posted what = peer.asked();
  std::string reused;
  for (const bool fresh : {false, false, true, false}) {
    inlong::request each = what.made();
    each.fresh = fresh;
    const exchange answer = transport.post(each);
    CHECK(answer.what == transmission::answered);
    reused += answer.reused ? 'r' : 'n';
  }
  CHECK(peer.connections() == 2);
  CHECK(reused == "nrnr");
}

TEST_CASE("a success that comes while the body is being sent can't be meant for it") {
  socket_server peer([&](connection& link) {
    link.read();
    link.write(success);
    hold(link);
  });
  peers::posted what(peer.address());
  what.body.assign(32 << 20, 'x');
  const exchange result = httplib_transport().post(what.made());
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::connection_aborted);
  CHECK(result.body.empty());
  CHECK_FALSE(result.stale);
}

TEST_CASE(
    "a farewell that comes while the body is being sent makes a kept connection stale, and no "
    "other") {
  for (const bool kept : {false, true}) {
    CAPTURE(kept);
    socket_server peer([&](connection& link) {
      if (kept) {
        take_request(link);
        link.write(success);
      }
      link.read();
      link.write(farewell);
      link.close();
    });
    httplib_transport transport;
    peers::posted what(peer.address());
    if (kept) CHECK(transport.post(what.made()).what == transmission::answered);
    what.body.assign(32 << 20, 'x');
    const exchange result = transport.post(what.made());
    CHECK(result.what == (kept ? transmission::not_sent : transmission::answered));
    CHECK(result.cut_off == !kept);
    CHECK(result.stale == kept);
  }
}

// ---- cancelling

TEST_CASE("a cancelled transport sends nothing any more; a copy of it does") {
  server peer(success);
  httplib_transport transport;
  CHECK(transport.post(peer.asked().made()).what == transmission::answered);
  transport.cancel();
  transport.cancel();
  for (int i = 0; i < 2; ++i) {
    const exchange result = transport.post(peer.asked().made());
    CHECK(result.what == transmission::not_sent);
    CHECK(result.error == std::errc::operation_canceled);
  }
  CHECK(peer.requests().size() == 1);
  CHECK(httplib_transport(transport).post(peer.asked().made()).what == transmission::answered);

  httplib_transport unused;
  unused.cancel();
  CHECK(unused.post(peer.asked().made()).error == std::errc::operation_canceled);
}

TEST_CASE("cancelling ends a post that is connecting") {
  const blackhole nobody;
  httplib_transport transport;
  peers::posted what("127.0.0.1:" + std::to_string(nobody.port()));
  const other_thread canceller([&] {
    peers::wait_until([&] { return peers::is_connecting_to(nobody.port()); });
    transport.cancel();
  });
  const exchange result = transport.post(what.made());
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::operation_canceled);
}

TEST_CASE("cancelling ends a post that is sending") {
  httplib_transport transport;
  socket_server peer([&](connection& link) {
    link.read();
    transport.cancel();
    hold(link);
  });
  peers::posted what(peer.address());
  what.body.assign(32 << 20, 'x');
  const exchange result = transport.post(what.made());
  CHECK(result.what == transmission::not_sent);
  CHECK(result.error == std::errc::operation_canceled);
}

TEST_CASE("cancelling ends a post that is waiting for its answer") {
  httplib_transport transport;
  server peer([&](connection& link) {
    transport.cancel();
    hold(link);
  });
  const exchange result = transport.post(peer.asked().made());
  CHECK(result.what == transmission::maybe_sent);
  CHECK(result.error == std::errc::operation_canceled);
  CHECK(result.error_text == "cancelled while waiting for the answer");
}

// ---- threads

TEST_CASE("transports on several threads don't know of each other") {
  server peer(success);
  const httplib_transport original;
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      httplib_transport own(original);
      for (int j = 0; j < 50; ++j) {
        if (own.post(peer.asked().made()).what == transmission::answered) ++answered;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(answered == 200);
  CHECK(peer.connections() == 4);
}
