// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/dataproxy.hpp>

#include <doctest/doctest.h>

#include "../../support/raw_client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace std::string_literals;
using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::received_request;
using inlong::testing::stored_message;
using test::raw_client;
using strings = std::vector<std::string>;

namespace {

const std::string form_type = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string smallest = "groupId=g&streamId=s&body=hello";

std::string post(const std::string& body, const std::string& headers = form_type,
                 const std::string& target = "/dataproxy/message") {
  return "POST " + target + " HTTP/1.1\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

std::string answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string answer(int code, const std::string& message) {
  return answer("{\"code\":\"" + std::to_string(code) + "\",\"msg\":\"" + message + "\"}");
}

const std::string ok = answer(0, "Ok");
const std::string no_group = answer(100, "Field groupId must exist and not blank!");
const std::string bad_path =
    answer(35, "Only support [/dataproxy/heartbeat, /dataproxy/message] paths!");
const std::string bad_method = answer(32, "Only support [GET, POST] methods");
const std::string bad_type =
    answer(36, "Only support [application/x-www-form-urlencoded] content type!");
const std::string malformed = answer(31, "Decode request failure");
const std::string too_large = "HTTP/1.1 413 Request Entity Too Large\r\ncontent-length: 0\r\n\r\n";

// The answer to a request that leaves the connection open.
std::string kept(const dataproxy& server, const std::string& request) {
  raw_client client(server.port());
  client.send(request);
  const std::string first = client.read_answer();
  client.send(get("/dataproxy/heartbeat"));
  CHECK(client.read_answer() == ok);
  return first;
}

// The answer to a request after which the server closes.
std::string closed(const dataproxy& server, const std::string& request) {
  raw_client client(server.port());
  client.send(request);
  return client.read_to_end();
}

}  // namespace

TEST_CASE("the smallest report is stored and answered") {
  const dataproxy server;
  CHECK(kept(server, post("groupId=g&streamId=s&dt=1700000000000&body=hello&cnt=1")) == ok);
  REQUIRE(server.stored().size() == 1);
  const stored_message stored = server.stored()[0];
  CHECK(stored.group_id == "g");
  CHECK(stored.stream_id == "s");
  CHECK(stored.body == "hello");
  CHECK(stored.dt == 1700000000000);
  CHECK(stored.cnt == 1);
  CHECK(stored.client == "127.0.0.1");
  CHECK(stored.connection == 1);
}

TEST_CASE("the records of bodies are divided at line feeds") {
  const dataproxy server;
  kept(server, post("groupId=g&streamId=s&body=one\ntwo\r%0Athree&cnt=3"));
  kept(server, post("groupId=g&streamId=s&body=four%0A"));
  CHECK(server.records() == strings{"one", "two\r", "three", "four", ""});
}

TEST_CASE("a stored body holds the same bytes as were sent, but for what is not UTF-8") {
  const dataproxy server;
  std::string every_ascii_byte;
  std::string escaped;
  const char* digits = "0123456789ABCDEF";
  for (int byte = 0; byte < 128; ++byte) {
    every_ascii_byte += static_cast<char>(byte);
    escaped += {'%', digits[byte / 16], digits[byte % 16]};
  }
  const std::string planes = "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF";
  CHECK(kept(server, post("groupId=g&streamId=s&body=" + escaped + planes)) == ok);
  CHECK(kept(server, post("groupId=g&streamId=s&body=\xFF")) == ok);
  CHECK(server.stored()[0].body == every_ascii_byte + planes);
  CHECK(server.stored()[1].body == "\xEF\xBF\xBD");
}

TEST_CASE("only the exact paths are known, after unescaping and without query and fragment") {
  const dataproxy server;
  CHECK(kept(server, post(smallest, form_type, "/dataproxy/mess%61ge?a=b#c")) == ok);
  CHECK(kept(server, post(smallest, form_type, "/dataproxy/message#?")) == ok);
  for (const std::string target :
       {"/dataproxy/message/", "//dataproxy/message", "/dataproxy/Message", "/", "*",
        "http://host/dataproxy/message", "/dataproxy/message+"}) {
    CAPTURE(target);
    CHECK(closed(server, post(smallest, form_type, target)) == bad_path);
  }
  CHECK(server.stored().size() == 2);
}

TEST_CASE("a favicon gets no answer, and the connection is kept") {
  const dataproxy server;
  raw_client client(server.port());
  client.send(get("/favicon.ico", "Connection: close\r\n") + get("/dataproxy/heartbeat"));
  CHECK(client.read_answer() == ok);
  CHECK(server.requests().at(0).status == 0);
  CHECK_FALSE(server.requests().at(0).code.has_value());
}

TEST_CASE("only GET and POST will do, and only in upper case") {
  const dataproxy server;
  for (const std::string method : {"PUT", "OPTIONS", "DELETE", "post", "Get"}) {
    CAPTURE(method);
    CHECK(closed(server, method + " /dataproxy/message HTTP/1.1\r\n\r\n") == bad_method);
  }
  const std::string to_head = closed(server, "HEAD /dataproxy/message HTTP/1.1\r\n\r\n");
  CHECK(to_head == bad_method.substr(0, bad_method.find("\r\n\r\n") + 4));
  // The answer without a body is the first one, as Netty has it.
  CHECK(closed(server, "HEAD /dataproxy/message HTTP/1.1\r\nExpect: 100-continue\r\n\r\n") ==
        "HTTP/1.1 100 Continue\r\n\r\n" + bad_method);
}

TEST_CASE(
    "the answer without a body is the one to the first request that has none, be it no HEAD") {
  dataproxy_options options;
  options.idle_timeout = 30ms;
  const dataproxy server(options);
  const std::string head = "HEAD / HTTP/1.1\r\n";
  CHECK(closed(server, get("/favicon.ico") + head + "\r\n") == bad_method);
  const std::string farewell = answer(2147483647, "Process message failure: null");
  const std::string without_body = farewell.substr(0, farewell.find("\r\n\r\n") + 4);
  CHECK(closed(server, head + "Content-Length: 5\r\n\r\n") == without_body);
  CHECK(closed(server, head + "Content-Le") == farewell);
}

TEST_CASE("a heartbeat is answered without a look at its parameters") {
  const dataproxy server;
  CHECK(kept(server, get("/dataproxy/heartbeat")) == ok);
  CHECK(kept(server, get("/dataproxy/heartbeat?callback=cb&x=%")) == ok);
  CHECK(kept(server, post("x=%", "Content-Type: text/plain\r\n", "/dataproxy/heartbeat")) == ok);
  CHECK(closed(server, get("/dataproxy/heartbeat", "Connection: close\r\n")) == ok);
  CHECK(server.stored().empty());
}

TEST_CASE(
    "a node that is stopped or not ready says so before it looks at anything but the form of a "
    "request") {
  dataproxy_options options;
  options.ready = false;
  dataproxy server(options);
  const std::string not_ready = answer(1, "Service sink not ready");
  const std::string stopped = answer(2, "Service closed");
  CHECK(closed(server, post(smallest)) == not_ready);
  CHECK(closed(server, get("/dataproxy/heartbeat")) == not_ready);
  CHECK(closed(server, "PUT /nowhere HTTP/1.1\r\n\r\n") == not_ready);
  server.set_stopped(true);
  CHECK(closed(server, post(smallest)) == stopped);
  CHECK(closed(server, get("/dataproxy/heartbeat")) == stopped);
  CHECK(closed(server, "garbage\r\n\r\n") == malformed);
  server.set_ready(true);
  server.set_stopped(false);
  CHECK(kept(server, post(smallest)) == ok);
  options.stopped = true;
  CHECK(closed(dataproxy(options), post(smallest)) == stopped);
}

TEST_CASE("a method is looked at before a path, a path before parameters") {
  const dataproxy server;
  CHECK(closed(server, "PUT /nowhere HTTP/1.1\r\n\r\n") == bad_method);
  CHECK(closed(server, post("x=%", form_type, "/nowhere")) == bad_path);
}

TEST_CASE("group, stream, topic, body are looked at in turn") {
  dataproxy_options options;
  options.known = {{"g", "s"}};
  const dataproxy server(options);
  CHECK(kept(server, post("x=y")) == no_group);
  CHECK(kept(server, post("groupId=h")) == answer(101, "Field streamId must exist and not blank!"));
  CHECK(kept(server, post("groupId=h&streamId=s")) ==
        answer(115, "Topic not configured for groupId(h),streamId(,s)"));
  CHECK(kept(server, post("groupId=g&streamId=s")) == answer(103, "Field body is not exist!"));
  CHECK(kept(server, post("groupId=g&streamId=s&body=")) == answer(111, "Field body is Blank!"));
  CHECK(kept(server, post(smallest)) == ok);
  CHECK(server.stored().size() == 1);
}

TEST_CASE("blank is what Java takes for blank") {
  const dataproxy server;
  for (const std::string blank :
       {"", "+", "%20%09%0A%0B%0C%0D", "%1C%1F", "%E2%80%A8", "%E3%80%80"}) {
    CAPTURE(blank);
    CHECK(kept(server, post("groupId=" + blank + "&streamId=s&body=b")) == no_group);
    CHECK(kept(server, post("groupId=g&streamId=s&body=" + blank)) ==
          answer(111, "Field body is Blank!"));
  }
  for (const std::string text :
       {"%C2%A0", "%C2%85", "%E2%80%87", "%EF%BB%BF", "%E2%80%8B", "%00"}) {
    CAPTURE(text);
    CHECK(kept(server, post("groupId=g&streamId=s&body=" + text)) == ok);
  }
}

TEST_CASE("until a group or stream is made known, all are") {
  dataproxy server;
  CHECK(kept(server, post("groupId=any&streamId=thing&body=b")) == ok);
  server.know("g", "s");
  CHECK(kept(server, post(smallest)) == ok);
  CHECK(kept(server, post("groupId=g&streamId=t&body=b")).find("\"115\"") != std::string::npos);
  server.know("g");
  CHECK(kept(server, post("groupId=g&streamId=t&body=b")) == ok);
  server.forget("g", "s");
  CHECK(kept(server, post(smallest)).find("\"115\"") != std::string::npos);
  CHECK(kept(server, post("groupId=g1+&streamId=t&body=b")) ==
        answer(115, "Topic not configured for groupId(g1 ),streamId(,t)"));
}

TEST_CASE("a forgotten stream is unknown where all others are known") {
  dataproxy server;
  server.forget("g", "s");
  CHECK(kept(server, post(smallest)).find("\"115\"") != std::string::npos);
  CHECK(kept(server, post("groupId=g&streamId=t&body=b")) == ok);
}

TEST_CASE(
    "parameters of the body win over those of the target, and the first of a source over its "
    "others") {
  const dataproxy server;
  CHECK(kept(server, post("groupId=g2&body=two&body=three&dt=5", form_type,
                          "/dataproxy/message?groupId=g1&streamId=s&body=one&dt=6&cnt=7")) == ok);
  const stored_message stored = server.stored().at(0);
  CHECK(stored.group_id == "g2");
  CHECK(stored.stream_id == "s");
  CHECK(stored.body == "two");
  CHECK(stored.dt == 5);
  CHECK(stored.cnt == 7);
}

TEST_CASE("parameters may all stand in the target, for POST and GET") {
  const dataproxy server;
  CHECK(kept(server, get("/dataproxy/message?" + smallest)) == ok);
  CHECK(kept(server, post("", {}, "/dataproxy/message?" + smallest)) == ok);
  CHECK(kept(server, post("", "Content-Type: application/json\r\n",
                          "/dataproxy/message?" + smallest)) == ok);
  CHECK(server.stored().size() == 3);
}

TEST_CASE("the body of a GET is not looked at") {
  const dataproxy server;
  CHECK(kept(server, "GET /dataproxy/message HTTP/1.1\r\n" + form_type +
                         "Content-Length: 31\r\n\r\n" + smallest) == no_group);
}

TEST_CASE("parameter names are case-sensitive and may be escaped") {
  const dataproxy server;
  CHECK(kept(server, post("GroupId=g&streamId=s&body=b")) == no_group);
  CHECK(kept(server, post("group%49d=g&streamId=s&body=b")) == ok);
}

TEST_CASE("dt is stored as Long.parseLong reads it, or is the time of arrival") {
  const dataproxy server;
  for (const std::string dt : {"1700000000000", "0", "-5", "%2B5", "9223372036854775807"}) {
    kept(server, post(smallest + "&dt=" + dt));
  }
  std::vector<std::int64_t> times;
  for (const stored_message& message : server.stored()) times.push_back(message.dt);
  CHECK(times == std::vector<std::int64_t>{1700000000000, 0, -5, 5, INT64_MAX});

  const auto now = [] {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  };
  for (const std::string dt :
       {"", "&dt=", "&dt=soon", "&dt=1.5", "&dt=+5", "&dt=9223372036854775808"}) {
    CAPTURE(dt);
    const auto before = now();
    kept(server, post(smallest + dt));
    CHECK(server.stored().back().dt >= before);
    CHECK(server.stored().back().dt <= now());
  }
}

TEST_CASE("cnt is stored as NumberUtils.toInt reads it, or is 1") {
  const dataproxy server;
  for (const std::string cnt : {"3", "0", "-2", "%2B4", "2147483647"})
    kept(server, post(smallest + "&cnt=" + cnt));
  for (const std::string cnt : {"", "abc", "1.5", "+2", "2147483648"})
    kept(server, post(smallest + "&cnt=" + cnt));
  kept(server, post(smallest));
  std::vector<std::int32_t> counts;
  for (const stored_message& message : server.stored()) counts.push_back(message.cnt);
  CHECK(counts == std::vector<std::int32_t>{3, 0, -2, 4, INT32_MAX, 1, 1, 1, 1, 1, 1});
}

TEST_CASE("unknown parameters are ignored") {
  const dataproxy server;
  CHECK(kept(server, post(smallest + "&charset=x&rt=1&rtms=2&rcdDlmtr=%7C&auditVersion=no")) == ok);
}

TEST_CASE("a callback makes JSONP of the answers to reports, and of no others") {
  const dataproxy server;
  CHECK(kept(server, post(smallest + "&callback=a.b")) ==
        answer("a.b({\"code\":\"0\",\"msg\":\"Ok\"})"));
  CHECK(kept(server, get("/dataproxy/message?callback=cb")).find("cb({\"code\":\"100\"") !=
        std::string::npos);
  CHECK(kept(server, post(smallest + "&callback=+")) == ok);
  CHECK(closed(server, post(smallest + "&callback=cb", "Content-Type: text/plain\r\n")) ==
        bad_type);
  CHECK(closed(server, post("callback=cb&x=%")).find("cb({") == std::string::npos);
}

TEST_CASE("a content type must be the form's, without parameters, in any case") {
  const dataproxy server;
  CHECK(kept(server, post(smallest, "Content-Type: \t APPLICATION/x-www-form-URLENCODED \r\n")) ==
        ok);
  for (const std::string type : {"application/x-www-form-urlencoded; charset=UTF-8",
                                 "application/json", "text/plain", "multipart/form-data"}) {
    CAPTURE(type);
    CHECK(closed(server, post(smallest, "Content-Type: " + type + "\r\n")) == bad_type);
  }
}

TEST_CASE("without a content type the body is ignored, and the connection kept") {
  const dataproxy server;
  CHECK(kept(server, post(smallest, {})) == no_group);
  CHECK(kept(server, post(smallest, "Content-Type:\r\n")) == no_group);
  CHECK(kept(server, post(smallest, {}, "/dataproxy/message?" + smallest)) == ok);
}

TEST_CASE("chunked bodies are taken, and win over a content length") {
  const dataproxy server;
  const std::string head =
      "POST /dataproxy/message HTTP/1.1\r\n" + form_type + "Transfer-Encoding: chunked\r\n";
  const std::string chunks = "\r\n15\r\ngroupId=g&streamId=s&\r\na\r\nbody=hello\r\n0\r\n\r\n";
  CHECK(kept(server, head + chunks) == ok);
  CHECK(kept(server, head + "Content-Length: 3\r\n" + chunks) == ok);
  CHECK(server.records() == strings{"hello", "hello"});
}

TEST_CASE("a body without length is none") {
  const dataproxy server;
  CHECK(kept(server, "POST /dataproxy/message HTTP/1.1\r\n" + form_type + "\r\n") == no_group);
}

TEST_CASE("a bad escape closes the connection, and its answer quotes everything unescaped") {
  const dataproxy server;
  const std::string failure = "Process message failure: ";
  CHECK(closed(server, post("body=\"\n\"&x=%zz")) ==
        answer(2147483647, failure + "invalid hex byte 'zz' at index 12 of 'body=\"\n\"&x=%zz'"));
  CHECK(closed(server, get("/dataproxy/message?x=%4")) ==
        answer(2147483647,
               failure + "unterminated escape sequence at index 21 of: /dataproxy/message?x=%4"));
  CHECK(closed(server, get("/%")) ==
        answer(2147483647, failure + "unterminated escape sequence at index 1 of: /%"));
  CHECK(server.stored().empty());
}

TEST_CASE("a request that can't be decoded closes the connection") {
  const dataproxy server;
  const std::string heartbeat = "GET /dataproxy/heartbeat HTTP/1.1\r\n";
  CHECK(closed(server, "garbage\n\n") == malformed);
  CHECK(closed(server, get("/" + std::string(4096, 'x'))) == malformed);
  CHECK(closed(server, heartbeat + "A: " + std::string(8192, 'x') + "\r\n\r\n") == malformed);
  CHECK(closed(server, heartbeat + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n") == malformed);
  CHECK(closed(server, heartbeat + "Content-Length: -1\r\n\r\n") == malformed);
  CHECK(closed(server, heartbeat + "Content-Length: +1\r\n\r\n") == malformed);
  CHECK(closed(server, heartbeat + "A : b\r\n\r\n") == malformed);
  REQUIRE(server.requests().size() == 7);
  CHECK(server.requests()[0].malformed);
  CHECK(server.requests()[0].code == 31);
}

TEST_CASE(
    "line feeds alone, a leading line end and leading zeros are accepted, and Host is not "
    "required") {
  const dataproxy server;
  CHECK(kept(server, "\r\nPOST /dataproxy/message HTTP/1.1\nContent-Length: 00031\n" +
                         "Content-Type: application/x-www-form-urlencoded\n\n"s + smallest) == ok);
}

TEST_CASE("a body of the limit is taken, one byte more is refused") {
  dataproxy_options options;
  options.max_message_bytes = 31;
  dataproxy server(options);
  CHECK(kept(server, post(smallest)) == ok);
  CHECK(kept(server, post(smallest + "1")) == too_large);
  server.set_max_message_bytes(32);
  CHECK(kept(server, post(smallest + "1")) == ok);
  CHECK(server.requests().at(2).status == 413);
  CHECK_FALSE(server.requests().at(2).code.has_value());
}

TEST_CASE("the limit of a server's code is 64 KiB") {
  const dataproxy server;
  const std::string start = "groupId=g&streamId=s&body=";
  CHECK(kept(server, post(start + std::string(65536 - start.size(), 'x'))) == ok);
  CHECK(kept(server, post(start + std::string(65537 - start.size(), 'x'))) == too_large);
}

TEST_CASE("a refusal for size comes before the body, which is discarded, requests in it too") {
  dataproxy_options options;
  options.max_message_bytes = 100;
  const dataproxy server(options);
  raw_client client(server.port());
  const std::string swallowed = get("/dataproxy/message?" + smallest);
  client.send("POST /dataproxy/message HTTP/1.1\r\n" + form_type + "Content-Length: 200\r\n\r\n");
  CHECK(client.read_answer() == too_large);
  client.send(swallowed + std::string(200 - swallowed.size(), 'x'));
  client.send(post(smallest));
  CHECK(client.read_answer() == ok);
  CHECK(server.stored().size() == 1);
}

TEST_CASE("a connection that is not to be kept is closed after a refusal for size") {
  const dataproxy server;
  const std::string refusal =
      "HTTP/1.1 413 Request Entity Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
  CHECK(closed(server, "POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 70000\r\n\r\n") ==
        refusal);
  CHECK(closed(server, "POST / HTTP/1.0\r\nContent-Length: 70000\r\n\r\n") == refusal);
  CHECK(closed(server, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" +
                           std::string(65537, 'x')) == refusal);
}

TEST_CASE("who expects to be told to go on is told so, or is refused and must not send the body") {
  const dataproxy server;
  raw_client client(server.port());
  client.send("POST /dataproxy/message HTTP/1.1\r\nExpect: 100-continue\r\n" + form_type +
              "Content-Length: 31\r\n\r\n");
  CHECK(client.read_answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(smallest);
  CHECK(client.read_answer() == ok);
  client.send(
      "POST /dataproxy/message HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 70000\r\n\r\n");
  CHECK(client.read_answer() == too_large);
  client.send("POST /dataproxy/message HTTP/1.1\r\nExpect: tea\r\nContent-Length: 31\r\n\r\n");
  CHECK(client.read_answer() == "HTTP/1.1 417 Expectation Failed\r\ncontent-length: 0\r\n\r\n");
  client.send(get("/dataproxy/heartbeat"));
  CHECK(client.read_answer() == ok);
  client.send("POST /dataproxy/message HTTP/1.1\r\nExpect: tea\r\nContent-Length: 31\r\n\r\n" +
              smallest + "\r\n\r\n");
  CHECK(client.read_answer().substr(0, 12) == "HTTP/1.1 417");
  CHECK(client.read_to_end() == malformed);
}

TEST_CASE("HTTP/1.0 is answered as 1.1, and kept") {
  const dataproxy server;
  CHECK(kept(server, "GET /dataproxy/heartbeat HTTP/1.0\r\n\r\n") == ok);
}

TEST_CASE("a connection is closed on request only if the header says that and nothing else") {
  const dataproxy server;
  CHECK(closed(server, post(smallest, form_type + "Connection: close\r\n")) == ok);
  CHECK(closed(server, post(smallest, form_type + "connection:  CLOSE \r\n")) == ok);
  CHECK(closed(server, post("x=y", form_type + "Connection: close\r\n")) == no_group);
  CHECK(kept(server, post(smallest, form_type + "Connection: close, TE\r\n")) == ok);
  CHECK(kept(server, post(smallest, form_type + "Connection: TE\r\nConnection: close\r\n")) == ok);
}

TEST_CASE("requests that were sent ahead are answered in order") {
  const dataproxy server;
  raw_client client(server.port());
  client.send(post("x=y") + post(smallest) + get("/dataproxy/heartbeat"));
  CHECK(client.read_answer() == no_group);
  CHECK(client.read_answer() == ok);
  CHECK(client.read_answer() == ok);
}

TEST_CASE("requests sent ahead of an answer that closes are stored and not answered") {
  const dataproxy server;
  CHECK(closed(server, get("/nowhere") + post(smallest) + post(smallest)) == bad_path);
  CHECK(server.stored().size() == 2);
  REQUIRE(server.requests().size() == 3);
  CHECK(server.requests()[0].code == 35);
  CHECK(server.requests()[1].status == 0);
  CHECK_FALSE(server.requests()[1].code.has_value());
}

TEST_CASE("answers that nobody reads are dropped, while the requests are stored") {
  const dataproxy server;
  raw_client client(server.port());
  const std::string request =
      post("groupId=g&streamId=s&body=x&callback=" + std::string(20000, 'c'));
  constexpr std::size_t count = 1000;
  for (std::size_t i = 0; i < count; ++i) REQUIRE(client.send(request) == request.size());
  REQUIRE(server.wait_for_requests(count, 10s));
  CHECK(server.stored().size() == count);
  const auto requests = server.requests();
  CHECK(requests.front().code == 0);
  CHECK_FALSE(requests.back().code.has_value());
}

TEST_CASE("a connection that is idle for too long is told so, unasked, and closed") {
  dataproxy_options options;
  options.idle_timeout = 30ms;
  const dataproxy server(options);
  const std::string farewell = answer(2147483647, "Process message failure: null");
  CHECK(closed(server, "") == farewell);
  CHECK(closed(server, "garbage without a line end") == farewell);
  CHECK(closed(server, "POST /dataproxy/message HTTP/1.1\r\n" + form_type +
                           "Content-Length: 31\r\n\r\ngroup") == farewell);
  CHECK(closed(server, post(smallest)) == ok + farewell);
}

TEST_CASE("bytes of a slow upload do not make it less idle") {
  dataproxy_options options;
  options.idle_timeout = 30ms;
  const dataproxy server(options);
  raw_client client(server.port());
  client.send("POST /dataproxy/message HTTP/1.1\r\n" + form_type + "Content-Length: 65536\r\n\r\n");
  std::size_t sent = 0;
  while (sent < 65536 && client.send("x") == 1) ++sent;
  CHECK(sent < 65536);
  CHECK(server.wait_for_open_connections(0, 10s));
}

TEST_CASE("connections beyond the limit are closed without a byte, until others have gone") {
  dataproxy_options options;
  options.connections = 2;
  const dataproxy server(options);
  {
    raw_client one(server.port());
    raw_client two(server.port());
    REQUIRE(server.wait_for_open_connections(2, 10s));
    CHECK(closed(server, "").empty());
    one.send(get("/dataproxy/heartbeat"));
    CHECK(one.read_answer() == ok);
  }
  REQUIRE(server.wait_for_open_connections(0, 10s));
  CHECK(kept(server, post(smallest)) == ok);
  CHECK(server.connections() == 4);
}

TEST_CASE("requests are kept as they arrived, with what was answered") {
  const dataproxy server;
  raw_client client(server.port());
  client.send(post(smallest, form_type + "X-Token: a b\r\n", "/dataproxy/message?cnt=2"));
  client.read_answer();
  client.send(post("x=y", {}));
  client.read_answer();
  kept(server, get("/dataproxy/heartbeat"));

  const std::vector<received_request> requests = server.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/dataproxy/message?cnt=2");
  CHECK(requests[0].version == "HTTP/1.1");
  CHECK(requests[0].headers.size() == 3);
  CHECK(requests[0].headers[1].first == "X-Token");
  CHECK(requests[0].header("x-token") == "a b");
  CHECK(requests[0].body == smallest);
  CHECK(requests[0].status == 200);
  CHECK(requests[0].code == 0);
  CHECK(requests[0].connection == 1);
  CHECK(requests[1].code == 100);
  CHECK(requests[1].connection == 1);
  CHECK(requests[2].connection == 2);
  CHECK(requests[0].time <= requests[1].time);
  CHECK(server.connections() == 2);
}

TEST_CASE("the journal can be cleared, and be left out") {
  dataproxy_options options;
  options.keep_requests = false;
  dataproxy server(options);
  kept(server, post(smallest));
  CHECK(server.requests().empty());
  CHECK(server.records() == strings{"hello"});
  server.clear();
  CHECK(server.stored().empty());
  CHECK(server.connections() == 0);
  kept(server, post(smallest));
  CHECK(server.stored().at(0).connection == 2);
  CHECK(server.connections() == 1);
}

TEST_CASE("whatever is stored can be waited for") {
  const dataproxy server;
  CHECK_FALSE(server.wait_for_stored(1, 0ms));
  std::thread sender([&] { kept(server, post("groupId=g&streamId=s&body=one%0Atwo")); });
  CHECK(server.wait_for_stored(1, 10s));
  CHECK(server.wait_for_records(2, (std::chrono::milliseconds::max)()));
  CHECK(server.wait_for_requests(2, 10s));
  CHECK(server.wait_for_connections(1, 10s));
  sender.join();
  CHECK(server.wait_for_open_connections(0, 10s));
  CHECK(server.open_connections() == 0);
  CHECK_FALSE(server.wait_for_records(3, 1ms));
}

TEST_CASE("each message is shown before it is stored, and the callback may look at the server") {
  dataproxy server;
  strings seen;
  server.on_stored([&](const stored_message& message) {
    seen.push_back(message.body + std::to_string(server.stored().size()));
  });
  kept(server, post(smallest));
  kept(server, post(smallest));
  CHECK(seen == strings{"hello0", "hello1"});
}

TEST_CASE("many connections at once lose nothing") {
  const dataproxy server;
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 8; ++sender) {
    senders.emplace_back([&, sender] {
      raw_client client(server.port());
      for (int i = 0; i < 100; ++i) {
        client.send(post("groupId=g&streamId=s&body=" + std::to_string(sender * 100 + i)));
        client.read_answer();
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  const strings records = server.records();
  CHECK(records.size() == 800);
  CHECK(std::set<std::string>(records.begin(), records.end()).size() == 800);
  CHECK(server.connections() == 8);
}

TEST_CASE("a server that is told a port it can't have throws") {
  const dataproxy taken;
  dataproxy_options options;
  options.port = taken.port();
  CHECK_THROWS_AS(dataproxy{options}, std::system_error);
}
