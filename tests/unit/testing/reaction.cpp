// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/reaction.hpp>

#include <doctest/doctest.h>

#include <inlong/testing/dataproxy.hpp>

#include "../../support/raw_client.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::reaction;
using inlong::testing::received_request;
using test::raw_client;
using clock_type = std::chrono::steady_clock;
using strings = std::vector<std::string>;

namespace {

std::string report(const std::string& body, const std::string& headers = {}) {
  const std::string form = "groupId=g&streamId=s&body=" + body;
  return "POST /dataproxy/message HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
         headers + "Content-Length: " + std::to_string(form.size()) + "\r\n\r\n" + form;
}

const std::string ok =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: 23\r\n\r\n"
    "{\"code\":\"0\",\"msg\":\"Ok\"}";

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

// Reports over the same connection as before, to see that it is in order.
void check_in_order(raw_client& client) {
  client.send(report("next"));
  CHECK(client.read_answer() == ok);
}

// What comes back until the connection ends.
std::string all_for(const dataproxy& server, const std::string& request) {
  raw_client client(server.port());
  client.send(request);
  return client.read_to_end();
}

}  // namespace

TEST_CASE("a code is answered, nothing is stored, and the connection kept where DataProxy would") {
  dataproxy server;
  raw_client client(server.port());
  server.next(reaction::code(115));
  client.send(report("a"));
  CHECK(body_of(client.read_answer()) == "{\"code\":\"115\",\"msg\":\"scripted\"}");
  check_in_order(client);
  CHECK(server.records() == strings{"next"});
  CHECK(server.requests().at(0).code == 115);
}

TEST_CASE("a code after which DataProxy closes closes") {
  dataproxy server;
  for (const int code : {1, 2, 31, 32, 35, 36, 114, 2147483647}) {
    server.next(reaction::code(code, "why"));
    CHECK(body_of(all_for(server, report("a"))) ==
          "{\"code\":\"" + std::to_string(code) + "\",\"msg\":\"why\"}");
  }
  server.next(reaction::code(1).then_keep());
  raw_client client(server.port());
  client.send(report("a"));
  client.read_answer();
  check_in_order(client);
}

TEST_CASE("a request to close is heeded by scripted answers too") {
  dataproxy server;
  server.next(reaction::code(0));
  CHECK(body_of(all_for(server, report("a", "Connection: close\r\n"))) ==
        "{\"code\":\"0\",\"msg\":\"scripted\"}");
}

TEST_CASE("a status is answered with its headers and its body") {
  dataproxy server;
  server.next(reaction::status(503, "busy").with_header("Retry-After", "2").then_close());
  CHECK(all_for(server, report("a")) ==
        "HTTP/1.1 503 Scripted\r\nRetry-After: 2\r\ncontent-length: 4\r\n\r\nbusy");
  CHECK(server.requests().at(0).status == 503);
  CHECK_FALSE(server.requests().at(0).code.has_value());
  server.next(reaction::status(204));
  raw_client client(server.port());
  client.send(report("a"));
  CHECK(client.read_answer() == "HTTP/1.1 204 Scripted\r\n\r\n");
}

TEST_CASE("headers are added to a proper answer, or replaced") {
  dataproxy server;
  server.next(reaction::proper()
                  .with_header("Connection", "close")
                  .with_header("Content-Length", "99")
                  .then_close());
  CHECK(all_for(server, report("a")) ==
        "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\nConnection: close\r\n"
        "Content-Length: 99\r\n\r\n{\"code\":\"0\",\"msg\":\"Ok\"}");
  CHECK(server.records() == strings{"a"});
}

TEST_CASE("raw bytes are sent as they are") {
  dataproxy server;
  const std::string nonsense("\0\r\nHTTP/9.9 abc\xFF", 17);
  server.next(reaction::raw(nonsense).then_close());
  CHECK(all_for(server, report("a")) == nonsense);
  CHECK(server.stored().empty());
  CHECK(server.requests().at(0).status == 0);
}

TEST_CASE("silence keeps the connection and serves what follows") {
  dataproxy server;
  server.next(reaction::silence());
  raw_client client(server.port());
  client.send(report("a"));
  check_in_order(client);
  CHECK(server.records() == strings{"next"});
}

TEST_CASE("a request can be stored whatever is answered") {
  dataproxy server;
  raw_client client(server.port());
  server.next(reaction::silence().storing());
  client.send(report("a"));
  server.next(reaction::code(115).storing());
  client.send(report("b"));
  CHECK(body_of(client.read_answer()).find("115") != std::string::npos);
  server.next(reaction::reset().storing());
  client.send(report("c"));
  CHECK(client.read_to_end().empty());
  CHECK(client.was_reset());
  CHECK(server.records() == strings{"a", "b", "c"});
}

TEST_CASE("an answer can be late") {
  dataproxy server;
  server.next(reaction::proper().delayed_by(30ms));
  const auto begin = clock_type::now();
  raw_client client(server.port());
  client.send(report("a"));
  CHECK(client.read_answer() == ok);
  CHECK(clock_type::now() - begin >= 30ms);
}

TEST_CASE("an answer can come in pieces") {
  dataproxy server;
  server.next(reaction::proper().dribbled(40, 5ms));
  const auto begin = clock_type::now();
  raw_client client(server.port());
  client.send(report("a"));
  CHECK(client.read_answer() == ok);
  CHECK(clock_type::now() - begin >= 10ms);
  check_in_order(client);
}

TEST_CASE("an answer can break off") {
  dataproxy server;
  for (const std::size_t count : {std::size_t{1}, std::size_t{20}, ok.size() - 1}) {
    server.next(reaction::proper().cut_after(count).then_close());
    CHECK(all_for(server, report("a")) == ok.substr(0, count));
    server.next(reaction::proper().cut_after(count).then_reset());
    raw_client client(server.port());
    client.send(report("a"));
    CHECK(client.read_to_end() == ok.substr(0, count));
    CHECK(client.was_reset());
  }
}

TEST_CASE("bytes that nobody asked for follow an answer") {
  dataproxy server;
  server.next(reaction::proper().then_send("surprise", 5ms).then_close(5ms));
  CHECK(all_for(server, report("a")) == ok + "surprise");
}

TEST_CASE("a server can flood its peer until that has enough") {
  dataproxy server;
  const std::string interim = "HTTP/1.1 102 Processing\r\n\r\n";
  server.next(reaction::raw("").flooding(interim));
  {
    raw_client client(server.port());
    client.send(report("a"));
    CHECK(client.read(interim.size() * 10000).substr(interim.size() * 9999) == interim);
  }
  CHECK(server.wait_for_open_connections(0, 10s));
  server.next(reaction::raw("HTTP/1.1 200 OK\r\n").flooding("X: y\r\n").dribbled(100, 1ms));
  raw_client client(server.port());
  client.send(report("a"));
  CHECK(client.read(29) == "HTTP/1.1 200 OK\r\nX: y\r\nX: y\r\n");
}

TEST_CASE("a request can be cut off after any number of bytes") {
  dataproxy server;
  const std::string request = report("a");
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, request.size() / 2, request.size() - 1, request.size()}) {
    CAPTURE(count);
    server.next(reaction::reset().after_bytes(count));
    raw_client client(server.port());
    // One byte makes it begin, if none is wanted.
    client.send(request.substr(0, count == 0 ? 1 : count));
    CHECK(client.read_to_end().empty());
    CHECK(client.was_reset());
  }
  server.next(reaction::close().after_bytes(5));
  raw_client client(server.port());
  client.send(request.substr(0, 5));
  CHECK(client.read_to_end().empty());
  CHECK(client.was_closed());
  CHECK(server.stored().empty());
  CHECK(server.requests().empty());
}

TEST_CASE(
    "a connection that waits for its first byte is not cut off, and neither is the next request") {
  dataproxy server;
  raw_client client(server.port());
  check_in_order(client);
  server.next(reaction::reset().after_bytes(1));
  client.send("P");
  CHECK(client.read_to_end().empty());
  CHECK(client.was_reset());
  raw_client another(server.port());
  check_in_order(another);
}

TEST_CASE("a request can be answered before it is whole, and is read to its end all the same") {
  dataproxy server;
  const std::string request = report("a");
  server.next(reaction::status(413).after_bytes(10));
  raw_client client(server.port());
  client.send(request.substr(0, 50));
  CHECK(client.read_answer() ==
        "HTTP/1.1 413 Request Entity Too Large\r\ncontent-length: 0\r\n\r\n");
  client.send(request.substr(50));
  check_in_order(client);
  CHECK(server.records() == strings{"next"});
}

TEST_CASE("a deaf server takes no more than fits the kernel's buffers") {
  dataproxy_options options;
  options.receive_buffer = 4096;
  options.max_message_bytes = 100'000'000;
  std::optional<dataproxy> server(options);
  server->next(reaction::deaf());
  raw_client client(server->port());
  const std::string request = report(std::string(10'000'000, 'x'));
  REQUIRE(client.send(request.substr(0, 1)) == 1);
  REQUIRE(server->wait_for_connections(1, 10s));
  // The kernel takes some of it; the rest can't go out before the server is gone.
  std::optional<std::size_t> sent;
  std::thread sender([&] { sent = client.send(std::string_view(request).substr(1)); });
  CHECK_FALSE(server->wait_for_requests(1, 50ms));
  server.reset();
  sender.join();
  CHECK(sent.value() < request.size() - 1);
}

TEST_CASE("a connection can end when it is accepted") {
  dataproxy server;
  server.next(reaction::close().at_accept());
  CHECK(all_for(server, "").empty());
  server.next(reaction::reset().at_accept());
  raw_client client(server.port());
  CHECK(client.read_to_end().empty());
  CHECK(client.was_reset());
  raw_client another(server.port());
  check_in_order(another);
  CHECK(server.connections() == 3);
}

TEST_CASE("a server can speak first") {
  dataproxy server;
  server.next(reaction::raw("welcome").at_accept());
  raw_client client(server.port());
  CHECK(client.read(7) == "welcome");
  check_in_order(client);
}

TEST_CASE("reactions are taken in order, several times, and then always") {
  dataproxy server;
  server.next(2, reaction::code(115));
  server.next(reaction::code(103));
  server.always(reaction::code(100));
  raw_client client(server.port());
  for (int i = 0; i < 5; ++i) {
    client.send(report("a"));
    client.read_answer();
  }
  std::vector<int> codes;
  for (const received_request& request : server.requests()) codes.push_back(request.code.value());
  CHECK(codes == std::vector<int>{115, 115, 103, 100, 100});
  server.behave();
  check_in_order(client);
}

TEST_CASE("requests sent ahead take a turn each") {
  dataproxy server;
  server.next(reaction::code(115));
  server.next(reaction::code(103));
  raw_client client(server.port());
  client.send(report("a") + report("b") + report("c"));
  CHECK(body_of(client.read_answer()).find("115") != std::string::npos);
  CHECK(body_of(client.read_answer()).find("103") != std::string::npos);
  CHECK(client.read_answer() == ok);
}

TEST_CASE("a request that is refused for its size has had its turn") {
  dataproxy_options options;
  options.max_message_bytes = 40;
  dataproxy server(options);
  server.next(reaction::proper());
  server.next(reaction::code(115));
  raw_client client(server.port());
  client.send(report("a") + report(std::string(100, 'x')));
  CHECK(client.read_answer() == ok);
  CHECK(client.read_answer().substr(0, 12) == "HTTP/1.1 413");
  check_in_order(client);
}

TEST_CASE("a rule decides from the request") {
  dataproxy server;
  server.decide_by([](const received_request& request) {
    return request.body.find("bad") == std::string::npos ? reaction::proper() : reaction::code(111);
  });
  raw_client client(server.port());
  client.send(report("bad"));
  CHECK(body_of(client.read_answer()).find("111") != std::string::npos);
  check_in_order(client);
}

TEST_CASE("a server refuses connections, ends them and listens again as it is told") {
  dataproxy server;
  raw_client client(server.port());
  check_in_order(client);
  server.refuse();
  CHECK_FALSE(raw_client(server.port()).connected());
  check_in_order(client);
  server.interject("unasked");
  CHECK(client.read(7) == "unasked");
  server.disconnect();
  CHECK(client.read_to_end().empty());
  server.listen_again();
  raw_client another(server.port());
  check_in_order(another);
}

TEST_CASE("destruction is prompt, whatever a reaction is at") {
  const std::vector<reaction> slow = {
      reaction::proper().delayed_by(1h),
      reaction::proper().delayed_by((std::chrono::milliseconds::max)()),
      reaction::proper().dribbled(1, 1h),
      reaction::proper().then_send("x", 1h),
      reaction::proper().then_close(1h),
      reaction::proper().then_hold(),
      reaction::raw("").flooding(std::string(10000, 'x')),
      reaction::status(200, std::string(10'000'000, 'x')),
      reaction::silence(),
      reaction::deaf(),
      reaction::deaf().at_accept(),
  };
  for (const reaction& what : slow) {
    std::optional<dataproxy> server(std::in_place);
    server->next(what);
    raw_client client(server->port());
    client.send(report("a"));
    REQUIRE(server->wait_for_connections(1, 10s));
    if (what.request_bytes || what.on_accept) {
      REQUIRE(server->wait_for_open_connections(1, 10s));
    } else {
      REQUIRE(server->wait_for_requests(1, 10s));
    }
    const auto begin = clock_type::now();
    server.reset();
    CHECK(clock_type::now() - begin < 1s);
  }
}
