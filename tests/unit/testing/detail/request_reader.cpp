// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/detail/request_reader.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using inlong::testing::header_list;
using inlong::testing::received_request;
using inlong::testing::detail::request_reader;
using arrival = request_reader::arrival;

namespace {

constexpr std::size_t limit = 10;

// What a connection brings, in order: one line for each thing that the server is to do.
std::vector<std::string> read(std::string_view bytes, std::size_t piece = std::string::npos) {
  request_reader reader;
  std::vector<std::string> all;
  for (; !bytes.empty(); bytes.remove_prefix((std::min)(piece, bytes.size()))) {
    reader.feed(bytes.substr(0, piece));
    for (arrival found; (found = reader.next(limit)) != arrival::nothing;) {
      const received_request& request = reader.request();
      switch (found) {
        case arrival::request:
          all.push_back(!request.exception.empty() ? request.exception
                        : request.malformed
                            ? "malformed"
                            : request.method + ' ' + request.target + ' ' + request.body);
          break;
        case arrival::expected:
          all.push_back("100");
          break;
        case arrival::expectation_failed:
          all.push_back("417");
          break;
        case arrival::too_large:
          all.push_back("413");
          break;
        case arrival::too_large_to_keep:
          all.push_back("413, close");
          break;
        case arrival::nothing:
          break;
      }
    }
  }
  return all;
}

using found = std::vector<std::string>;
const found malformed{"malformed"};

received_request only(std::string_view bytes) {
  request_reader reader;
  reader.feed(bytes);
  REQUIRE(reader.next(limit) == arrival::request);
  return reader.request();
}

bool is_malformed_header(const std::string& line) {
  return read("GET / HTTP/1.1\r\n" + line + "\r\n\r\n") == malformed;
}

}  // namespace

TEST_CASE("a request is taken apart") {
  const received_request request = only(
      "POST /path?a=b HTTP/1.1\r\nHost: me\r\nX-Two: 1\r\nX-two:  2 \r\nContent-Length: "
      "5\r\n\r\nhello");
  CHECK(request.method == "POST");
  CHECK(request.target == "/path?a=b");
  CHECK(request.version == "HTTP/1.1");
  CHECK(request.headers ==
        header_list{{"Host", "me"}, {"X-Two", "1"}, {"X-two", "2"}, {"Content-Length", "5"}});
  CHECK(request.header("x-TWO") == "1");
  CHECK(request.header("x-three").empty());
  CHECK(request.has_header("HOST"));
  CHECK_FALSE(request.has_header("x-three"));
  CHECK(request.body == "hello");
  CHECK(request.content_length == 5);
}

TEST_CASE("a request without a length has no body") {
  CHECK(only("POST / HTTP/1.1\r\n\r\n").content_length == 0);
  CHECK(read("POST / HTTP/1.1\r\n\r\nGET /two HTTP/1.1\r\n\r\n") == found{"POST / ", "GET /two "});
}

TEST_CASE("requests may come in any pieces") {
  const std::string_view bytes =
      "\r\nPOST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST /b HTTP/1.1\nTransfer-Encoding: "
      "chunked\n\n"
      "2;x\r\nde\r\n1\nf\n0\r\nT: 1\r\n\r\nPOST /c HTTP/1.1\r\nContent-Length: 11\r\n\r\nhello "
      "worldGET /d HTTP/1.1\r\n\r\n";
  const found expected{"POST /a abc", "POST /b def", "413", "GET /d "};
  CHECK(read(bytes) == expected);
  for (std::size_t piece = 3; piece < 20; ++piece) CHECK(read(bytes, piece) == expected);
}

TEST_CASE("line feeds alone end lines, and control characters may precede a request") {
  CHECK(read("\r\n\n \t\x01GET / HTTP/1.1\nA: b\n\n") == found{"GET / "});
}

TEST_CASE("words of a request line may be divided by more than one space") {
  CHECK(read("GET \t /  HTTP/1.1 \r\n\r\n") == found{"GET / "});
}

TEST_CASE("request lines that are none are malformed") {
  for (const std::string line :
       {"garbage", "GET /", "GET / HTTP/1.1 x", "GET / HTTP/1", "GET / HTTP1.1", "GET / /1.1",
        "GET / HTTP/x.1", "GET / HTTP/99999999999.1", "G\x01T / HTTP/1.1", "GET\x1C/ HTTP/1.1",
        "\x16\x03\x01(\xFF"}) {
    CAPTURE(line);
    CHECK(read(line + "\r\n\r\n") == malformed);
  }
}

TEST_CASE("any protocol and version will do") {
  for (const std::string version :
       {"HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "http/1.1", "FOO/1.1", "A/B/12.34"}) {
    CAPTURE(version);
    CHECK(only("GET / " + version + "\r\n\r\n").version == version);
  }
}

TEST_CASE(
    "garbage without a line end is awaited, and the connection is of no use after garbage with "
    "one") {
  CHECK(read("\x16\x03\x01\x02\x01garbage").empty());
  CHECK(read("garbage\r\n\r\nGET / HTTP/1.1\r\n\r\n") == malformed);
}

TEST_CASE("a request line has up to 4096 bytes, its carriage return included") {
  const auto line = [](std::size_t size) {
    return "GET /" + std::string(size - 14, 'x') + " HTTP/1.1";
  };
  CHECK(read(line(4095) + "\r\n\r\n").at(0) != "malformed");
  CHECK(read(line(4096) + "\r\n\r\n") == malformed);
  CHECK(read(line(4096) + "\n\n").at(0) != "malformed");
  CHECK(read(line(4097) + "\n\n") == malformed);
  CHECK(read(std::string(4096, 'x')).empty());
  CHECK(read(std::string(4097, 'x')) == malformed);
}

TEST_CASE("all header lines together have up to 8192 bytes") {
  const auto head = [](std::size_t size, const std::string& end) {
    return "GET / HTTP/1.1\n" + ("A: " + std::string(4093, 'x') + end) +
           ("B: " + std::string(size - 4099, 'x') + end);
  };
  CHECK(read(head(8192, "\n") + "\n") == found{"GET / "});
  CHECK(read(head(8193, "\n") + "\n") == malformed);
  CHECK(read(head(8191, "\r\n") + "\r\n") == found{"GET / "});
  CHECK(read(head(8192, "\r\n") + "\r\n") == malformed);
}

TEST_CASE("a header needs a colon, and a name of allowed characters right before it") {
  CHECK_FALSE(is_malformed_header("A:"));
  CHECK_FALSE(is_malformed_header("A:b:c"));
  CHECK_FALSE(is_malformed_header("A: \xE9"));
  CHECK_FALSE(is_malformed_header(" A: b"));
  for (const std::string line : {"A", "A : b", ": b", "A B: c", "A=B: c", "A;B: c", "A,B: c",
                                 "\xE9: b", "A: b\vc", "A: b\fc", "A: b\rc", "A:\vb"}) {
    CAPTURE(line);
    CHECK(is_malformed_header(line));
  }
  CHECK(is_malformed_header(std::string("A: b\0c", 6)));
}

TEST_CASE("a line that begins with space continues the header before it") {
  CHECK(only("GET / HTTP/1.1\r\nA: b\r\n\t c \r\n d\r\n\r\n").headers ==
        header_list{{"A", "b c d"}});
}

TEST_CASE("a content length is digits, and there is one") {
  CHECK(read("POST / HTTP/1.1\r\nContent-Length: 0003\r\n\r\nabc") == found{"POST / abc"});
  for (const std::string length :
       {"+3", "-3", "", "abc", "3 3", "3,3", "3x", "99999999999999999999"}) {
    CAPTURE(length);
    CHECK(is_malformed_header("Content-Length: " + length));
  }
  CHECK(is_malformed_header("Content-Length: 3\r\nContent-Length: 3"));
  CHECK(read("POST / HTTP/1.0\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc") ==
        found{"POST / abc"});
}

TEST_CASE("chunks are joined, and win over a content length") {
  CHECK(read("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\nContent-Length: "
             "3\r\n\r\n3\r\nabc\r\n+2 x\nde\n0\n\n") == found{"POST / abcde"});
  CHECK(only("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            .content_length == 3);
}

TEST_CASE("chunks that are none are malformed") {
  const auto chunked = [](const std::string& body) {
    return read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
  };
  for (const std::string body :
       {"\r\n", "x\r\n", "0x1\r\na\r\n", "80000000\r\n", "1\r\na\r\n;\r\n", "0\r\nno colon\r\n\r\n",
        "0\r\nA : b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n"}) {
    CAPTURE(body);
    CHECK(chunked(body) == malformed);
  }
  CHECK(chunked(std::string(4097, '0')) == malformed);
  CHECK(chunked("-1\r\na\r\n") ==
        found{"java.lang.IllegalArgumentException: minimumReadableBytes : -1 (expected: >= 0)"});
}

TEST_CASE("trailers are looked at line by line, and some are dropped before that") {
  const auto ends = [](const std::string& trailers) {
    return read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" + trailers);
  };
  CHECK(ends("A: b\r\n").empty());
  CHECK(ends("\xE9: b\r\n") == malformed);
  CHECK(ends("A: b\vc\r\n") == malformed);
  for (const std::string name : {"Content-Length", "transfer-encoding", "TRAILER"}) {
    CAPTURE(name);
    CHECK(ends(name + ": b\vc\r\n d\r\n\r\n") == found{"POST / a"});
    CHECK(ends(name + ": b\r\nA: b\r\n c\r\n") == malformed);
    CHECK(ends("A: b\r\n" + name + ": b\r\n c\r\n\r\n") == found{"POST / a"});
  }
}

TEST_CASE("a body of the limit passes, and one byte more is refused before it has arrived") {
  CHECK(read("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789") ==
        found{"POST / 0123456789"});
  CHECK(read("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n") == found{"413"});
}

TEST_CASE("after a refusal for its length the announced body is discarded, whatever it is") {
  CHECK(read("POST /a HTTP/1.1\r\nContent-Length: 19\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c "
             "HTTP/1.1\r\n\r\n") == found{"413", "GET /c "});
}

TEST_CASE("a connection that is not kept alive is closed after a refusal for its length") {
  const std::string length = "Content-Length: 11\r\n\r\n";
  CHECK(read("POST / HTTP/1.1\r\nConnection: close\r\n" + length) == found{"413, close"});
  CHECK(read("POST / HTTP/1.1\r\nConnection: TE, Close\r\n" + length) == found{"413, close"});
  CHECK(read("POST / HTTP/1.0\r\n" + length) == found{"413, close"});
  CHECK(read("POST / HTTP/1.0\r\nConnection: keep-alive\r\n" + length) == found{"413"});
}

TEST_CASE("chunks that pass the limit close the connection") {
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(read(head + "6\r\nabcdef\r\n4\r\nghij\r\n0\r\n\r\n") == found{"POST / abcdefghij"});
  CHECK(read(head + "6\r\nabcdef\r\n5\r\nghijk") == found{"413, close"});
}

TEST_CASE("of chunks that pass the limit, the body keeps what it allows, however they arrive") {
  const std::string_view bytes =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world";
  for (const std::size_t piece : {bytes.size(), std::size_t{1}}) {
    request_reader reader;
    arrival last = arrival::nothing;
    for (std::size_t start = 0; start < bytes.size(); start += piece) {
      reader.feed(bytes.substr(start, piece));
      last = reader.next(limit);
    }
    CHECK(last == arrival::too_large_to_keep);
    CHECK(reader.request().body == "hello worl");
  }
}

TEST_CASE("who expects to be told to go on is told, once") {
  CHECK(read("POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n") ==
        found{"100"});
  CHECK(read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc") ==
        found{"100", "POST / abc"});
  CHECK(read("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc") ==
        found{"POST / abc"});
}

TEST_CASE("after a refused expectation the body is not awaited: what comes is the next request") {
  const std::string next = "GET /b HTTP/1.1\r\n\r\n";
  CHECK(read("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n" + next) ==
        found{"413", "GET /b "});
  CHECK(read("POST /a HTTP/1.1\r\nExpect: tea\r\nContent-Length: 3\r\n\r\n" + next) ==
        found{"417", "GET /b "});
  CHECK(read("POST /a HTTP/1.1\r\nExpect: tea\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n") ==
        found{"417", "malformed"});
  CHECK(read("POST /a HTTP/1.1\r\nExpect: tea\r\n\r\n" + next) == found{"417", "GET /b "});
}

TEST_CASE("an expectation comes before what else is wrong with a head") {
  CHECK(read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nA : b\r\n\r\n") ==
        found{"100", "malformed"});
  CHECK(read("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: x\r\n\r\n") ==
        found{"java.lang.NumberFormatException: For input string: \"x\""});
}

TEST_CASE("what has arrived of a request is counted from its first byte") {
  request_reader reader;
  reader.feed("GET /a HTTP/1.1\r\n\r\nGET");
  REQUIRE(reader.next(limit) == arrival::request);
  CHECK(reader.position() == 0);
  REQUIRE(reader.next(limit) == arrival::nothing);
  CHECK(reader.position() == 19);
  CHECK(reader.arrived() == 3);
}

TEST_CASE("an ignored request is not spoken of, and the next one is") {
  request_reader reader;
  reader.feed("POST /a HTTP/1.1\r\nContent-Le");
  REQUIRE(reader.next(limit) == arrival::nothing);
  reader.ignore_request();
  reader.feed("ngth: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n");
  REQUIRE(reader.next(limit) == arrival::request);
  CHECK(reader.request().target == "/b");
}
