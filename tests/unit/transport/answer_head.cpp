// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/answer_head.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

using inlong::detail::answer_head;
using inlong::detail::head_state;

namespace {

head_state state_of(std::string_view bytes) { return answer_head().read(bytes); }

bool keeps_open(std::string_view bytes) {
  answer_head head;
  REQUIRE(head.read(bytes) == head_state::complete);
  return head.keeps_open();
}

}  // namespace

TEST_CASE("a head is read however it arrives, and what follows it is left alone") {
  const std::string head = "HTTP/1.1 503 Busy\r\nRetry-After: 7 \r\nContent-Length: 2\r\n\r\n";
  const std::string bytes = head + "ok";
  answer_head at_once;
  CHECK(at_once.read(bytes) == head_state::complete);
  CHECK(at_once.status() == 503);
  CHECK(at_once.size() == head.size());
  CHECK(at_once.retry_after() == "7");

  answer_head by_byte;
  for (std::size_t size = 1; size < head.size(); ++size) {
    REQUIRE(by_byte.read(std::string_view(bytes).substr(0, size)) == head_state::incomplete);
  }
  CHECK(by_byte.read(head) == head_state::complete);
  CHECK(by_byte.status() == 503);
  CHECK(by_byte.retry_after() == "7");
}

TEST_CASE("interim answers are stepped over, with their headers") {
  const std::string interim =
      "HTTP/1.1 100 Continue\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"
      "HTTP/1.1 103 Early Hints\r\n\r\n";
  answer_head head;
  CHECK(head.read(interim) == head_state::incomplete);
  const std::string all = interim + "HTTP/1.1 200 OK\r\n\r\n";
  CHECK(head.read(all + "body") == head_state::complete);
  CHECK(head.status() == 200);
  CHECK(head.size() == all.size());
  CHECK(head.essence() == "HTTP/1.1 200\r\n\r\n");
  CHECK(head.retry_after().empty());
  CHECK(head.keeps_open());
}

TEST_CASE("of two Retry-After the first counts, even if it is empty") {
  answer_head head;
  CHECK(head.read("HTTP/1.1 429 \r\nretry-AFTER:\t3\t\r\nRetry-After: 9\r\n\r\n") ==
        head_state::complete);
  CHECK(head.retry_after() == "3");
  answer_head empty;
  CHECK(empty.read("HTTP/1.1 429 \r\nRetry-After:\r\nRetry-After: 9\r\n\r\n") ==
        head_state::complete);
  CHECK(empty.retry_after().empty());
}

TEST_CASE(
    "a connection stays open unless the head says close, in any case and place, or is HTTP/1.0") {
  CHECK(keeps_open("HTTP/1.1 200 OK\r\n\r\n"));
  CHECK(keeps_open("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n"));
  CHECK(keeps_open("HTTP/1.1 200 OK\r\nConnection: closed\r\nX-Connection: close\r\n\r\n"));
  CHECK_FALSE(keeps_open("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(keeps_open("HTTP/1.1 200 OK\r\nconnection:CLOSE\r\n\r\n"));
  CHECK_FALSE(keeps_open("HTTP/1.1 200 OK\r\nConnection: upgrade ,\tClose, x\r\n\r\n"));
  CHECK_FALSE(keeps_open("HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"));
  CHECK_FALSE(keeps_open("HTTP/1.0 200 OK\r\n\r\n"));
  CHECK(keeps_open("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST_CASE("a reason may be missing, empty or strange") {
  CHECK(state_of("HTTP/1.1 200\r\n\r\n") == head_state::complete);
  CHECK(state_of("HTTP/1.1 200 \r\n\r\n") == head_state::complete);
  CHECK(state_of("HTTP/1.1 999 \xe4\xb8\x8d: ok\r\n\r\n") == head_state::complete);
}

TEST_CASE("what is not an answer's head is refused as soon as it shows") {
  for (const std::string_view bytes : {
           std::string_view("SSH-2.0-OpenSSH_9.2\r\n"),
           std::string_view("\r\n"),
           std::string_view("HTTP/2 200\r\n"),
           std::string_view("HTTP/1.2 200 OK\r\n"),
           std::string_view("http/1.1 200 OK\r\n"),
           std::string_view("HTTP/1.1  200 OK\r\n"),
           std::string_view("HTTP/1.1 20 OK\r\n"),
           std::string_view("HTTP/1.1 2000 OK\r\n"),
           std::string_view("HTTP/1.1 20x OK\r\n"),
           std::string_view("HTTP/1.1 099 OK\r\n"),
           std::string_view("HTTP/1.1 200 OK\n"),
           std::string_view("HTTP/1.1 200 O\0K\r\n", 18),
           std::string_view("HTTP/1.1 200 OK\r\nno colon\r\n"),
           std::string_view("HTTP/1.1 200 OK\r\n: no name\r\n"),
           std::string_view("HTTP/1.1 200 OK\r\nA: b\r\n folded: line\r\n"),
           std::string_view("HTTP/1.1 200 OK\r\nName : value\r\n"),
           std::string_view("HTTP/1.1 200 OK\r\nA: b\n"),
           std::string_view("HTTP/1.1 200 OK\r\nA: b\rc\r\n"),
           std::string_view("HTTP/1.1 200 OK\r\n\n"),
       }) {
    CAPTURE(bytes);
    CHECK(state_of(bytes) == head_state::malformed);
  }
}

TEST_CASE("a length is one number, or the answer is refused") {
  const auto state_with = [](const std::string& fields) {
    return state_of("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
  };
  CHECK(state_with("Content-Length: 0\r\n") == head_state::complete);
  CHECK(state_with("content-length:\t00123 \r\n") == head_state::complete);
  for (const std::string bad :
       {"", "x", "-1", "+1", "1.5", "0x10", "5 5", "5, 5", "9999999999999999999"}) {
    CAPTURE(bad);
    CHECK(state_with("Content-Length: " + bad + "\r\n") == head_state::malformed);
  }
  CHECK(state_with("Content-Length: 5\r\nContent-Length: 5\r\n") == head_state::malformed);
}

TEST_CASE("a transfer coding other than chunked is refused: where its body ends is not known") {
  const auto state_with = [](const std::string& fields) {
    return state_of("HTTP/1.1 200 OK\r\n" + fields + "\r\n");
  };
  CHECK(state_with("Transfer-Encoding: Chunked\r\n") == head_state::complete);
  CHECK(state_with("Transfer-Encoding: gzip, chunked\r\n") == head_state::malformed);
  CHECK(state_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") ==
        head_state::malformed);
  CHECK(state_with("Transfer-Encoding:\r\n") == head_state::malformed);
}

TEST_CASE("the size of the body is told, or else how a parser may find its end") {
  const auto head_of = [](const std::string& line, const std::string& fields) {
    answer_head head;
    REQUIRE(head.read(line + "\r\nServer: x\r\n" + fields + "\r\n") == head_state::complete);
    return head;
  };
  CHECK(head_of("HTTP/1.0 503 Busy", "content-length:\t007\r\n").body_size() == 7u);
  CHECK(head_of("HTTP/1.1 200 OK", "Content-Length: 0\r\n").body_size() == 0u);
  CHECK(head_of("HTTP/1.1 200 OK", "Content-Length: 999999999999999999\r\n").body_size() ==
        999'999'999'999'999'999u);
  // These have no body, whatever their head says.
  CHECK(head_of("HTTP/1.1 204 No Content", "").body_size() == 0u);
  CHECK(head_of("HTTP/1.1 304 Not Modified", "Content-Length: 7\r\n").body_size() == 0u);

  const answer_head plain = head_of("HTTP/1.1 200 OK", "");
  CHECK_FALSE(plain.body_size());
  CHECK(plain.essence() == "HTTP/1.1 200\r\n\r\n");
  const answer_head chunked = head_of("HTTP/1.1 200 OK", "transfer-encoding: CHUNKED\r\n");
  CHECK_FALSE(chunked.body_size());
  CHECK(chunked.essence() == "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(chunked.keeps_open());
  const answer_head both =
      head_of("HTTP/1.1 200 OK", "Content-Length: 7\r\ntransfer-encoding: chunked\r\n");
  CHECK_FALSE(both.body_size());
  CHECK_FALSE(both.keeps_open());
}

TEST_CASE("a status line, and a head, may have so many bytes and no more") {
  const std::string start = "HTTP/1.1 200 ";
  const std::string longest(inlong::detail::max_status_line - start.size() - 1, 'x');
  CHECK(state_of(start + longest + "\r\n\r\n") == head_state::complete);
  CHECK(state_of(start + longest + "x\r\n") == head_state::malformed);
  CHECK(state_of(start + longest + "xx") == head_state::malformed);

  const std::string line = "HTTP/1.1 200 OK\r\n";
  const std::size_t room = inlong::detail::max_head_bytes - line.size();
  CHECK(state_of(line + "A: " + std::string(room - 3 - 4, 'x') + "\r\n\r\n") ==
        head_state::complete);
  CHECK(state_of(line + "A: " + std::string(room - 3 - 3, 'x') + "\r\n\r\n") ==
        head_state::malformed);
  CHECK(state_of(line + "A: " + std::string(room - 3, 'x')) == head_state::malformed);

  std::string interim;
  while (interim.size() < inlong::detail::max_head_bytes)
    interim += "HTTP/1.1 100 Continue\r\n\r\n";
  CHECK(state_of(interim) == head_state::malformed);
}
