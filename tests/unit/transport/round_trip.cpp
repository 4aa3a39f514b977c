// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/round_trip.hpp>

#include "peers.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

using namespace inlong::detail;
using namespace std::chrono_literals;
using inlong::max_reply_bytes;
using inlong::request;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view plain = "HTTP/1.1 200 OK\r\n\r\nok";
constexpr std::string_view essence_of_plain = "HTTP/1.1 200\r\n\r\nok";
constexpr std::string_view refused = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
/// More than the kernel takes from someone whose peer does not read.
const std::string huge(32 << 20, 'x');

struct prepared_cancellation : cancellation {
  prepared_cancellation() { REQUIRE_FALSE(prepare()); }
};

void say(const descriptor& peer, std::string_view bytes) {
  REQUIRE(::send(peer.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

/// A round trip over a connection whose other end the test has.
struct trip_over {
  trip_over(const descriptor& own, peers::posted& what)
      : sent(what.made()),
        size(request_head(sent).size() + sent.body_size()),
        trip(own.number(), sent, cancel) {}

  /// Sends, and returns the body whose size the head says; or else reads to the end.
  std::string run() {
    std::string all;
    std::array<char, 5> some{};
    if (!trip.send() || !trip.receive_head()) return all;
    if (const auto told = trip.body_size()) {
      whole = trip.receive_body(*told, all);
      return all;
    }
    for (;;) {
      const std::ptrdiff_t count = trip.read(some.data(), some.size());
      if (count <= 0) break;
      all.append(some.data(), static_cast<std::size_t>(count));
    }
    return all;
  }

  prepared_cancellation cancel;
  const request sent;
  const std::size_t size;
  round_trip trip;
  bool whole = false;  // a body of known size
};

}  // namespace

TEST_CASE("a request of ordinary size is one call of the kernel: head and all pieces of the body") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
  const descriptor own(ends[0]);
  const descriptor peer(ends[1]);
  peers::posted what;
  trip_over a(own, what);
  say(peer, ok);
  CHECK(a.run() == "ok");
  CHECK(a.trip.sent_all());

  std::array<char, 512> bytes{};
  const transfer first = receive_some(peer.number(), bytes.data(), bytes.size());
  CHECK(std::string(bytes.data(), first.bytes) == request_head(a.sent) + "body=hello&cnt=1");
}

TEST_CASE("what is read is the final answer, and the connection is clean behind it") {
  peers::tcp_pair link;
  peers::posted what;
  trip_over a(link.own, what);
  say(link.peer, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
  say(link.peer, ok);
  CHECK(a.run() == "ok");
  CHECK(a.trip.status() == 200);
  CHECK(a.trip.left_clean());
}

TEST_CASE(
    "a connection is not clean with bytes left over, once closed, or by the answer's own word") {
  const auto left_clean_after = [](std::string_view answer, bool closing) {
    peers::tcp_pair link;
    peers::posted what;
    trip_over a(link.own, what);
    say(link.peer, answer);
    if (closing) ::shutdown(link.peer.number(), SHUT_WR);
    a.run();
    return a.trip.left_clean();
  };
  CHECK(left_clean_after(ok, false));
  CHECK_FALSE(left_clean_after(std::string(ok) + "HTTP/1.1 200 OK", false));
  CHECK_FALSE(left_clean_after(plain, true));
  CHECK_FALSE(left_clean_after("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", false));
}

TEST_CASE("of an answer whose size is not known, the essence is read") {
  peers::tcp_pair link;
  peers::posted what;
  trip_over a(link.own, what);
  say(link.peer, plain);
  ::shutdown(link.peer.number(), SHUT_WR);
  CHECK(a.run() == essence_of_plain);
  CHECK_FALSE(a.trip.why().text.empty());
}

TEST_CASE("a body of known size ends there, unless it is cut short or too long") {
  struct rule {
    std::size_t told;
    std::size_t there;
    std::size_t taken;
    bool whole;
  };
  for (const rule& each : {
           rule{0, 0, 0, true},
           rule{3, 3, 3, true},
           rule{3, 2, 2, false},
           rule{max_reply_bytes, max_reply_bytes, max_reply_bytes, true},
           rule{max_reply_bytes + 1, max_reply_bytes + 1, max_reply_bytes + 1, false},
           rule{max_reply_bytes * 4, max_reply_bytes * 4, max_reply_bytes + 1, false},
           rule{999'999'999'999'999'999, 20'000, 20'000, false},
       }) {
    CAPTURE(each.told);
    peers::tcp_pair link;
    peers::posted what;
    trip_over a(link.own, what);
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(each.told) +
                               "\r\n\r\n" + std::string(each.there, 'x');
    std::thread other([&] {
      ::send(link.peer.number(), answer.data(), answer.size(), MSG_NOSIGNAL);
      ::shutdown(link.peer.number(), SHUT_WR);
    });
    CHECK(a.run() == std::string(each.taken, 'x'));
    CHECK(a.whole == each.whole);
    other.join();
  }
}

TEST_CASE("of an answer that is there at the deadline no more than one buffer is taken") {
  peers::tcp_pair link;
  peers::posted what;
  what.deadline = std::chrono::steady_clock::now();
  trip_over a(link.own, what);
  say(link.peer, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x'));
  const std::string body = a.run();
  CHECK_FALSE(a.whole);
  CHECK(body.size() > 10'000);
  CHECK(body.size() <= max_head_bytes);
  CHECK(a.trip.why().error == std::errc::timed_out);
}

TEST_CASE("a peer that never reads: out of time, and told how many bytes were taken") {
  peers::tcp_pair link;
  peers::posted what;
  what.body = huge;
  what.deadline = std::chrono::steady_clock::now() + 50ms;
  trip_over a(link.own, what);
  CHECK(a.run().empty());
  CHECK_FALSE(a.trip.sent_all());
  CHECK_FALSE(a.trip.ended_unanswered());
  const failure why = a.trip.why();
  CHECK(why.error == std::errc::timed_out);
  CHECK(why.text.find("timed out while sending the request (") == 0);
  CHECK(why.text.find(" of " + std::to_string(a.size) + " bytes taken)") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() >= what.deadline);
}

TEST_CASE("a peer that reads slowly gets all of it") {
  peers::tcp_pair link;
  peers::posted what;
  what.body = huge;
  trip_over a(link.own, what);
  std::size_t size = 0;
  std::thread reader([&] {
    std::array<char, 16384> bytes{};
    for (; size < a.size;)
      size += receive_some(link.peer.number(), bytes.data(), bytes.size()).bytes;
    ::send(link.peer.number(), ok.data(), ok.size(), MSG_NOSIGNAL);
  });
  CHECK(a.run() == "ok");
  reader.join();
  CHECK(a.trip.sent_all());
}

TEST_CASE("a peer that reads fast is not sent to past the deadline") {
  peers::tcp_pair link;
  peers::posted what;
  what.body = huge;
  what.deadline = std::chrono::steady_clock::now();
  trip_over a(link.own, what);
  std::thread reader([&] {
    std::array<char, 16384> bytes{};
    while (receive_some(link.peer.number(), bytes.data(), bytes.size()).bytes != 0) {
    }
  });
  CHECK(a.run().empty());
  CHECK_FALSE(a.trip.sent_all());
  CHECK(a.trip.why().error == std::errc::timed_out);
  link.own = descriptor();
  reader.join();
}

TEST_CASE("a peer that answers before it has all is heard, whether it stays, closes or resets") {
  for (const int end : {0, 1, 2}) {
    CAPTURE(end);
    peers::tcp_pair link;
    peers::posted what;
    what.body = huge;
    trip_over a(link.own, what);
    say(link.peer, refused.substr(0, 20));
    say(link.peer, refused.substr(20));
    if (end == 1) link.peer = descriptor();
    if (end == 2) link.reset();
    CHECK(a.run().empty());
    CHECK(a.whole);
    CHECK(a.trip.status() == 413);
    CHECK_FALSE(a.trip.sent_all());
  }
}

TEST_CASE("an interim answer does not stop a request that is under way") {
  peers::tcp_pair link;
  peers::posted what;
  what.body = huge;
  what.deadline = std::chrono::steady_clock::now() + 50ms;
  trip_over a(link.own, what);
  say(link.peer, "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(a.run().empty());
  CHECK(a.trip.why().error == std::errc::timed_out);
  CHECK(a.trip.status() == 0);
}

TEST_CASE("an answer that is not awaited yet is not the reason while something else is") {
  peers::tcp_pair link;
  peers::posted what;
  what.body = huge;
  trip_over a(link.own, what);
  say(link.peer, ok);
  CHECK(a.run() == "ok");
  const failure why = a.trip.why();
  CHECK(why.error == std::errc::connection_aborted);
  CHECK(why.text.find("an answer came while sending the request (") == 0);
}

TEST_CASE("the end of a connection is told by when and how it came") {
  struct ending {
    bool reset;
    std::string_view answer;
    const char* text;
  };
  for (const ending& each : {
           ending{false, "", "connection closed while waiting for the answer"},
           ending{true, "", "connection reset while waiting for the answer"},
           ending{false, "HTTP/1.1 2", "connection closed in the middle of the answer"},
           ending{false, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
                  "connection closed in the middle of the answer"},
       }) {
    CAPTURE(each.text);
    peers::tcp_pair link;
    peers::posted what;
    trip_over a(link.own, what);
    std::thread other([&] {
      std::array<char, 512> bytes{};
      peers::wait_until(
          [&] { return receive_some(link.peer.number(), bytes.data(), bytes.size()).bytes > 0; });
      ::send(link.peer.number(), each.answer.data(), each.answer.size(), MSG_NOSIGNAL);
      if (each.reset) {
        link.reset();
      } else {
        link.peer = descriptor();
      }
    });
    a.run();
    other.join();
    CHECK(a.trip.sent_all());
    CHECK(a.trip.ended_unanswered() == each.answer.empty());
    CHECK(a.trip.why().error == (each.answer.empty() ? std::errc::connection_reset
                                                     : std::errc::connection_aborted));
    CHECK(a.trip.why().text == each.text);
  }
}

TEST_CASE("a peer that is gone before the request is sent") {
  peers::tcp_pair link;
  link.reset();
  peers::posted what;
  trip_over a(link.own, what);
  CHECK(a.run().empty());
  CHECK_FALSE(a.trip.sent_all());
  CHECK(a.trip.ended_unanswered());
  CHECK(a.trip.why().text == "connection reset while sending the request (0 of " +
                                 std::to_string(a.size) + " bytes taken)");
}

TEST_CASE("nothing is sent on a new connection whose peer has ended it, or spoken, before") {
  struct beginning {
    std::string_view said;
    std::string text;
  };
  for (const beginning& each : {
           beginning{"", "connection closed while sending the request (0 of "},
           beginning{ok, "an answer came while sending the request (0 of "},
           beginning{refused, "an answer came while sending the request (0 of "},
           beginning{"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP, or its head is too long"},
       }) {
    CAPTURE(each.said);
    peers::tcp_pair link;
    peers::posted what;
    trip_over a(link.own, what);
    say(link.peer, each.said);
    if (each.said.empty()) ::shutdown(link.peer.number(), SHUT_WR);
    peers::wait_until([&] { return !is_quiet(link.own.number()); });
    CHECK(a.trip.send_on_new() == (each.said.substr(0, 4) == "HTTP"));
    CHECK_FALSE(a.trip.sent_all());
    CHECK(a.trip.ended_unanswered() == each.said.empty());
    CHECK(a.trip.status() == (each.said == ok ? 200 : each.said == refused ? 413 : 0));
    CHECK(a.trip.why().text.find(each.text) == 0);
    CHECK(is_quiet(link.peer.number()));
  }
}

TEST_CASE("an interim answer on a new connection does not keep the request back") {
  peers::tcp_pair link;
  peers::posted what;
  trip_over a(link.own, what);
  say(link.peer, "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(a.trip.send_on_new());
  CHECK(a.trip.sent_all());
}

TEST_CASE("cancelling ends a read") {
  peers::tcp_pair link;
  peers::posted what;
  trip_over a(link.own, what);
  std::thread other([&] {
    std::array<char, 512> bytes{};
    peers::wait_until(
        [&] { return receive_some(link.peer.number(), bytes.data(), bytes.size()).bytes > 0; });
    a.cancel.raise();
  });
  CHECK(a.run().empty());
  other.join();
  CHECK(a.trip.sent_all());
  CHECK(a.trip.why().error == std::errc::operation_canceled);
  CHECK(a.trip.why().text == "cancelled while waiting for the answer");
}

TEST_CASE("what comes back is bounded, in heads and in all") {
  const auto why_after = [](std::string_view start, std::string_view again) {
    peers::tcp_pair link;
    peers::posted what;
    trip_over a(link.own, what);
    say(link.peer, start);
    std::thread flood([&] {
      std::string much;
      while (much.size() < (1 << 16)) much += again;
      while (::send(link.peer.number(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
      }
    });
    const std::string answer = a.run();
    link.own = descriptor();  // resets it: there is more to read
    flood.join();
    CHECK(answer.size() <= max_answer_bytes);
    return a.trip.why();
  };
  const failure status_line = why_after("HTTP/1.1 200 ", "x");
  CHECK(status_line.error == std::errc::bad_message);
  CHECK(status_line.text == "the answer is not HTTP, or its head is too long");
  CHECK(why_after("HTTP/1.1 200 OK\r\n", "A: b\r\n").error == std::errc::bad_message);
  CHECK(why_after("", "HTTP/1.1 100 Continue\r\n\r\n").error == std::errc::bad_message);
  const failure body = why_after("HTTP/1.1 200 OK\r\n\r\n", "x");
  CHECK(body.error == std::errc::bad_message);
  CHECK(body.text == "the answer is too long");
}
