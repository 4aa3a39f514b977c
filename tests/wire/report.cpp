// SPDX-License-Identifier: Apache-2.0
// The whole of it: a reporter over the default transport, and a server that does what DataProxy
// does.
#include <inlong/report.hpp>

#include <inlong/testing/dataproxy.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::errc;
using inlong::options;
using inlong::outcome;
using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::reaction;

namespace {

const inlong::destination to{"group", "stream"};

std::string utf8(char32_t point) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
  if (point < 0x10000) {
    return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)),
            byte(0x80 | (point & 0x3f))};
  }
  return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)),
          byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
}

/// Every code point but the line feed, as bodies of some kilobytes.
std::vector<std::string> every_code_point() {
  std::vector<std::string> bodies(1);
  for (char32_t point = 0; point <= 0x10ffff; ++point) {
    if (point == '\n' || (point >= 0xd800 && point < 0xe000)) continue;
    if (bodies.back().size() > 8000) bodies.emplace_back();
    bodies.back() += utf8(point);
  }
  return bodies;
}

}  // namespace

TEST_CASE("a record arrives as one form with exactly the headers that DataProxy wants") {
  dataproxy server;
  options how;
  how.headers = {{"X-Token", "secret"}};
  inlong::reporter reporter({server.address()}, how);
  const outcome sent = reporter.report(to, "one record", inlong::time_point(1'700'000'000'123ms));
  CHECK_MESSAGE(sent, sent.message());
  CHECK(sent.address == server.address());

  const auto stored = server.stored();
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].group_id == "group");
  CHECK(stored[0].stream_id == "stream");
  CHECK(stored[0].body == "one record");
  CHECK(stored[0].dt == 1'700'000'000'123);
  CHECK(stored[0].cnt == 1);

  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/dataproxy/message");
  CHECK(requests[0].version == "HTTP/1.1");
  CHECK(requests[0].header("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(requests[0].header("Content-Length") == std::to_string(requests[0].body.size()));
  CHECK(requests[0].header("Host") == server.address());
  CHECK(requests[0].header("X-Token") == "secret");
  CHECK_FALSE(requests[0].has_header("Expect"));
  CHECK_FALSE(requests[0].has_header("Transfer-Encoding"));
  CHECK(requests[0].header("Connection") != "close");
}

TEST_CASE("every code point and every ASCII byte arrives as it was sent") {
  const std::vector<std::string> bodies = every_code_point();
  for (const inlong::form form : {inlong::form::compact, inlong::form::strict}) {
    dataproxy server;
    options how;
    how.form = form;
    how.delivery_timeout = std::chrono::minutes(5);  // a sanitizer's time
    inlong::reporter reporter({server.address()}, how);
    const outcome sent = reporter.report(to, bodies);
    CHECK_MESSAGE(sent, sent.message());
    CHECK(sent.delivered == bodies.size());
    CHECK((server.records() == bodies));
  }
}

TEST_CASE("what forms and servers give a meaning to arrives as it was sent, in ids too") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  const std::vector<std::string> bodies{
      "a;b#c+d&e%f=g", "%41%", "+ +", "&streamId=other&body=x&cnt=9", "\rx",
      "\t x \r",       "#",    ";",   std::string("\0x\0", 3),        "{\"a\":\"b\"}"};
  for (const std::string& body : bodies) {
    const outcome sent = reporter.report({"g&=;#+% \xe7\xbb\x84", "s;1"}, body);
    CHECK_MESSAGE(sent, sent.message());
  }
  CHECK((server.records() == bodies));
  CHECK(server.stored()[0].group_id == "g&=;#+% \xe7\xbb\x84");
  CHECK(server.stored()[0].stream_id == "s;1");
}

TEST_CASE("a body of megabytes arrives where option and limit allow it") {
  constexpr std::size_t megabytes = 4 * 1024 * 1024;
  dataproxy_options allowing;
  allowing.max_message_bytes = 2 * megabytes;
  dataproxy server(allowing);
  options how;
  how.max_request_bytes = 2 * megabytes;
  inlong::reporter reporter({server.address()}, how);
  std::string body;
  while (body.size() < megabytes)
    body += "a log line; with = and \xe6\x97\xa5\xe5\xbf\x97 " + std::to_string(body.size());
  const outcome sent = reporter.report(to, body);
  CHECK_MESSAGE(sent, sent.message());
  REQUIRE(server.stored().size() == 1);
  CHECK((server.stored()[0].body == body));
}

TEST_CASE("a thousand reports take one connection") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  for (int i = 0; i < 1000; ++i) REQUIRE(reporter.report(to, std::to_string(i)));
  CHECK(server.connections() == 1);
  CHECK(server.stored().size() == 1000);
}

TEST_CASE("without keep-alive each report says so and takes a connection of its own") {
  dataproxy server;
  options how;
  how.keep_alive = false;
  inlong::reporter reporter({server.address()}, how);
  for (int i = 0; i < 20; ++i) REQUIRE(reporter.report(to, "x"));
  CHECK(server.connections() == 20);
  CHECK(server.requests()[0].header("Connection") == "close");
}

TEST_CASE("several threads report at once and nothing is lost or doubled") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 250; ++i) {
        const outcome sent = reporter.report(to, std::to_string(thread * 1000 + i));
        CHECK_MESSAGE(sent, sent.message());
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(server.connections() <= 4);
  std::vector<int> seen(4000);
  for (const std::string& record : server.records())
    ++seen[static_cast<std::size_t>(std::stoi(record))];
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == (i % 1000 < 250 ? 1 : 0));
}

TEST_CASE("bad input is refused before any connection is made") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  CHECK(reporter.report({"", "s"}, "x").error == errc::blank_group);
  CHECK(reporter.report(to, "\xff").error == errc::invalid_utf8);
  CHECK(reporter.report(to, {"fine", "not\nfine"}).error == errc::separator_in_body);
  CHECK(reporter.report(to, std::string(1024 * 1024, 'x')).error == errc::too_large);
  CHECK(server.connections() == 0);
}

TEST_CASE("what the server answers is what the outcome says") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  SUBCASE("a stream that is not known") {
    server.know("group", "other");
    const outcome sent = reporter.report(to, {"a", "b"});
    CHECK(sent.error == errc::unknown_stream);
    CHECK(sent.server_code == 115);
    CHECK(sent.http_status == 200);
    CHECK(sent.delivered == 0);
    CHECK(sent.known == certainty::not_stored);
    CHECK(sent.message().find("auto push") != std::string::npos);
  }
  SUBCASE("a node that is not ready") {
    server.set_ready(false);
    options how;
    how.delivery_timeout = 50ms;
    inlong::reporter hasty({server.address()}, how);
    const outcome sent = hasty.report(to, "x");
    CHECK(sent.error == errc::timeout);
    CHECK(sent.server_code == 1);
    CHECK(sent.known == certainty::not_stored);
    server.set_ready(true);
    CHECK(reporter.report(to, "x"));
  }
  SUBCASE("a request that is too large, and the next one") {
    server.set_max_message_bytes(1000);
    const outcome sent = reporter.report(to, std::string(5000, 'x'));
    CHECK(sent.error == errc::too_large);
    CHECK(sent.http_status == 413);
    CHECK(reporter.report(to, "small"));
    CHECK(server.records() == std::vector<std::string>{"small"});
  }
  SUBCASE("nonsense") {
    server.next(reaction::raw("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nboo!"));
    const outcome sent = reporter.report(to, "x");
    CHECK(sent.error == errc::bad_reply);
    CHECK(sent.known == certainty::maybe_stored);
  }
  SUBCASE("a duplicate") {
    server.next(reaction::code(120));
    CHECK(reporter.report(to, "x").known == certainty::stored);
  }
}

TEST_CASE("an address that refuses is passed over") {
  dataproxy alive;
  dataproxy dead;
  dead.refuse();
  for (int i = 0; i < 8; ++i) {
    inlong::reporter reporter({dead.address(), alive.address()});
    const outcome sent = reporter.report(to, "x");
    CHECK_MESSAGE(sent, sent.message());
    CHECK(sent.address == alive.address());
  }
  CHECK(alive.stored().size() == 8);

  options how;
  how.delivery_timeout = 50ms;
  inlong::reporter hasty(dead.address(), how);
  const outcome sent = hasty.report(to, "x");
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.message().find("refused") != std::string::npos);

  inlong::reporter patient(dead.address());
  std::thread repair([&] {
    while (patient.counters().endpoints[0].failures == 0) std::this_thread::yield();
    dead.listen_again();
  });
  const outcome late = patient.report(to, "x");
  CHECK_MESSAGE(late, late.message());
  CHECK(late.attempts > 1);
  repair.join();
}

TEST_CASE(
    "a server that never answers is given up at the deadline, and nobody knows what it stored") {
  dataproxy server;
  options how;
  how.resend_unknown = false;
  SUBCASE("of the request") { how.request_timeout = 100ms; }
  SUBCASE("of the call") { how.delivery_timeout = 100ms; }
  inlong::reporter reporter({server.address()}, how);
  server.next(reaction::silence());
  const auto start = std::chrono::steady_clock::now();
  const outcome sent = reporter.report(to, "x");
  const auto spent = std::chrono::steady_clock::now() - start;
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::maybe_stored);
  CHECK(spent >= 100ms);
  CHECK(spent < 1s);
}

TEST_CASE("bytes that came unasked are never taken for an answer") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  REQUIRE(reporter.report(to, "first"));
  server.interject(
      "HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"code\":\"2147483647\",\"msg\":\"\"}");
  const outcome sent = reporter.report(to, "second");
  CHECK_MESSAGE(sent, sent.message());
  CHECK(server.records() == std::vector<std::string>{"first", "second"});
}

TEST_CASE("an idle connection that the server closed costs nothing") {
  dataproxy server;
  inlong::reporter reporter({server.address()});
  REQUIRE(reporter.report(to, "first"));
  server.disconnect();
  REQUIRE(server.wait_for_open_connections(0, 5s));
  const outcome sent = reporter.report(to, "second");
  CHECK_MESSAGE(sent, sent.message());
  CHECK(sent.attempts == 1);
}

TEST_CASE("a broken connection does not raise SIGPIPE where its action is the default") {
  struct sigaction before {};
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &by_default, &before);
  dataproxy_options allowing;
  allowing.max_message_bytes = 1 << 25;
  dataproxy server(allowing);
  options how;
  how.max_request_bytes = 1 << 25;
  inlong::reporter reporter({server.address()}, how);
  server.next(reaction::reset().after_bytes(1000));
  const outcome sent = reporter.report(to, std::string(1 << 24, 'x'));
  CHECK_MESSAGE(sent, sent.message());
  CHECK(sent.attempts == 2);
  CHECK(server.stored().size() == 1);
  struct sigaction after {};
  sigaction(SIGPIPE, &before, &after);
  CHECK((after.sa_handler == SIG_DFL));
}
