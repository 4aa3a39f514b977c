// SPDX-License-Identifier: Apache-2.0
// A reporter over real sockets, and servers that fail in one way each: what the outcome says, and
// what the server stored.
#include <inlong/report.hpp>

#include <inlong/testing/blackhole.hpp>
#include <inlong/testing/dataproxy.hpp>

#include "account.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstddef>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::endpoint_state;
using inlong::errc;
using inlong::exchange;
using inlong::options;
using inlong::outcome;
using inlong::transmission;
using inlong::testing::blackhole;
using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::reaction;
using inlong::testing::received_request;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

using account = wire::account<inlong::reporter>;

/// A stand-in that has two addresses: whatever it does to a request, another try at the other
/// address finds the same journal, and the next reaction.
class two_doors : public dataproxy {
 public:
  explicit two_doors(dataproxy_options how = {}) : dataproxy(everywhere(how)) {}

  std::vector<std::string> addresses() const {
    const std::string behind = ":" + std::to_string(port());
    return {"127.0.0.1" + behind, "127.0.0.2" + behind};
  }

 private:
  static dataproxy_options& everywhere(dataproxy_options& how) {
    how.host = "0.0.0.0";
    return how;
  }
};

options hasty(milliseconds request_timeout, milliseconds delivery_timeout = 5s) {
  options how;
  how.request_timeout = request_timeout;
  how.delivery_timeout = delivery_timeout;
  return how;
}

options at_most_once() {
  options how;
  how.resend_unknown = false;
  how.delivery_timeout = 5s;
  return how;
}

std::string numbered(std::size_t number) { return "record " + std::to_string(number); }

std::vector<std::string> numbered(std::size_t count, std::size_t size) {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < count; ++i) {
    bodies.push_back(numbered(i) + std::string(size, '.'));
  }
  return bodies;
}

/// How many bytes the request has that carries such a record to this server, as the kernel sees it.
std::size_t request_size(const std::string& body) {
  dataproxy server;
  account asked({server.address()});
  REQUIRE(asked.report(body));
  const received_request got = server.requests().at(0);
  std::size_t size = (got.method + ' ' + got.target + ' ' + got.version + "\r\n\r\n").size();
  for (const auto& [name, value] : got.headers) size += (name + ": " + value + "\r\n").size();
  return size + got.body.size();
}

/// How many bytes DataProxy's usual answer has.
const std::size_t answer_size = inlong::testing::code_answer(0, "Ok").bytes().size();

}  // namespace

// ---- the connection ends

TEST_CASE("a reset at any byte of a small request: in doubt, and delivered once if sent again") {
  two_doors server;
  const std::size_t size = request_size(numbered(100));
  REQUIRE(size > 200);
  REQUIRE(size < 500);
  for (std::size_t bytes = 0; bytes <= size; bytes += (bytes < 3 || bytes > size - 3 ? 1 : 5)) {
    CAPTURE(bytes);
    server.clear();
    server.next(reaction::reset().after_bytes(bytes));
    account one(server.addresses());
    const outcome sent = one.report(numbered(100));
    CHECK_MESSAGE(sent, sent.message());
    CHECK(sent.attempts == 2);
    CHECK(server.records() == std::vector<std::string>{numbered(100)});
    // The kernel takes a small request as a whole, however much of it the server reads.
    const exchange first = one.seen().exchanges().at(0);
    CHECK(first.what == transmission::maybe_sent);
    CHECK_FALSE(first.stale);
    CHECK(one.faults({&server}) == "");
  }
  for (std::size_t bytes = 0; bytes <= size; ++bytes) {
    CAPTURE(bytes);
    server.clear();
    server.next(reaction::reset().after_bytes(bytes));
    account one(server.addresses(), at_most_once());
    const outcome sent = one.report(numbered(100));
    CHECK(sent.error == errc::connection_lost);
    CHECK(sent.known == certainty::maybe_stored);
    CHECK(sent.attempts == 1);
    CHECK(server.records().empty());
    CHECK(one.faults({&server}) == "");
  }
}

TEST_CASE("a reset at any byte of a request on a kept connection costs no delay and no health") {
  dataproxy server;
  account one({server.address()});
  REQUIRE(one.report("warm"));
  const std::size_t size = request_size(numbered(100));
  for (std::size_t bytes = 0; bytes <= size; ++bytes) {
    CAPTURE(bytes);
    server.next(reaction::reset().after_bytes(bytes));
    const outcome sent = one.report(numbered(100 + bytes));
    CHECK_MESSAGE(sent, sent.message());
    CHECK(sent.attempts == 2);
  }
  server.next(reaction::close());
  CHECK(one.report(numbered(99)));
  const inlong::endpoint_statistics at = one.endpoint(0);
  CHECK(at.state == endpoint_state::open);
  CHECK(at.failures == 0);
  CHECK(at.last_error == errc::ok);
  CHECK(one.reporter().counters().retries == 0);
  CHECK(server.records().size() == size + 3);
  CHECK(one.faults({&server}) == "");
}

TEST_CASE("a reset while a large request is sent: not stored while the kernel has not taken all") {
  dataproxy_options how;
  how.max_message_bytes = 1 << 25;
  how.receive_buffer = 65536;
  two_doors server(how);
  constexpr std::size_t size = 10'000'000;  // the kernel takes up to 4 MB that nobody reads
  const std::string body(size, 'x');
  for (const std::size_t bytes : {size / 2, size + 10'000}) {
    CAPTURE(bytes);
    server.clear();
    server.next(reaction::reset().after_bytes(bytes));
    options large = at_most_once();
    large.delivery_timeout = 30s;
    large.max_request_bytes = 1 << 25;
    account one(server.addresses(), large);
    const outcome sent = one.report(body);
    const exchange first = one.seen().exchanges().at(0);
    if (bytes <= size / 2) CHECK(first.what == transmission::not_sent);
    if (bytes > size) CHECK(first.what == transmission::maybe_sent);
    // What was surely not stored is sent again, even where it must not be stored twice.
    CHECK_MESSAGE(static_cast<bool>(sent) == (first.what == transmission::not_sent),
                  sent.message());
    CHECK(one.faults({&server}) == "");
  }
}

TEST_CASE("an answer that is cut at any byte is no success, by a reset or in order") {
  two_doors server;
  for (const bool reset : {false, true}) {
    const auto cut_at = [&](std::size_t bytes) {
      reaction cut = reaction::proper().cut_after(bytes);
      return reset ? cut.then_reset() : cut.then_close();
    };
    for (std::size_t bytes = 0; bytes < answer_size; ++bytes) {
      CAPTURE(reset);
      CAPTURE(bytes);
      server.clear();
      server.next(cut_at(bytes));
      account one(server.addresses(), at_most_once());
      const outcome sent = one.report(numbered(1));
      CHECK(sent.error == errc::connection_lost);
      CHECK(sent.known == certainty::maybe_stored);
      CHECK(sent.in_doubt == 1);
      CHECK(server.records().size() == 1);  // as it happens
      CHECK(one.faults({&server}) == "");
    }
    for (std::size_t bytes = 0; bytes < answer_size; bytes += 9) {
      CAPTURE(reset);
      CAPTURE(bytes);
      server.clear();
      server.next(cut_at(bytes));
      account one(server.addresses());
      const outcome sent = one.report(numbered(1));
      CHECK_MESSAGE(sent, sent.message());
      CHECK(sent.attempts == 2);
      CHECK(server.records().size() == 2);
      CHECK(one.faults({&server}) == "");
    }
  }
}

TEST_CASE("a server that accepts and closes is left alone for longer, and no loop is tight") {
  for (const bool reset : {false, true}) {
    CAPTURE(reset);
    dataproxy server;
    server.always(reset ? reaction::reset().at_accept() : reaction::close().at_accept());
    account one({server.address()}, hasty(1s, 900ms));
    const outcome sent = one.report(numbered(1));
    CHECK_FALSE(sent);
    CHECK(server.connections() <= 2);  // the first one rests for at least a second
    CHECK(one.endpoint(0).state == endpoint_state::closed);
    CHECK(one.faults({&server}) == "");

    dataproxy other;
    account both({server.address(), other.address()}, hasty(1s));
    for (std::size_t i = 0; i < 200; ++i) CHECK(both.report(numbered(i)));
    CHECK(both.seen().exchanges().size() <= 201);
    CHECK(both.faults({&server, &other}) == "");
  }
}

TEST_CASE("a connection that is closed just before it is used again costs nothing") {
  dataproxy server;
  account one({server.address()});
  for (std::size_t i = 0; i < 300; ++i) {
    CHECK(one.report(numbered(i)));
    server.disconnect();
  }
  CHECK(one.endpoint(0).failures == 0);
  CHECK(one.endpoint(0).state == endpoint_state::open);
  CHECK(one.reporter().counters().retries == 0);
  CHECK(server.records().size() == 300);
  CHECK(one.faults({&server}) == "");
}

TEST_CASE("ten thousand answers after which the server closes leave nothing behind") {
  const std::size_t descriptors = wire::descriptors();
  const std::size_t threads = wire::threads();
  {
    dataproxy_options how;
    how.keep_requests = false;
    dataproxy server(how);
    inlong::reporter reporter(server.address());
    server.always(reaction::proper().with_header("Connection", "close").then_close());
    constexpr std::size_t count = wire::sanitized ? 3'000 : 10'000;
    std::size_t most = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const outcome sent = reporter.report({"group", "stream"}, "x");
      REQUIRE_MESSAGE(sent, sent.message());
      if (i % 100 == 0) most = (std::max)(most, wire::descriptors());
    }
    CHECK(server.connections() == count);
    CHECK(reporter.counters().endpoints[0].requests == count);
    CHECK(reporter.counters().endpoints[0].failures == 0);
    CHECK(most < descriptors + 100);
  }
  CHECK(wire::soon([&] { return wire::descriptors() <= descriptors; }));
  CHECK(wire::soon([&] { return wire::threads() <= threads; }));
}

// ---- no answer, or not in time

TEST_CASE("a request that is read and not answered is sent elsewhere, unless once is the most") {
  for (const bool stores : {false, true}) {
    CAPTURE(stores);
    two_doors server;
    server.next(stores ? reaction::silence().storing() : reaction::silence());
    account one(server.addresses(), hasty(60ms));
    const outcome sent = one.report(numbered(1));
    CHECK_MESSAGE(sent, sent.message());
    CHECK(sent.attempts == 2);
    CHECK(server.records().size() == (stores ? 2 : 1));
    CHECK(one.faults({&server}) == "");

    server.clear();
    server.next(stores ? reaction::silence().storing() : reaction::silence());
    options once = hasty(60ms);
    once.resend_unknown = false;
    account another(server.addresses(), once);
    const outcome failed = another.report(numbered(1));
    CHECK(failed.error == errc::timeout);
    CHECK(failed.known == certainty::maybe_stored);
    CHECK(failed.attempts == 1);
    CHECK(server.records().size() == (stores ? 1 : 0));
    CHECK(another.faults({&server}) == "");
  }
}

TEST_CASE("an answer that dribbles is ended by the deadline of the request, and of the call") {
  two_doors server;
  const reaction slow = reaction::proper().dribbled(1, 10ms);
  server.next(slow);
  account one(server.addresses(), hasty(100ms));
  CHECK(one.report(numbered(1)));
  CHECK(server.records().size() == 2);
  CHECK(one.faults({&server}) == "");

  server.clear();
  server.always(slow);
  account late(server.addresses(), hasty(10s, 150ms));
  const outcome sent = late.report(numbered(1));
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::maybe_stored);
  CHECK(late.faults({&server}) == "");

  server.clear();
  server.always(reaction::raw("HTTP/1.1 200 OK\r\n\r\n").flooding(" ").dribbled(1, 0ms));
  account flooded(server.addresses(), hasty(10s, 150ms));
  CHECK_FALSE(flooded.report(numbered(1)));
  CHECK(flooded.faults({&server}) == "");
}

TEST_CASE("a server that never reads: not sent if the kernel did not take all of it") {
  dataproxy_options how;
  how.receive_buffer = 65536;
  dataproxy server(how);
  server.always(reaction::deaf());
  options large = hasty(100ms, 5s);  // encoding takes its time under a sanitizer
  large.max_request_bytes = 1 << 25;
  account one({server.address()}, large);
  const outcome sent = one.report(std::string(6'000'000, 'x'));
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::not_stored);
  CHECK_MESSAGE(sent.message().find("bytes taken") != std::string::npos, sent.message());
  CHECK(one.faults({&server}) == "");

  account small({server.address()}, hasty(100ms, 300ms));
  const outcome lost = small.report(numbered(1));
  CHECK(lost.error == errc::timeout);
  CHECK(lost.known == certainty::maybe_stored);
  CHECK(small.faults({&server}) == "");
}

TEST_CASE("an address that does not answer takes its connect timeout, and the other one is used") {
  const blackhole nobody;
  dataproxy server;
  options how;
  how.connect_timeout = 50ms;
  how.delivery_timeout = 5s;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    account one({nobody.address(), server.address()}, how);
    const auto start = steady_clock::now();
    CHECK(one.report(numbered(i)));
    const auto spent = steady_clock::now() - start;
    tried += one.endpoint(0).failures;
    if (one.endpoint(0).failures != 0) CHECK(spent >= 50ms);
    CHECK(spent < 50ms + wire::grace);
    CHECK(one.faults({&server}) == "");
  }
  CHECK(tried != 0);  // or it was lucky: once in 4096 runs

  how.delivery_timeout = 200ms;
  how.connect_timeout = 10s;
  account alone({nobody.address()}, how);
  const outcome sent = alone.report(numbered(1));
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.message().find("connecting to " + nobody.address()) != std::string::npos);
  CHECK(alone.faults({}) == "");
}

TEST_CASE("a name that does not resolve is a failure of that address, in time") {
  dataproxy server;
  options how;
  how.delivery_timeout = 400ms;  // a resolver may take longer than that to say so
  how.request_timeout = 150ms;
  account alone({"no-such-name.invalid:46802"}, how);
  const outcome sent = alone.report(numbered(1));
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.message().find("no-such-name.invalid") != std::string::npos);
  CHECK(alone.faults({}) == "");

  how.delivery_timeout = 5s;
  account both({"no-such-name.invalid:46802", server.address()}, how);
  for (std::size_t i = 0; i < 5; ++i) CHECK(both.report(numbered(i)));
  CHECK(both.faults({&server}) == "");
}

// ---- answers that are none, or not for this request

TEST_CASE("what is no answer is no success: another endpoint is asked, or the call fails") {
  const std::string ok = R"({"code":"0","msg":"Ok"})";
  const std::string line = "HTTP/1.1 200 OK\r\n";
  const std::string size = "content-length: " + std::to_string(ok.size()) + "\r\n";
  for (const reaction& each : {
           // header floods
           reaction::raw(line).flooding("X: y\r\n"),
           reaction::raw(line + "X: ").flooding("y"),
           reaction::raw("HTTP/1.1 200 ").flooding("O"),
           reaction::raw("").flooding("HTTP/1.1 100 Continue\r\n\r\n"),
           reaction::raw("").flooding("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
           // lengths that are none
           reaction::raw(line + "content-length: -1\r\n\r\n" + ok),
           reaction::raw(line + "content-length: +23\r\n\r\n" + ok),
           reaction::raw(line + "content-length: 23x\r\n\r\n" + ok),
           reaction::raw(line + "content-length: 0x17\r\n\r\n" + ok),
           reaction::raw(line + "content-length: 23, 23\r\n\r\n" + ok),
           reaction::raw(line + "content-length:\r\n\r\n" + ok),
           reaction::raw(line + "content-length: 99999999999999999999\r\n\r\n" + ok),
           reaction::raw(line + size + size + "\r\n" + ok),
           reaction::raw(line + "content-length: 24\r\n\r\n" + ok).then_close(),
           reaction::raw(line + "content-length: 99999999\r\n\r\n" + ok).then_reset(),
           // chunks that are none
           reaction::raw(line + "transfer-encoding: chunked\r\n\r\n" + ok).then_close(),
           reaction::raw(line + "transfer-encoding: chunked\r\n\r\n17\r\n" + ok).then_close(),
           reaction::raw(line + "transfer-encoding: chunked\r\n\r\n17\r\n" + ok + "\r\n")
               .then_close(),
           reaction::raw(line + "transfer-encoding: chunked\r\n\r\n").flooding("f"),
           reaction::raw(line + "transfer-encoding: gzip, chunked\r\n\r\n" + ok),
           // other protocols
           reaction::raw("SSH-2.0-OpenSSH_9.2\r\n"),
           reaction::raw("\x15\x03\x01\x02\x02\x16"),
           reaction::raw("HTTP/2 200\r\n\r\n" + ok),
           reaction::raw("HTTP/1.1 20 OK\r\n\r\n" + ok),
           reaction::raw(ok + "\r\n"),
           reaction::raw("\r\n" + line + size + "\r\n" + ok),
           // whole answers without a code
           reaction::raw(line + "content-length: 0\r\n\r\n"),
           reaction::raw(line + "content-length: 23\r\n\r\n" + "[" + ok),
           reaction::raw(line + "\r\n" + ok.substr(0, 11)).then_close(),
           reaction::status(204), reaction::status(206, ok), reaction::status(304, ok),
           reaction::status(200, "<html>code: 0</html>"),
           // bodies without end
           reaction::status(200, std::string(10 << 20, ' ') + ok),
           reaction::raw(line + "\r\n").flooding(std::string(8192, ' ')),
           reaction::raw(line + "content-length: 999999999999999\r\n\r\n")
               .flooding(std::string(8192, ' ')),
           reaction::raw(line + "transfer-encoding: chunked\r\n\r\n").flooding("2\r\n  \r\n"),
       }) {
    CAPTURE(each.bytes);
    CAPTURE(each.http.status);
    two_doors server;
    server.next(each);
    account other(server.addresses(), hasty(150ms));
    const outcome sent = other.report(numbered(1));
    CHECK_MESSAGE(sent, sent.message());
    CHECK(sent.attempts == 2);
    CHECK(server.records().size() == 1);
    CHECK(other.faults({&server}) == "");

    server.clear();
    server.always(each);
    account alone({server.address()}, hasty(100ms, 150ms));
    const outcome failed = alone.report(numbered(1));
    CHECK_FALSE(failed);
    CHECK(failed.delivered == 0);
    CHECK(server.records().empty());
    CHECK(alone.faults({&server}) == "");
  }
}

TEST_CASE("an answer that was not asked for is never the answer to anything") {
  const std::string ok = inlong::testing::code_answer(0, "unasked").bytes();
  const std::string farewell =
      inlong::testing::code_answer(INT_MAX, "Process message failure: null").bytes();
  dataproxy server;
  account one({server.address()}, hasty(5s));
  bool waits = true;
  SUBCASE("a success behind an answer") { server.always(reaction::proper().then_send(ok)); }
  SUBCASE("and some time later") { server.always(reaction::proper().then_send(ok, 1ms)); }
  SUBCASE("and then the end") { server.always(reaction::proper().then_send(ok).then_close()); }
  SUBCASE("a success in part") { server.always(reaction::proper().then_send(ok.substr(0, 30))); }
  SUBCASE("a farewell, perhaps at the moment when a request is sent") {
    waits = false;
    server.always(reaction::proper().then_send(farewell).then_close());
  }
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(one.report(numbered(i)));
    // What was delivered was delivered by a proper answer: it is stored.
    CHECK(server.records().size() == i + 1);
    const auto until = steady_clock::now() + (waits ? 5ms : 0ms);
    while (steady_clock::now() < until) std::this_thread::yield();
  }
  CHECK(server.requests().size() == 50);
  CHECK(one.endpoint(0).failures == 0);
  CHECK(one.faults({&server}) == "");
}

TEST_CASE("what a server says before it is asked is a refusal or nothing") {
  dataproxy server;
  SUBCASE("a success") {
    server.always(reaction::raw(inlong::testing::code_answer(0, "Ok").bytes()).at_accept());
  }
  SUBCASE("a refusal") { server.always(reaction::status(503).then_close().at_accept()); }
  dataproxy other;
  account one({server.address(), other.address()}, hasty(300ms));
  for (std::size_t i = 0; i < 20; ++i) CHECK(one.report(numbered(i)));
}

TEST_CASE("the farewell of an idle connection costs nothing, whenever it comes") {
  dataproxy_options how;
  SUBCASE("while a request is on its way") {
    dataproxy server;
    account one({server.address()});
    for (std::size_t i = 0; i < 20; ++i) {
      CHECK(one.report(numbered(2 * i)));
      server.next(reaction::code(INT_MAX, "Process message failure: null"));
      const outcome sent = one.report(numbered(2 * i + 1));
      CHECK_MESSAGE(sent, sent.message());
      CHECK(sent.attempts == 2);
    }
    CHECK(one.endpoint(0).failures == 0);
    CHECK(one.reporter().counters().retries == 0);
    CHECK(server.records().size() == 40);
    CHECK(one.faults({&server}) == "");
  }
  SUBCASE("before a request") {
    how.idle_timeout = 20ms;
    dataproxy server(how);
    account one({server.address()});
    for (std::size_t i = 0; i < 5; ++i) {
      const outcome sent = one.report(numbered(i));
      CHECK(sent.attempts == 1);
      CHECK(server.wait_for_open_connections(0, 10s));
    }
    CHECK(one.faults({&server}) == "");
  }
  SUBCASE("about when a request is sent") {
    how.idle_timeout = 10ms;
    dataproxy server(how);
    account one({server.address()});
    for (std::size_t i = 0; i < 60; ++i) {
      const outcome sent = one.report(numbered(i));
      CHECK_MESSAGE(sent, sent.message());
      const auto idle = 9'500us + std::chrono::microseconds(i * 20);
      for (const auto end = steady_clock::now() + idle; steady_clock::now() < end;) {
      }
    }
    CHECK(one.endpoint(0).failures == 0);
    CHECK(server.records().size() == 60);
    CHECK(one.faults({&server}) == "");
  }
}

// ---- refusals

TEST_CASE("a request that is too large is divided, whether the connection goes on or not") {
  for (const bool closes : {false, true}) {
    CAPTURE(closes);
    dataproxy_options how;
    how.max_message_bytes = 2'000;
    dataproxy server(how);
    if (closes) {
      server.decide_by([](const received_request& request) {
        return request.body.size() > 1'500 ? reaction::status(413).then_close()
                                           : reaction::proper();
      });
    }
    account one({server.address()});
    const std::vector<std::string> bodies = numbered(100, 60);
    const outcome sent = one.report(bodies);
    CHECK_MESSAGE(sent, sent.message());
    CHECK(server.records() == bodies);
    CHECK(sent.attempts < 40);
    CHECK(one.reporter().counters().retries == 0);
    CHECK(one.endpoint(0).state == endpoint_state::open);

    // It has learned.
    std::vector<std::string> more = numbered(100, 61);
    const outcome next = one.report(more);
    CHECK_MESSAGE(next, next.message());
    CHECK(next.attempts < 20);
    for (const exchange& each : one.seen().exchanges()) {
      CHECK((each.status == 200 || each.status == 413));
    }
    CHECK(one.faults({&server}) == "");
  }
}

TEST_CASE("a record that is too large for the server alone ends the call where it stands") {
  dataproxy_options how;
  how.max_message_bytes = 2'000;
  dataproxy server(how);
  account one({server.address()});
  std::vector<std::string> bodies = numbered(30, 60);
  bodies[20] += std::string(3'000, 'x');
  const outcome sent = one.report(bodies);
  CHECK(sent.error == errc::too_large);
  CHECK(sent.delivered == 20);
  CHECK(sent.known == certainty::not_stored);
  CHECK(server.records() == std::vector<std::string>(bodies.begin(), bodies.begin() + 20));
  CHECK(one.faults({&server}) == "");
}

TEST_CASE("what one of two nodes refuses, the other one takes") {
  for (const int code : {1, 2, 3, 10, 114, 115, 116}) {
    for (const bool stores : {false, true}) {
      if (stores && code != 114) continue;
      CAPTURE(code);
      dataproxy bad;
      dataproxy good;
      reaction refusal = reaction::code(code);
      if (stores) refusal.storing();
      bad.always(refusal);
      account both({bad.address(), good.address()}, hasty(5s));
      for (std::size_t i = 0; i < 30; ++i) {
        const outcome sent = both.report(numbered(i));
        CHECK_MESSAGE(sent, sent.message());
        CHECK(sent.address == good.address());
      }
      CHECK(both.faults({&bad, &good}) == "");
      // A node that knows other streams is asked for this one again; one that can't take any rests.
      if (code != 115) CHECK(both.endpoint(0).requests <= 2);
    }
  }
}

TEST_CASE("a Retry-After is respected as far as there is time") {
  dataproxy server;
  server.next(reaction::status(503).with_header("Retry-After", "1"));
  account one({server.address()}, hasty(5s, 10s));
  CHECK(one.report(numbered(1)));
  REQUIRE(server.requests().size() >= 2);
  CHECK(server.requests()[1].time - server.requests()[0].time >= 900ms);

  const std::vector<std::string> values{
      "0", "-1", "999999999", "99999999999999999999", "1.5", "soon", "",
      "Fri, 31 Dec 1999 23:59:59 GMT"};
  std::vector<std::string> faults(values.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < values.size(); ++i) {
    threads.emplace_back([&, i] {
      dataproxy busy;
      busy.always(reaction::status(429).with_header("Retry-After", values[i]));
      account hurried({busy.address()}, hasty(1s, 1200ms));
      const outcome sent = hurried.report(numbered(2));
      if (sent || sent.known != certainty::not_stored) faults[i] = sent.message();
      if (busy.requests().size() < 2) faults[i] += "tried once only";
      faults[i] += hurried.faults({&busy});
    });
  }
  for (std::thread& each : threads) each.join();
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(values[i]);
    CHECK(faults[i] == "");
  }
}
