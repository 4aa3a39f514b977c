// SPDX-License-Identifier: Apache-2.0
#include <inlong/reporter.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <iterator>
#include <list>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::errc;
using inlong::options;
using inlong::outcome;
using inlong::testing::scripted_transport;
using reporter = inlong::basic_reporter<scripted_transport>;

namespace {

const inlong::destination to{"group", "stream"};

std::string field(const scripted_transport::posted& sent, const std::string& name) {
  const std::string form = '&' + sent.body;
  const std::size_t start = form.find('&' + name + '=') + name.size() + 2;
  return form.substr(start, form.find('&', start) - start);
}

}  // namespace

TEST_CASE("a reporter is made from texts, lists and ranges, with options or without") {
  const std::vector<std::string> range{"a", "b"};
  const reporter one({"a"});
  const reporter two({"a", "b"});
  const reporter braces{"a", "b"};
  const reporter double_braces{{"a", "b"}};
  const reporter commas("a:1,b:2");
  const reporter from_range(range);
  const reporter with_options(range, options{});
  const reporter empty_options({"a", "b"}, {});
  const reporter from_list(inlong::endpoint_list{"a"});
  CHECK_FALSE(std::is_constructible_v<reporter, const char*, const char*>);
  CHECK_FALSE(std::is_constructible_v<reporter, std::vector<std::string>::iterator,
                                      std::vector<std::string>::iterator>);
  CHECK_FALSE(std::is_constructible_v<reporter, std::vector<char>>);
  CHECK_FALSE(std::is_copy_constructible_v<reporter>);
}

TEST_CASE("bodies are passed as one text or as any range of texts") {
  scripted_transport network;
  reporter sender({"a"}, {}, network);
  const char array[] = "array";
  const std::string string = "string";
  CHECK(sender.report(to, "literal"));
  CHECK(sender.report(to, array));
  CHECK(sender.report(to, string));
  CHECK(sender.report(to, std::string_view("view")));
  CHECK(sender.report(to, {"a", "b"}));
  CHECK(sender.report(to, {{"a"}, {"b"}}));
  CHECK(sender.report(to, std::vector<std::string>{"a", "b"}));
  CHECK(sender.report(to, std::vector<const char*>{"a", "b"}));
  CHECK(sender.report(to, std::list<std::string_view>{"a", "b"}));
  CHECK(sender.report({"group", "stream"}, {string, array, "literal"}));

  const auto journal = network.journal();
  const std::vector<std::string> expected{
      "literal", "array", "string", "view",  "a%0Ab",
      "a%0Ab",   "a%0Ab", "a%0Ab",  "a%0Ab", "string%0Aarray%0Aliteral"};
  REQUIRE(journal.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(field(journal[i], "body") == expected[i]);
}

TEST_CASE("a range may be one that is changed by reading it") {
  struct words {
    explicit words(const std::string& all) : in(all) {}
    std::istream_iterator<std::string> begin() { return std::istream_iterator<std::string>(in); }
    std::istream_iterator<std::string> end() { return {}; }

    std::istringstream in;
  };
  scripted_transport network;
  reporter sender({"a"}, {}, network);
  words named("a b");
  CHECK(sender.report(to, named));
  CHECK(sender.report(to, words("c d e")).delivered == 3);
  REQUIRE(network.journal().size() == 2);
  CHECK(field(network.journal()[0], "body") == "a%0Ab");
  CHECK(field(network.journal()[1], "body") == "c%0Ad%0Ae");
}

TEST_CASE("a request carries ids, body, data time and count") {
  scripted_transport network;
  options how;
  how.headers = {{"X-Token", "t"}};
  how.keep_alive = false;
  how.connect_timeout = 123ms;
  reporter sender({"http://gateway/in"}, how, network);
  const auto before = std::chrono::system_clock::now();
  CHECK(sender.report({"g&1", "s;2"}, {"x=1", "y+z"}, inlong::time_point(-5ms)));
  CHECK(sender.report(to, "now"));
  const auto journal = network.journal();
  CHECK(journal[0].body == "groupId=g%261&streamId=s%3B2&body=x%3D1%0Ay%2Bz&dt=-5&cnt=2");
  CHECK(journal[0].path == "/in/dataproxy/message");
  CHECK(journal[0].headers.at(0).name == "X-Token");
  CHECK_FALSE(journal[0].keep_alive);
  CHECK(journal[0].connect_timeout == 123ms);
  const auto dt = std::stoll(field(journal[1], "dt"));
  CHECK(dt >= inlong::time_point(before).milliseconds());
  CHECK(dt <= inlong::time_point(std::chrono::system_clock::now()).milliseconds());
}

TEST_CASE("a delivered call says so exactly") {
  reporter sender({"10.0.0.1"});
  const outcome sent = sender.report(to, {"a", "b"});
  CHECK(sent);
  CHECK(sent.error == errc::ok);
  CHECK(sent.delivered == 2);
  CHECK(sent.records == 2);
  CHECK(sent.known == certainty::stored);
  CHECK(sent.server_code == 0);
  CHECK(sent.http_status == 200);
  CHECK(sent.attempts == 1);
  CHECK(sent.address == "10.0.0.1:46802");
}

TEST_CASE("bad input is refused with an error of its own, and nothing is sent") {
  scripted_transport network;
  options how;
  how.max_request_bytes = 1000;
  reporter sender({"a"}, how, network);
  const auto error = [&](const inlong::destination& where, std::string_view body) {
    const outcome sent = sender.report(where, body);
    CHECK(sent.delivered == 0);
    CHECK(sent.attempts == 0);
    CHECK(sent.known == certainty::not_stored);
    CHECK(sent.message().find("nothing was sent") != std::string::npos);
    return sent.error;
  };
  CHECK(error({"", "s"}, "x") == errc::blank_group);
  CHECK(error({" \xe3\x80\x80", "s"}, "x") == errc::blank_group);
  CHECK(error({"g", "\t"}, "x") == errc::blank_stream);
  CHECK(error({"g\n", "s"}, "x") == errc::invalid_group);
  CHECK(error({"g", "s\xc2\x85"}, "x") == errc::invalid_stream);
  CHECK(error({"g", "s\xff"}, "x") == errc::invalid_stream);
  CHECK(error(to, "") == errc::blank_body);
  CHECK(error(to, " \t\r\v\f\xe2\x80\xa8") == errc::blank_body);
  CHECK(error(to, "\xc3(") == errc::invalid_utf8);
  CHECK(error(to, "a\nb") == errc::separator_in_body);
  CHECK(error(to, std::string(1001, 'x')) == errc::too_large);
  CHECK(error(to, std::string(400, '%')) == errc::too_large);
  CHECK(sender.report(to, std::vector<std::string>{}).error == errc::no_records);
  CHECK(network.journal().empty());
}

TEST_CASE("one bad body of a range refuses all of them and is named by its index") {
  scripted_transport network;
  reporter sender({"a"}, {}, network);
  const outcome sent = sender.report(to, {"fine", "fine too", " ", "\xff"});
  CHECK(sent.error == errc::blank_body);
  CHECK(sent.message().find("bodies[2]: ") == 0);
  CHECK(network.journal().empty());
}

TEST_CASE("the record separator is an option") {
  scripted_transport network;
  options how;
  how.record_separator = '|';
  reporter sender({"a"}, how, network);
  CHECK(sender.report(to, {"a\nb", "c"}));
  CHECK(field(network.journal()[0], "body") == "a%0Ab|c");
  CHECK(sender.report(to, "a|b").error == errc::separator_in_body);
}

TEST_CASE("strict form escapes everything but unreserved characters") {
  scripted_transport network;
  options how;
  how.form = inlong::form::strict;
  reporter sender({"a"}, how, network);
  CHECK(sender.report({"g 1", "s"}, "a b\xc3\xa9~"));
  CHECK(network.journal()[0].body.find("groupId=g%201&streamId=s&body=a%20b%C3%A9~&dt=") == 0);
}

TEST_CASE("a range is divided into requests of at most the limit, and in as few as it takes") {
  scripted_transport network;
  options how;
  how.max_request_bytes = 200;
  reporter sender({"a"}, how, network);
  std::vector<std::string> bodies;
  for (int i = 0; i < 100; ++i)
    bodies.push_back(std::to_string(i) + std::string(static_cast<std::size_t>(i % 40), '='));
  const outcome sent = sender.report(to, bodies, inlong::time_point(7ms));
  CHECK(sent.delivered == 100);
  const auto journal = network.journal();
  CHECK(sent.attempts == journal.size());
  std::string joined;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    CHECK(journal[i].body.size() <= 200);
    CHECK(field(journal[i], "dt") == "7");
    counted += std::stoul(field(journal[i], "cnt"));
    joined += (i == 0 ? "" : "%0A") + field(journal[i], "body");
    if (i + 1 == journal.size()) continue;
    const std::string next = field(journal[i + 1], "body");
    const std::size_t with_one_more = journal[i].body.size() + 3 +
                                      next.substr(0, next.find("%0A")).size() +
                                      (field(journal[i], "cnt") == "9");
    CHECK(with_one_more > 200);
  }
  CHECK(counted == 100);
  std::string expected;
  for (const std::string& body : bodies) {
    expected += expected.empty() ? "" : "%0A";
    for (const char c : body) expected += c == '=' ? std::string("%3D") : std::string(1, c);
  }
  CHECK(joined == expected);
}

TEST_CASE("a record that fills a request to the last byte is sent, one byte more is too large") {
  scripted_transport network;
  options how;
  how.max_request_bytes = 500;
  reporter sender({"a"}, how, network);
  const inlong::time_point time(0ms);
  const std::size_t around = std::string("groupId=group&streamId=stream&body=&dt=0&cnt=1").size();
  CHECK(sender.report(to, std::string(500 - around, 'x'), time));
  CHECK(network.journal()[0].body.size() == 500);
  CHECK(sender.report(to, std::string(501 - around, 'x'), time).error == errc::too_large);
}

TEST_CASE("a call stops at the first request that fails, and says how far it came") {
  scripted_transport network;
  options how;
  how.max_request_bytes = 70;
  reporter sender({"a"}, how, network);
  network.next(scripted_transport::code(0));
  network.next(scripted_transport::code(0));
  network.next(scripted_transport::code(115));
  const std::string body(15, 'x');  // one to a request
  const outcome sent = sender.report(to, {body, body, body, body}, inlong::time_point(0ms));
  CHECK(sent.error == errc::unknown_stream);
  CHECK(sent.delivered == 2);
  CHECK(sent.records == 4);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.server_code == 115);
  CHECK(network.journal().size() == 3);
  CHECK(sent.message().find("2 of 4 records delivered; then: group or stream unknown") == 0);
}

TEST_CASE("an address that can't be reached passes the request to the next, and rests") {
  std::atomic<int> refused{0};
  scripted_transport network([&](const scripted_transport::posted& sent) {
    if (sent.address == "dead:46802") {
      ++refused;
      return scripted_transport::not_sent();
    }
    return scripted_transport::code(0);
  });
  for (int i = 0; i < 20; ++i) {
    reporter sender({"dead", "alive"}, {}, network);
    for (int call = 0; call < 5; ++call) {
      const outcome sent = sender.report(to, "x");
      CHECK(sent);
      CHECK(sent.address == "alive:46802");
    }
  }
  CHECK(refused > 0);
  CHECK(refused < 20);  // a random first one, so that not every reporter begins with the dead one
}

TEST_CASE("with no address that answers a call ends at its deadline, and tells the last failure") {
  scripted_transport network([](const auto&) { return scripted_transport::not_sent(); });
  options how;
  how.delivery_timeout = 50ms;
  reporter sender({"a", "b", "c"}, how, network);
  const auto start = std::chrono::steady_clock::now();
  const outcome sent = sender.report(to, "x");
  CHECK(std::chrono::steady_clock::now() - start >= 50ms);
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.attempts >= 3);
  CHECK(sent.message().find("refused") != std::string::npos);
  std::set<std::string> tried;
  for (const auto& each : network.journal()) tried.insert(each.address);
  CHECK(tried.size() == 3);
  // All rest for longer than the next call has time: one is tried all the same.
  CHECK(sender.report(to, "x").attempts == 1);
}

TEST_CASE("a call whose records took all of its time to read does not blame an endpoint for it") {
  struct slow_range {
    struct iterator {
      std::chrono::steady_clock::time_point ready;
      bool over;
      std::string operator*() const {
        while (std::chrono::steady_clock::now() < ready) {
        }
        return "x";
      }
      iterator& operator++() {
        over = true;
        return *this;
      }
      bool operator!=(const iterator& other) const { return over != other.over; }
    };
    iterator begin() const { return {std::chrono::steady_clock::now() + 20ms, false}; }
    iterator end() const { return {{}, true}; }
  };
  scripted_transport network;
  options how;
  how.delivery_timeout = 10ms;
  reporter sender("a", how, network);
  const outcome sent = sender.report(to, slow_range());
  CHECK(sent.error == errc::timeout);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.attempts == 0);
  CHECK(network.journal().empty());
  CHECK(sender.counters().failed == 1);
  CHECK(sender.counters().endpoints[0].state == inlong::endpoint_state::untried);
}

TEST_CASE("what may have been stored is sent again, unless that is not wanted") {
  scripted_transport network;
  network.next(scripted_transport::maybe_sent());
  reporter at_least_once({"a", "b"}, {}, network);
  const outcome sent = at_least_once.report(to, "x");
  CHECK(sent);
  CHECK(sent.known == certainty::stored);
  CHECK(sent.attempts == 2);

  options how;
  how.resend_unknown = false;
  for (const inlong::exchange& answer :
       {scripted_transport::maybe_sent(), scripted_transport::code(114),
        scripted_transport::status(502), scripted_transport::status(200, "hello"),
        scripted_transport::code(2147483647)}) {
    reporter at_most_once({"a", "b"}, how, network);
    network.next(answer);
    const outcome failed = at_most_once.report(to, "x");
    CHECK(failed.error != errc::ok);
    CHECK(failed.known == certainty::maybe_stored);
    CHECK(failed.attempts == 1);
  }
  reporter at_most_once({"a", "b"}, how, network);
  network.next(scripted_transport::code(1));
  CHECK(at_most_once.report(to, "x").attempts == 2);
}

TEST_CASE("a connection that turned out stale costs nothing, and a fresh one is taken") {
  scripted_transport network;
  inlong::exchange stale = scripted_transport::not_sent(std::errc::broken_pipe);
  stale.stale = true;
  for (int i = 0; i < 10; ++i) {
    reporter sender({"a", "b"}, {}, network);
    const std::size_t before = network.journal().size();
    network.next(stale);
    const outcome sent = sender.report(to, "x");
    CHECK(sent.attempts == 2);
    const auto journal = network.journal();
    REQUIRE(journal.size() == before + 2);
    CHECK(journal[before].address == journal[before + 1].address);
    CHECK_FALSE(journal[before].fresh);
    CHECK(journal[before + 1].fresh);
    CHECK(sender.counters().endpoints[0].state != inlong::endpoint_state::closed);
    CHECK(sender.counters().endpoints[1].state != inlong::endpoint_state::closed);
  }
}

TEST_CASE("a transport that calls every connection stale does not keep the call going round") {
  inlong::exchange stale = scripted_transport::not_sent(std::errc::broken_pipe);
  stale.stale = true;
  scripted_transport network([&](const auto&) { return stale; });
  options how;
  how.delivery_timeout = 50ms;
  reporter sender({"a"}, how, network);
  CHECK(sender.report(to, "x").error == errc::timeout);
  CHECK(network.journal().size() < 10);
}

TEST_CASE("a node that takes no records rests, one that refuses them does not") {
  for (const inlong::exchange& answer :
       {scripted_transport::code(1), scripted_transport::code(114), scripted_transport::status(503),
        scripted_transport::status(200, "<html>"), scripted_transport::maybe_sent()}) {
    scripted_transport network;
    reporter sender({"a", "b"}, {}, network);
    network.next(answer);
    CHECK(sender.report(to, "x"));
    CHECK(sender.report(to, "x"));
    const auto journal = network.journal();
    CHECK(journal[0].address != journal[1].address);
    CHECK(journal[2].address == journal[1].address);
  }
  scripted_transport network;
  reporter sender({"a", "b"}, {}, network);
  network.next(scripted_transport::code(100));
  CHECK_FALSE(sender.report(to, "x"));
  CHECK(sender.report(to, "x"));
  CHECK(network.journal()[0].address == network.journal()[1].address);
}

TEST_CASE("all records of a request without an answer are in doubt, those behind it are not") {
  scripted_transport network;
  options how;
  how.max_request_bytes = 70;
  how.resend_unknown = false;
  reporter sender({"a"}, how, network);
  network.next(scripted_transport::code(0));
  network.next(scripted_transport::code(114));
  const std::string half(9, 'x');  // two to a request
  const outcome sent =
      sender.report(to, {half, half, half, half, half, half}, inlong::time_point(0ms));
  CHECK(sent.delivered == 2);
  CHECK(sent.in_doubt == 2);
  CHECK(sent.message().find("the next 2 records were stored is not known") != std::string::npos);
  network.next(scripted_transport::code(115));
  reporter another({"a"}, how, network);
  CHECK(another.report(to, {half, half}).in_doubt == 0);
}

TEST_CASE("records that wait for their stream to be known stay in front of those behind them") {
  scripted_transport network;
  network.next(scripted_transport::code(0));
  network.next(scripted_transport::code(115));
  options how;
  how.unknown_stream_wait = 10s;
  how.max_request_bytes = 200;
  reporter sender("a", how, network);
  const std::vector<std::string> bodies{std::string(100, 'a'), std::string(100, 'b'),
                                        std::string(100, 'c'), std::string(100, 'd')};
  const outcome sent = sender.report(to, bodies);
  CHECK_MESSAGE(sent, sent.message());
  std::string order;
  for (const auto& each : network.journal()) order += field(each, "body")[0];
  CHECK(order == "abbcd");
}

TEST_CASE("of what the deadline ends together, the first record's fate is the one that is told") {
  for (const std::size_t requests : {2u, 3u, 5u, 8u}) {
    CAPTURE(requests);
    scripted_transport network([](const auto&) { return scripted_transport::code(114); });
    options how;
    how.delivery_timeout = 20ms;
    how.max_request_bytes = 200;
    reporter sender("a", how, network);
    const outcome sent =
        sender.report(to, std::vector<std::string>(requests, std::string(100, 'x')));
    CHECK(sent.error == errc::timeout);
    CHECK(sent.delivered == 0);
    CHECK(sent.known == certainty::maybe_stored);
    CHECK(sent.in_doubt == 1);
    CHECK(sent.server_code == 114);
    CHECK(sent.address == "a:46802");
  }
}

TEST_CASE("a request that is too large is divided, and the limit remembered") {
  constexpr std::size_t limit = 300;
  scripted_transport network([](const scripted_transport::posted& sent) {
    return sent.body.size() > limit ? scripted_transport::status(413) : scripted_transport::code(0);
  });
  reporter sender({"a"}, {}, network);
  const std::vector<std::string> bodies(100, std::string(20, 'x'));
  const outcome sent = sender.report(to, bodies);
  CHECK(sent.delivered == 100);
  std::size_t refused = 0;
  std::size_t counted = 0;
  for (const auto& each : network.journal()) {
    (each.body.size() > limit ? refused : counted) += 1;
  }
  CHECK(refused <= 5);
  CHECK(counted >= 100 * 20 / limit);
  const std::size_t before = network.journal().size();
  CHECK(sender.report(to, std::vector<std::string>(5, std::string(20, 'x'))));
  CHECK(network.journal().size() - before <= 2);
  const outcome alone = sender.report(to, std::string(400, 'x'));
  CHECK(alone.error == errc::too_large);
  CHECK(alone.attempts == 1);
}

TEST_CASE("one record that the server refuses is found, those before it are delivered") {
  scripted_transport network([](const scripted_transport::posted& sent) {
    return scripted_transport::code(sent.body.find("bad") == std::string::npos ? 0 : 123);
  });
  reporter sender({"a"}, {}, network);
  std::vector<std::string> bodies(1000, "good");
  bodies[617] = "bad";
  const outcome sent = sender.report(to, bodies);
  CHECK(sent.delivered == 617);
  CHECK(sent.error == errc::rejected);
  CHECK(sent.known == certainty::not_stored);
  CHECK(sent.in_doubt == 0);
  CHECK(sent.attempts <= 22);
}

TEST_CASE("an attempt that had hardly any time left does not close its endpoint") {
  options how;
  how.delivery_timeout = 400ms;
  std::atomic<int> attempts{0};
  scripted_transport network([&](const scripted_transport::posted& sent) {
    // The first one leaves little of the time, the second one uses that up.
    const auto until = ++attempts == 1 ? sent.deadline - 100ms : sent.deadline;
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    return attempts == 1 ? scripted_transport::code(-1)
                         : scripted_transport::maybe_sent(std::errc::timed_out);
  });
  reporter sender({"a"}, how, network);
  CHECK(sender.report(to, "x").error == errc::timeout);
  CHECK(attempts == 2);
  CHECK(sender.counters().endpoints[0].state != inlong::endpoint_state::closed);
}

TEST_CASE("a classifier has the last word on an answer") {
  options how;
  int calls = 0;
  how.classify.context = &calls;
  how.classify.function = [](void* context, const inlong::exchange& got,
                             const inlong::verdict& proposed) {
    ++*static_cast<int*>(context);
    if (got.status != 202) return proposed;
    return inlong::verdict{inlong::action::deliver, errc::ok, certainty::stored,
                           inlong::standing::sound};
  };
  scripted_transport network;
  network.next(scripted_transport::status(202));
  reporter sender({"a"}, how, network);
  CHECK(sender.report(to, "x"));
  CHECK(calls == 1);
}

TEST_CASE("counters account for every record, and for every endpoint") {
  scripted_transport network;
  options how;
  how.delivery_timeout = 20ms;
  reporter sender({"a"}, how, network);
  CHECK(sender.report(to, {"x", "y"}));
  CHECK_FALSE(sender.report(to, {"x", " "}));
  network = scripted_transport();
  inlong::statistics counted = sender.counters();
  CHECK(counted.offered == 4);
  CHECK(counted.refused == 2);
  CHECK(counted.delivered == 2);
  CHECK(counted.failed == 0);
  CHECK(counted.pending == 0);
  REQUIRE(counted.endpoints.size() == 1);
  CHECK(counted.endpoints[0].address == "a:46802");
  CHECK(counted.endpoints[0].state == inlong::endpoint_state::open);
  CHECK(counted.endpoints[0].delivered == 2);
  CHECK(counted.endpoints[0].requests == 1);
}

TEST_CASE("another list of addresses takes effect at once, and one of no use changes nothing") {
  scripted_transport network;
  reporter sender({"a"}, {}, network);
  CHECK(sender.report(to, "x"));
  CHECK(sender.replace_endpoints({"b"}) == errc::ok);
  const outcome sent = sender.report(to, "x");
  CHECK(sent.address == "b:46802");
  CHECK(sender.replace_endpoints({"https://c"}) == errc::unsupported_scheme);
  CHECK(sender.report(to, "x").address == "b:46802");
  CHECK(sender.counters().endpoints.size() == 1);
}

TEST_CASE("a null pointer that only shows at run time is a blank body") {
  reporter sender({"a"});
  const char* const nothing = nullptr;
  CHECK(sender.report(to, nothing).error == errc::blank_body);
}

TEST_CASE("a code of -1 is a code") {
  scripted_transport network([](const auto&) { return scripted_transport::code(-1); });
  reporter sender({"a"}, {}, network);
  const outcome sent = sender.report(to, "x");
  CHECK(sent.attempts == 3);
  CHECK(sent.server_code == -1);
  CHECK(sent.server_code != inlong::no_server_code);
  CHECK(sent.message().find("code -1") != std::string::npos);
}

TEST_CASE("nothing is tried after the deadline, nor after a cancel") {
  scripted_transport network;
  options how;
  how.delivery_timeout = 1ms;
  network = scripted_transport([](const scripted_transport::posted& sent) {
    while (std::chrono::steady_clock::now() < sent.deadline) std::this_thread::yield();
    return scripted_transport::not_sent(std::errc::timed_out);
  });
  reporter late({"a", "b", "c"}, how, network);
  const outcome sent = late.report(to, "x");
  CHECK(sent.error == errc::timeout);
  CHECK(sent.attempts == 1);

  scripted_transport cancelled(
      [](const auto&) { return scripted_transport::not_sent(std::errc::operation_canceled); });
  reporter stopped({"a", "b", "c"}, {}, cancelled);
  const outcome ended = stopped.report(to, "x");
  CHECK(ended.error == errc::cancelled);
  CHECK(ended.attempts == 1);
}

TEST_CASE(
    "a request may take its timeout and the time its body takes, but not past the call's "
    "deadline") {
  scripted_transport network;
  options how;
  how.request_timeout = 1s;
  how.delivery_timeout = 1h;
  how.max_request_bytes = 1'100'000;
  reporter patient({"a"}, how, network);
  const auto start = std::chrono::steady_clock::now();
  CHECK(patient.report(to, "x"));
  CHECK(patient.report(to, std::string(1024 * 1024, 'x')));
  how.delivery_timeout = 500ms;
  reporter hasty({"a"}, how, network);
  CHECK(hasty.report(to, "x"));
  how.delivery_timeout = how.request_timeout = (std::chrono::milliseconds::max)();
  reporter endless({"a"}, how, network);
  CHECK(endless.report(to, "x"));
  const auto spent = std::chrono::steady_clock::now() - start;
  const auto journal = network.journal();
  const auto allowed = [&](std::size_t index, std::chrono::milliseconds expected) {
    CHECK(journal[index].deadline >= start + expected);
    CHECK(journal[index].deadline <= start + spent + expected);
  };
  allowed(0, 1s);
  allowed(1, 1s + std::chrono::milliseconds((1024 * 1024 + 47) / 102));
  allowed(2, 500ms);
  CHECK(journal[3].deadline == (std::chrono::steady_clock::time_point::max)());
}

TEST_CASE("any number of threads report at once, each call on a transport of its own") {
  struct busy_transport {
    std::atomic<int>* most;
    std::atomic<int>* running;
    std::atomic<bool> in_use{false};
    busy_transport(std::atomic<int>* m, std::atomic<int>* r) : most(m), running(r) {}
    busy_transport(const busy_transport& other) : most(other.most), running(other.running) {}
    inlong::exchange post(const inlong::request&) {
      CHECK_FALSE(in_use.exchange(true));
      const int now = ++*running;
      for (int seen = *most; seen < now && !most->compare_exchange_weak(seen, now);) {
      }
      while (*most < 4) std::this_thread::yield();  // until four are inside at once
      --*running;
      in_use = false;
      return scripted_transport::code(0);
    }
    void cancel() noexcept {}
  };
  std::atomic<int> most{0};
  std::atomic<int> running{0};
  inlong::basic_reporter<busy_transport> sender({"a"}, {}, busy_transport(&most, &running));
  std::atomic<int> delivered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 1000; ++call) delivered += sender.report(to, "x") ? 1 : 0;
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(delivered == 4000);
}

TEST_CASE("in a forked child the parent's reporter refuses, and one of the child's own works") {
  scripted_transport network;
  reporter sender({"a"}, {}, network);
  const pid_t child = fork();
  if (child == 0) {
    const bool refused = sender.report(to, "x").error == errc::forked;
    const bool works = static_cast<bool>(reporter({"a"}, {}, network).report(to, "x"));
    _exit(refused && works ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(sender.report(to, "x"));
}

TEST_CASE(
    "running out of memory inside a transport is an error, and nobody knows what was stored") {
#if INLONG_EXCEPTIONS
  scripted_transport network([](const auto&) -> inlong::exchange { throw std::bad_alloc(); });
  reporter sender({"a"}, {}, network);
  const outcome sent = sender.report(to, "x");
  CHECK(sent.error == errc::out_of_memory);
  CHECK(sent.known == certainty::maybe_stored);
#endif
}

#if INLONG_EXCEPTIONS
TEST_CASE("a reporter that can't work is not made") {
  const auto thrown = [](auto make, errc expected) -> std::string {
    try {
      make();
    } catch (const std::system_error& error) {
      CHECK(error.code() == expected);
      return error.what();
    }
    return "nothing thrown";
  };
  CHECK(thrown(
            [] {
              reporter({"a", "b:0"});
            },
            errc::bad_address)
            .find("addresses[1] \"b:0\"") == 0);
  CHECK(thrown([] { reporter(std::vector<std::string>{}); }, errc::no_endpoints).find("empty") !=
        std::string::npos);
  CHECK(thrown([] { reporter({"https://a"}); }, errc::unsupported_scheme).find("https://a") !=
        std::string::npos);
  options how;
  how.request_timeout = 0ms;
  CHECK(thrown([&] { reporter({"a"}, how); }, errc::bad_option).find("options.request_timeout") ==
        0);
}
#endif
