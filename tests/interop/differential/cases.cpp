// SPDX-License-Identifier: Apache-2.0
// The listed requests: one function for each chapter of protocol.md.
#include "cases.hpp"

#include <string_view>
#include <utility>

namespace interop {
namespace {

using namespace std::string_literals;

const std::string form_type = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string to_whom = "groupId=g&streamId=s";
const std::string smallest = to_whom + "&body=hello";
const std::string message = "/dataproxy/message";
const std::string heartbeat = "GET /dataproxy/heartbeat HTTP/1.1\r\n\r\n";

std::string length_of(const std::string& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

/// A POST with whatever headers, and the right length.
std::string post(const std::string& body, const std::string& headers = form_type,
                 const std::string& target = message) {
  return "POST " + target + " HTTP/1.1\r\n" + headers + length_of(body) + "\r\n" + body;
}

/// A POST whose length, if any, is among the headers.
std::string post_as(const std::string& headers, const std::string& body = {}) {
  return "POST " + message + " HTTP/1.1\r\n" + form_type + headers + "\r\n" + body;
}

std::string get(const std::string& target, const std::string& headers = {}) {
  return "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

std::string hex(std::size_t value, std::size_t digits = 2) {
  std::string text;
  for (std::size_t i = digits; i-- > 0;) text += "0123456789ABCDEF"[(value >> (4 * i)) & 15];
  return text;
}

std::string escaped(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += '%' + hex(static_cast<unsigned char>(byte));
  return text;
}

/// For names: what is not printable, and what separates fields there, in hexadecimal.
std::string shown(std::string_view text) {
  std::string name;
  for (const char c : text.substr(0, 60)) {
    const bool plain = c > ' ' && c <= '~' && c != '\\';
    name += plain ? std::string(1, c) : '\\' + hex(static_cast<unsigned char>(c));
  }
  return text.size() > 60 ? name + "..." : name;
}

class list {
 public:
  void add(const std::string& name, std::string bytes) {
    cases.push_back({topic_ + ": " + name, {std::move(bytes)}, state_, false});
  }
  void add_steps(const std::string& name, std::vector<std::string> steps) {
    cases.push_back({topic_ + ": " + name, std::move(steps), state_, false});
  }
  /// With a heartbeat behind it, sent along, to see where the request ends.
  void add_pair(const std::string& name, const std::string& bytes) {
    add(name, bytes);
    add(name + ", then a heartbeat", bytes + heartbeat);
  }
  void begin(const std::string& topic, node_state state = node_state::normal) {
    topic_ = topic;
    state_ = state;
  }

  std::vector<request_case> cases;

 private:
  std::string topic_;
  node_state state_ = node_state::normal;
};

void add_paths_and_methods(list& to) {
  to.begin("path");
  for (const std::string path :
       {"/dataproxy/message", "/dataproxy/message/", "//dataproxy/message", "/dataproxy//message",
        "/dataproxy/Message", "/DATAPROXY/message", "/dataproxy/message.", "/dataproxy",
        "/", "", "*", "dataproxy/message", "http://host/dataproxy/message",
        "HTTP://host:46802/dataproxy/message?x=y", "host:46802", "/dataproxy/./message",
        "/dataproxy/x/../message", "/dataproxy/mess%61ge", "/dataproxy%2Fmessage",
        "/%64ataproxy/heartbeat", "/dataproxy/message%20", "/dataproxy/message+",
        "/dataproxy/message%3Fa=b", "/dataproxy/message#fragment", "/dataproxy/message#?groupId=g",
        "/dataproxy/message?", "/dataproxy/message??groupId=g", "/dataproxy/message;a=b",
        "/dataproxy/message&a=b", "/dataproxy/heartbeat", "/dataproxy/heartbeat/",
        "/dataproxy/heartbeat?a=b", "/dataproxy/heartbeat#x", "/favicon.ico", "/favicon.ico?a",
        "/favicon.icon", "/%", "/%4", "/%zz", "/%4g", "/%g4", "/%00", "/%C3%A9", "/%FF",
        "/\xC3\xA9",
        "/\xFF", "/dataproxy/message%", "/dataproxy/message?%", "/dataproxy/heartbeat?%",
        "/favicon.ico?%", "/%?a=%", "/\xC3\xA9%", "/\xE4\xB8\xAD%z\xE4"}) {
    to.add_pair("GET " + shown(path), get(path));
    to.add("POST " + shown(path), post(smallest, form_type, path));
  }

  to.begin("method");
  for (const std::string method :
       {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get",
        "post", "Get", "GETT", "POSTS", "X", "PROPFIND", "G-T", "G_T", "G.T", "G!T", "G(T", "G\"T",
        "G/T", "G,T", "G;T", "G=T", "G:T", "G@T", "G[T", "G{T", "G\\T", "G<T", "G%T", "G\x7FT",
        "G\xC3\xA9T", "G\x01T", "G\x0BT", "G\x1CT", "G\x85T", "G\xA0T"}) {
    to.add_pair(shown(method), method + " /dataproxy/message HTTP/1.1\r\n\r\n");
    to.add(shown(method) + " with a body",
           method + " /dataproxy/message HTTP/1.1\r\n" + form_type + length_of(smallest) + "\r\n" +
               smallest);
  }
  to.add("HEAD to a heartbeat", "HEAD /dataproxy/heartbeat HTTP/1.1\r\n\r\n" + heartbeat);
  to.add("PUT nowhere", "PUT /nowhere HTTP/1.1\r\n\r\n");
  to.add("HEAD of what is too large", "HEAD / HTTP/1.1\r\nContent-Length: 9999\r\n\r\n");
  to.add("HEAD /favicon.ico", "HEAD /favicon.ico HTTP/1.1\r\n\r\n");
  to.add("HEAD behind two without an answer",
         get("/favicon.ico") + get("/favicon.ico") + "HEAD / HTTP/1.1\r\n\r\n");
  to.add("HEAD half there", "HEAD / HTTP/1.1\r\nA: b\r\n");
  to.add("HEAD without its body", "HEAD / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
  to.add("HEAD without its chunks", "HEAD / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n");
  to.add("HEAD without its body, expecting",
         "HEAD / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  to.add("HEAD with a bad header", "HEAD / HTTP/1.1\r\nA : b\r\n\r\n");
  to.add("HEAD that is no request", "HEAD /\r\n\r\n");
}

void add_request_lines(list& to) {
  to.begin("version");
  for (const std::string version :
       {"HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/1", "HTTP/", "HTTP",
        "HTTP/1.", "HTTP/.1", "HTTP/1.1.1", "HTTP/11.1", "HTTP/1.11", "HTTP/01.1", "HTTP/1.01",
        "HTTP/-1.1", "HTTP/+1.1", "HTTP/1.x", "HTTP/x.1", "HTTP/99999999999.1", "http/1.1",
        "Http/1.0", "HTTPS/1.1", "FOO/1.1", "A/B/1.1", "/1.1", "1.1", "HTTP 1.1", "HTTP/1 .1",
        "HTTP/1.1 x", "ICY/1.1", "RTSP/1.0", "HTTP//1.1", "H\xC3\xA9/1.1", "HTTP/1.1\x01",
        "HTTP/1.1\x0B", "HTTP/\xD9\xA1.1"}) {
    to.add_pair(shown(version), "GET /dataproxy/heartbeat " + version + "\r\n\r\n");
    to.add("a report by " + shown(version), "POST " + message + ' ' + version + "\r\n" + form_type +
                                                length_of(smallest) + "\r\n" + smallest);
    to.add("chunked and length by " + shown(version),
           "POST " + message + ' ' + version + "\r\n" + form_type +
               "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1f\r\n" + smallest +
               "\r\n0\r\n\r\n");
    to.add("expecting by " + shown(version),
           "POST " + message + ' ' + version + "\r\nExpect: 100-continue\r\n" + form_type +
               length_of(smallest) + "\r\n" + smallest);
  }

  to.begin("request line");
  for (const std::string& line :
       {"GET  /dataproxy/heartbeat  HTTP/1.1"s, "GET\t/dataproxy/heartbeat\tHTTP/1.1"s,
        " GET /dataproxy/heartbeat HTTP/1.1"s, "\tGET /dataproxy/heartbeat HTTP/1.1"s,
        "GET /dataproxy/heartbeat HTTP/1.1 "s, "GET /dataproxy/heartbeat HTTP/1.1\t"s,
        "GET /dataproxy/heartbeat HTTP/1.1 \t "s, "GET /dataproxy/heartbeat"s,
        "GET /dataproxy/heartbeat "s, "GET"s, "GET "s, ""s, " "s, "garbage"s, "a b c"s, "a b c d"s,
        "GET /dataproxy/ heartbeat HTTP/1.1"s, "GET /dataproxy/heartbeat\x0BHTTP/1.1"s,
        "GET /dataproxy/heartbeat\x0CHTTP/1.1"s, "GET\x0B/dataproxy/heartbeat HTTP/1.1"s,
        "GET\x1C/dataproxy/heartbeat HTTP/1.1"s, "GET /dataproxy/heartbeat\r HTTP/1.1"s,
        "GET\r/dataproxy/heartbeat HTTP/1.1"s, "GET /dataproxy/heartbeat HTTP/1.1\r"s,
        "\rGET /dataproxy/heartbeat HTTP/1.1"s, "\r\rGET /dataproxy/heartbeat HTTP/1.1"s,
        "\x01GET /dataproxy/heartbeat HTTP/1.1"s, "\0GET /dataproxy/heartbeat HTTP/1.1"s,
        "\x7FGET /dataproxy/heartbeat HTTP/1.1"s, "\x85GET /dataproxy/heartbeat HTTP/1.1"s,
        "\xA0GET /dataproxy/heartbeat HTTP/1.1"s, "\xFFGET /dataproxy/heartbeat HTTP/1.1"s,
        "GET /dataproxy/heartbeat\0 HTTP/1.1"s, "GET /dataproxy/heart\0beat HTTP/1.1"s,
        "\x16\x03\x01\x02\x01\x01"s, "PRI * HTTP/2.0"s, "HTTP/1.1 200 OK"s}) {
    to.add_pair(shown(line), line + "\r\n\r\n");
    to.add(shown(line) + ", by line feeds", line + "\n\n");
    to.add(shown(line) + ", without a line end", line);
  }
  for (const std::string ends :
       {"\r\n", "\n", "\n\n\n", "\r\n\r\n\r\n", "\r", "  \r\n", "\r\r\n"}) {
    to.add("after " + shown(ends), ends + heartbeat);
    to.add("between " + shown(ends), heartbeat + ends + heartbeat);
    to.add("behind a body " + shown(ends), post(smallest) + ends + heartbeat);
  }
  for (std::size_t size = 4092; size <= 4099; ++size) {
    const auto line = [&](const std::string& version) {
      return "GET /" + std::string(size - 6 - version.size(), 'x') + ' ' + version;
    };
    to.add("of " + std::to_string(size), line("HTTP/1.1") + "\r\n\r\n");
    to.add("of " + std::to_string(size) + ", by a line feed", line("HTTP/1.1") + "\n\n");
    to.add("of " + std::to_string(size) + ", never ended", line("HTTP/1.1"));
    to.add("after " + std::to_string(size) + " spaces", std::string(size, ' ') + heartbeat);
    to.add("after " + std::to_string(size) + " line ends", std::string(size, '\n') + heartbeat);
  }
}

void add_headers(list& to) {
  to.begin("header");
  for (const std::string& line :
       {"A: b"s, "A:b"s, "A:"s, "A: "s, "A:  b  "s, "A:\tb\t"s, "A : b"s, "A\t: b"s, " A: b"s,
        "\tA: b"s, ": b"s, " : b"s, "A"s, "A b"s, "A b: c"s, "A: b: c"s, "A=B: c"s, "A;B: c"s,
        "A,B: c"s, "A(B: c"s, "A/B: c"s, "A@B: c"s, "A[B: c"s, "A\"B: c"s, "A\\B: c"s, "A{B: c"s,
        "A<B: c"s, "A?B: c"s, "A!B: c"s, "A#$%&'*+-.^_`|~B: c"s, "\xC3\xA9: b"s, "\xE9: b"s,
        "A: \xC3\xA9"s, "A: \xFF"s, "A: b\0c"s, "A\0: b"s, "A: b\x01z"s, "A: b\x0Bz"s,
        "A: b\x0C"s, "A: \x0B"s, "A:\x0Bz"s, "A: b\rc"s, "A: b\r"s, "A\r: b"s, "A: b\x7Fz"s,
        "A: b\x1C"s, "A:\x1Cz"s, "A\x1C: b"s, "\x1C"s + "A: b", "A: b\x85"s, "A: b\xA0"s,
        "A: b\r\n c"s, "A: b\r\n\tc"s, "A: b\r\n c\r\n d"s, "A: b\r\n \r\nB: c"s, "A:\r\n b"s,
        "A: b\n c"s, "A: b\nB: c"s, "A: b\r\nA: c"s, "A: b\r\n\r"s, "Host: a\r\nHost: b"s,
        "Host:"s, "Host: a b"s, "Host: a\r\nTransfer-Encoding:"s}) {
    to.add_pair(shown(line), get("/dataproxy/heartbeat", line + "\r\n"));
    to.add(shown(line) + ", in a report", post(smallest, form_type + line + "\r\n"));
    to.add(shown(line) + ", first in a report", post(smallest, line + "\r\n" + form_type));
  }
  to.add("folded into the length", post_as("Content-Length:\r\n 31\r\n", smallest));
  to.add("folded into the type",
         post(smallest, "Content-Type: application/\r\n x-www-form-urlencoded\r\n"));
  to.add("folded around the type",
         post(smallest, "Content-Type:\r\n application/x-www-form-urlencoded\r\n \r\n"));
  to.add("by line feeds alone", "POST " + message + " HTTP/1.1\nContent-Length: 31\n" +
                                    "Content-Type: application/x-www-form-urlencoded\n\n" +
                                    smallest);
  to.add("by line ends of both kinds",
         "POST " + message + " HTTP/1.1\nContent-Length: 31\r\n" +
             "Content-Type: application/x-www-form-urlencoded\n\r\n" + smallest);
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    to.add("byte " + hex(byte) + " in a name", get("/dataproxy/heartbeat", "A" + raw + "B: c\r\n"));
    to.add("byte " + hex(byte) + " in a value",
           get("/dataproxy/heartbeat", "A: b" + raw + "c\r\n"));
  }
  for (std::size_t size = 8188; size <= 8195; ++size) {
    const auto lines = [&](const std::string& end) {
      return "A: " + std::string(4093, 'x') + end + "B: " + std::string(size - 4099, 'x') + end;
    };
    const std::string line = "GET /dataproxy/heartbeat HTTP/1.1";
    to.add("of " + std::to_string(size), line + "\r\n" + lines("\r\n") + "\r\n");
    to.add("of " + std::to_string(size) + ", by line feeds", line + "\n" + lines("\n") + "\n");
    to.add("of " + std::to_string(size) + ", in one",
           line + "\r\nA: " + std::string(size - 3, 'x') + "\r\n\r\n");
    to.add("of " + std::to_string(size) + ", never ended",
           line + "\r\nA: " + std::string(size - 3, 'x'));
  }
  std::string many;
  for (int i = 0; i < 500; ++i) many += "H" + std::to_string(i) + ": x\r\n";
  to.add("five hundred of them", get("/dataproxy/heartbeat", many));
}

void add_connections(list& to) {
  to.begin("connection");
  for (const std::string value :
       {"close", "Close", "CLOSE", " close ", "close, TE", "TE, close", "close,close", "keep-alive",
        "Keep-Alive", "", "close\x0B", "closed", "\"close\"", "close;", "upgrade", "\tclose\t",
        "close\r\n ", "close\r\nConnection: keep-alive", "keep-alive\r\nConnection: close",
        "TE\r\nConnection: close"}) {
    const std::string line = "Connection: " + value + "\r\n";
    to.add_pair(shown(value) + ", stored", post(smallest, form_type + line));
    to.add_pair(shown(value) + ", refused", post("x=y", form_type + line));
    to.add(shown(value) + ", heartbeat", get("/dataproxy/heartbeat", line) + heartbeat);
    to.add(shown(value) + ", favicon", get("/favicon.ico", line) + heartbeat);
    to.add(shown(value) + ", HTTP/1.0", "GET /dataproxy/heartbeat HTTP/1.0\r\n" + line + "\r\n");
    to.add(shown(value) + ", too large",
           post_as(line + "Content-Length: 3001\r\n", std::string(3001, 'x')) + heartbeat);
    to.add(shown(value) + ", too large for HTTP/1.0",
           "POST / HTTP/1.0\r\n" + line + "Content-Length: 3001\r\n\r\n");
  }
  to.add("proxy's", post(smallest, form_type + "Proxy-Connection: close\r\n"));
  to.add("keep-alive header", post(smallest, form_type + "Keep-Alive: timeout=1\r\n"));
}

void add_types(list& to) {
  to.begin("content type");
  for (const std::string value :
       {"application/x-www-form-urlencoded", "APPLICATION/X-WWW-FORM-URLENCODED",
        " application/x-www-form-urlencoded ", "\tapplication/x-www-form-urlencoded\t",
        "application/x-www-form-urlencoded;", "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8", "application/x-www-form-urlencode",
        "application/x-www-form-urlencoded2", "application / x-www-form-urlencoded",
        "application/json", "text/plain", "multipart/form-data; boundary=x", "*/*", "", " ", "\t",
        "x", "\xA0", "\x85", "\x1C", "\x01", "\xC3\xA9", "application/x-www-form-urlencoded\xA0",
        "application/x-www-form-urlencoded\x01", "\x1F"
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded\r\nContent-Type: text/plain",
        "text/plain\r\nContent-Type: application/x-www-form-urlencoded"}) {
    const std::string line = "Content-Type: " + value + "\r\n";
    to.add_pair(shown(value), post(smallest, line));
    to.add(shown(value) + ", no body", post("", line, message + '?' + smallest));
    to.add(shown(value) + ", all in the target", post("x=y", line, message + '?' + smallest));
    to.add(shown(value) + ", to a heartbeat", post(smallest, line, "/dataproxy/heartbeat"));
    to.add(shown(value) + ", GET",
           "GET " + message + " HTTP/1.1\r\n" + line + length_of(smallest) + "\r\n" + smallest);
  }
  to.add("none", post(smallest, ""));
  to.add("none, all in the target", post(smallest, "", message + '?' + smallest));
  to.add("none, no body", post("", "", message + '?' + smallest));
  to.add("name in lower case",
         post(smallest, "content-type: application/x-www-form-urlencoded\r\n"));
}

void add_lengths(list& to) {
  to.begin("content length");
  for (const std::string value :
       {"31", "031", "0000000031", "+31", "-31", "-0", "0", "00", "", " ", "31 ", " 31", "\t31",
        "3 1", "31,31", "31, 31", "31,32", "31;", "31x", "x", "0x1f", "1e1", "31.0", "3000", "3001",
        "2147483647", "2147483648", "4294967327", "9223372036854775807", "9223372036854775808",
        "18446744073709551647", "99999999999999999999999999", "\xD9\xA3\xD9\xA1",
        "\xEF\xBC\x93\xEF\xBC\x91",
        "31\x0B", "31\x01", "31\x1C", "31\r\nContent-Length: 31", "31\r\nContent-Length: 32",
        "31\r\nContent-Length:", "\r\nContent-Length: 31", "31\r\ncontent-length: 31",
        "30", "1", "32", "31\r\n "}) {
    const std::string line = "Content-Length: " + value + "\r\n";
    to.add_pair(shown(value), post_as(line, smallest));
    to.add(shown(value) + ", HTTP/1.0",
           "POST " + message + " HTTP/1.0\r\n" + form_type + line + "\r\n" + smallest);
    to.add(shown(value) + ", GET",
           "GET /dataproxy/heartbeat HTTP/1.1\r\n" + line + "\r\n" + smallest);
    to.add(shown(value) + ", chunked",
           post_as("Transfer-Encoding: chunked\r\n" + line, "1f\r\n" + smallest + "\r\n0\r\n\r\n"));
    to.add(shown(value) + ", expecting", post_as("Expect: 100-continue\r\n" + line, smallest));
    to.add(shown(value) + ", keeping HTTP/1.0 alive",
           "POST " + message + " HTTP/1.0\r\nConnection: keep-alive\r\n" + form_type + line +
               "\r\n" + smallest);
  }
  to.add("none", post_as("", smallest));
  to.add("none, then a heartbeat", post_as("", "") + heartbeat);
}

void add_chunks(list& to) {
  to.begin("transfer encoding");
  const std::string chunks = "1f\r\n" + smallest + "\r\n0\r\n\r\n";
  for (const std::string value :
       {"chunked", "Chunked", "CHUNKED", " chunked ", "gzip, chunked", "chunked, gzip",
        "chunked,chunked", "chunked;q=1", "identity", "", "xchunked", "\"chunked\"", "chunked,",
        ",chunked", "\tchunked", "chunked\x0B", "gzip", "gzip\r\nTransfer-Encoding: chunked",
        "chunked\r\nTransfer-Encoding: gzip", "chunked\r\nTransfer-Encoding: chunked"}) {
    const std::string line = "Transfer-Encoding: " + value + "\r\n";
    to.add_pair(shown(value), post_as(line, chunks));
    to.add(shown(value) + ", with a length", post_as(line + "Content-Length: 31\r\n", chunks));
    to.add(shown(value) + ", HTTP/1.0",
           "POST " + message + " HTTP/1.0\r\n" + form_type + line + "\r\n" + chunks);
    to.add(shown(value) + ", without a type",
           "POST " + message + " HTTP/1.1\r\n" + line + "\r\n" + chunks + heartbeat);
    to.add(shown(value) + ", GET",
           "GET /dataproxy/heartbeat HTTP/1.1\r\n" + line + "\r\n" + chunks + heartbeat);
  }

  to.begin("chunk");
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  for (const std::string size :
       {"1F", "1f", "01f", "0000000000001f", " 1f", "1f ", "\t1f", "1f\t", "1f;", "1f;x", "1f;x=y",
        "1f;x=\"y;z\"", "1f ;x", "1f x", "1f\x0B", "1f\x01", "1f\x1C", "\x0B"
        "1f", "+1f", "-1f", "-1", "-0", "0x1f", "1g", "g", "", " ", ";", "1f,", "1f.", "7fffffff",
        "80000000", "ffffffff", "100000000", "fffffffffffffffff", "1f\r", "1f;\r", "1f;a\rb",
        "1f;a\x01", "\xEF\xBC\x91"
        "f", "1f;\xC3\xA9"}) {
    to.add_pair("size " + shown(size),
                post_as(chunked, size + "\r\n" + smallest + "\r\n0\r\n\r\n"));
    to.add("size " + shown(size) + ", by line feeds",
           post_as(chunked, size + "\n" + smallest + "\n0\n\n") + heartbeat);
  }
  for (const std::string end :
       {"\r\n", "\n", "", "\r", "x\r\n", "xyz\n", " \r\n", "\r\n\r\n", "\n\n", "\r\r\n",
        "\x01\r\n"}) {
    to.add_pair("ended by " + shown(end),
                post_as(chunked, "1f\r\n" + smallest + end + "0\r\n\r\n"));
  }
  for (const std::string last :
       {"0\r\n\r\n", "00\r\n\r\n", "0;x\r\n\r\n", "0 \r\n\r\n", "-0\r\n\r\n", "+0\r\n\r\n",
        "0\n\n", "0\r\n\n", "0\n\r\n", "0\r\n", "0", "", "000000000000000000000\r\n\r\n",
        "0\r\nA: b\r\n\r\n", "0\r\nA: b\r\nC: d\r\n\r\n", "0\r\nA\r\n\r\n", "0\r\nA : b\r\n\r\n",
        "0\r\n: b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n", "0\r\n c\r\n\r\n", "0\r\nA:\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: x\r\n\r\n",
        "0\r\nTrailer: x\r\n\r\n", "0\r\ncontent-type: text/plain\r\n\r\n",
        "0\r\nConnection: close\r\n\r\n", "0\r\nA: b\x01\r\n\r\n", "0\r\nA: b\x0B\r\n\r\n",
        "0\r\n\xC3\xA9: b\r\n\r\n", "0\r\nA: b\r\n", "0\r\nA: b\n\n", "0\r\n\xC3\xA9: b\r\n",
        "0\r\nA: \x0B\r\n", "0\r\nA : b\r\n", "0\r\nA: b\r\n c\r\n", "0\r\n c: d\r\n\r\n",
        "0\r\nContent-Length: 5\r\n 6\r\n\r\n", "0\r\nContent-Length: \x0B\r\n\r\n",
        "0\r\nContent-Length:\x0B\r\n\r\n", "0\r\nContent-Length : 5\r\n\r\n",
        "0\r\ntrailer: b\x0C\r\n\tc\r\n\r\n", "0\r\nTransfer-Encoding: b\x0Bz\r\n\r\n",
        "0\r\nTrailer: x\r\n y\r\nA: b\r\n c\r\n\r\n", "0\r\nA: b\r\nTrailer: x\r\n y\r\n\r\n",
        "0\r\nTrailer: x\r\n \r\n\r\n", "0\r\nA: b\r\n \r\n\r\n", "0\r\nA:\r\n b\r\n\r\n"}) {
    to.add_pair("last " + shown(last), post_as(chunked, "1f\r\n" + smallest + "\r\n" + last));
  }
  const std::string first = smallest.substr(0, 9);
  const std::string rest = smallest.substr(9);
  to.add("two", post_as(chunked, "9\r\n" + first + "\r\n16\r\n" + rest + "\r\n0\r\n\r\n"));
  to.add("none", post_as(chunked, "0\r\n\r\n") + heartbeat);
  to.add("none, all in the target",
         "POST " + message + '?' + smallest + " HTTP/1.1\r\n" + form_type + chunked +
             "\r\n0\r\n\r\n");
  std::string bytes;
  for (const char byte : smallest) bytes += "1\r\n"s + byte + "\r\n";
  to.add("one a byte", post_as(chunked, bytes + "0\r\n\r\n"));
  for (std::size_t size = 4094; size <= 4098; ++size) {
    to.add("size line of " + std::to_string(size),
           post_as(chunked, "1f;" + std::string(size - 3, 'x') + "\r\n" + smallest +
               "\r\n0\r\n\r\n"));
    to.add("size line of " + std::to_string(size) + " noughts",
           post_as(chunked, std::string(size, '0') + "\r\n\r\n"));
  }
  for (std::size_t size = 8190; size <= 8193; ++size) {
    to.add("trailer of " + std::to_string(size),
           post_as(chunked, "0\r\nA: " + std::string(size - 3, 'x') + "\r\n\r\n"));
  }
}

void add_expectations(list& to) {
  to.begin("expect");
  for (const std::string value :
       {"100-continue", "100-Continue", "100-CONTINUE", " 100-continue ", "100-continue, tea",
        "tea",
        "", "100", "100-continue;", "continue", "100-continue\r\nExpect: tea",
        "tea\r\nExpect: 100-continue", "\t100-continue"}) {
    const std::string line = "Expect: " + value + "\r\n";
    to.add(shown(value), post(smallest, form_type + line));
    to.add(shown(value) + ", then a heartbeat", post(smallest, form_type + line) + heartbeat);
    to.add_steps(shown(value) + ", body on demand",
                 {post_as(line + "Content-Length: 31\r\n"), smallest, heartbeat});
    to.add(shown(value) + ", never a body", post_as(line + "Content-Length: 31\r\n"));
    to.add(shown(value) + ", no body", post_as(line) + heartbeat);
    to.add(shown(value) + ", length 0", post_as(line + "Content-Length: 0\r\n") + heartbeat);
    to.add(shown(value) + ", too large", post_as(line + "Content-Length: 3001\r\n") + heartbeat);
    to.add(shown(value) + ", too large and sent all the same",
           post_as(line + "Content-Length: 3001\r\n", std::string(3001, 'x')));
    to.add(shown(value) + ", too large, to be closed",
           post_as(line + "Connection: close\r\nContent-Length: 3001\r\n") + heartbeat);
    to.add(shown(value) + ", GET", get("/dataproxy/heartbeat", line) + heartbeat);
    to.add(shown(value) + ", HEAD", "HEAD /dataproxy/heartbeat HTTP/1.1\r\n" + line + "\r\n");
    to.add(shown(value) + ", chunked",
           post_as(line + "Transfer-Encoding: chunked\r\n", "1f\r\n" + smallest + "\r\n0\r\n\r\n") +
               heartbeat);
    to.add(shown(value) + ", chunked, never a body",
           post_as(line + "Transfer-Encoding: chunked\r\n"));
    to.add(shown(value) + ", malformed", post(smallest, form_type + line + "A : b\r\n"));
    to.add(shown(value) + ", HTTP/1.0",
           "POST " + message + " HTTP/1.0\r\n" + form_type + line + length_of(smallest) + "\r\n" +
               smallest);
    to.add(shown(value) + ", a line that is too long",
           "GET /" + std::string(5000, 'x') + " HTTP/1.1\r\n" + line + "\r\n");
  }
}

void add_sizes(list& to) {
  to.begin("size");
  const std::string start = to_whom + "&body=";
  for (std::size_t size = 2998; size <= 3003; ++size) {
    const std::string body = start + std::string(size - start.size(), 'x');
    const std::string name = "of " + std::to_string(size);
    to.add_pair(name, post(body));
    to.add(name + ", to be closed", post(body, form_type + "Connection: close\r\n"));
    to.add(name + ", HTTP/1.0", "POST " + message + " HTTP/1.0\r\n" + form_type + length_of(body) +
                                    "\r\n" + body);
    const std::string chunk = hex(size, 4) + "\r\n" + body + "\r\n0\r\n\r\n";
    to.add(name + ", chunked", post_as("Transfer-Encoding: chunked\r\n", chunk));
    to.add(name + ", in two chunks",
           post_as("Transfer-Encoding: chunked\r\n",
                   "400\r\n" + body.substr(0, 1024) + "\r\n" + hex(size - 1024, 4) + "\r\n" +
                       body.substr(1024) + "\r\n0\r\n\r\n"));
    to.add(name + ", GET with a body", "GET /dataproxy/heartbeat HTTP/1.1\r\n" + length_of(body) +
                                           "\r\n" + body + heartbeat);
    to.add(name + " of a wrong type", post(body, "Content-Type: text/plain\r\n"));
    to.add(name + " to nowhere", post(body, form_type, "/nowhere"));
    to.add_steps(name + ", body after the refusal",
                 {"POST " + message + " HTTP/1.1\r\n" + form_type + length_of(body) + "\r\n",
                  body + heartbeat});
    const std::string in_target = start + std::string(size, 'x');
    to.add(name + " in the target", get(message + '?' + in_target));
    to.add(name + " in the target, of two bytes each",
           get(message + '?' + start + std::string(size, '\xE9')));
    to.add(name + " characters beyond 16 bits",
           post(start + "\xF0\x9F\x98\x80" + std::string(size - start.size() - 4, 'x')));
  }
  to.add("swallowing a request",
         post_as("Content-Length: 3100\r\n",
                 heartbeat + std::string(3100 - heartbeat.size(), 'x')) +
             heartbeat);
  to.add("stopped short", post_as("Content-Length: 3100\r\n") + heartbeat);
}

void add_forms(list& to) {
  to.begin("form");
  for (const std::string& body :
       {"a=1&groupId=g&streamId=s&body=x"s, "groupId=g;streamId=s;body=x"s,
        to_whom + "&body=a;b"s, to_whom + "&body=a&b"s, to_whom + "&body=a#b&cnt=5"s,
        to_whom + "&body=a=b=c"s, to_whom + "&body=="s, to_whom + "&body==a"s, to_whom + "&=body"s,
        to_whom + "&body"s, to_whom + "&body="s, to_whom + "&body&body=x"s, to_whom + "&&body=x"s,
        to_whom + "&;&body=x"s, to_whom + "&=&body=x"s, to_whom + "&==&body=x"s,
        to_whom + "&=a=b&body=x"s, "&"s + to_whom + "&body=x"s, "?"s + to_whom + "&body=x"s,
        "??"s + to_whom + "&body=x"s, "#"s + to_whom + "&body=x"s, to_whom + "&body=x&"s,
        to_whom + "&body=x?y"s, to_whom + "&body=a+b"s, to_whom + "&body=+"s,
        to_whom + "&body=%2B"s, to_whom + "&body=%2b"s, to_whom + "&body=a b"s,
        to_whom + "&body=%"s, to_whom + "&body=%4"s, to_whom + "&body=%zz"s,
        to_whom + "&body=%4z"s, to_whom + "&body=a%z4b"s, to_whom + "&body=%%41"s,
        to_whom + "&body=%25"s, to_whom + "&body=%2541"s, to_whom + "&body=%+1"s,
        to_whom + "&body=% 41"s, to_whom + "&body=%-1"s, to_whom + "&body=%u0041"s,
        to_whom + "&body=%\xC3\xA9"s, to_whom + "&body=%a\xC3\xA9"s, to_whom + "&body=%\xFF\xFF"s,
        to_whom + "&body=%\xF0\x9F\x98\x80"s, to_whom + "&body=%a\xF0\x9F\x98\x80"s,
        to_whom + "&body=x&y=%"s, to_whom + "&body=x#%"s, to_whom + "&%=x&body=x"s,
        to_whom + "&%zz&body=x"s, to_whom + "&body=%4&x"s, to_whom + "&body=%4;x"s,
        to_whom + "&body=%4#x"s, to_whom + "&body=%4=x"s, "%67roupId=g&streamId=s&body=x"s,
        "groupId=%67&streamId=%73&%62ody=x"s, "GroupId=g&streamId=s&body=x"s,
        "group+Id=g&streamId=s&body=x"s, "groupid=g&streamId=s&body=x"s,
        " groupId=g&streamId=s&body=x"s, "groupId =g&streamId=s&body=x"s,
        "groupId=g&groupId=h&streamId=s&body=x"s, "groupId=h&groupId=g&streamId=s&body=x"s,
        "groupId=&groupId=g&streamId=s&body=x"s, "groupId&groupId=g&streamId=s&body=x"s,
        to_whom + "&body=one&body=two"s, to_whom + "&body=&body=two"s,
        to_whom + "&body=one\ntwo\rthree\r\nfour&cnt=4"s, to_whom + "&body=%0A"s,
        to_whom + "&body=one%0Atwo&cnt=2"s, to_whom + "&body=\n"s, to_whom + "&body=a\n"s,
        to_whom + "&body=\0"s, to_whom + "&body=a\0b"s, to_whom + "&body=%00"s, "\0"s, ""s, "x"s,
        "="s, "&"s, "=&="s, "#"s, "?"s, "%"s, "+"s, "body=x"s, "streamId=s&body=x"s,
        "groupId=g&body=x"s, "groupId=g"s, "streamId=s"s, to_whom, "groupId=g+&streamId=s&body=x"s,
        "groupId=+g&streamId=s&body=x"s, "groupId=g&streamId=s+&body=x"s,
        "groupId=w&streamId=anything&body=x"s, "groupId=w&streamId=a.b&body=x"s,
        "groupId=g&streamId=t&body=x"s, "groupId=G&streamId=s&body=x"s,
        "groupId=g.s&streamId=x&body=x"s, "groupId=g.s&streamId=t&body="s,
        "groupId=h&streamId=s&body=x"s, "groupId=h&streamId=s"s, "groupId=a\"b&streamId=s&body=x"s,
        "groupId=a%31b%3Dc&streamId=s&body=x"s, "groupId=\xE4\xB8\xAD&streamId=\xE6\x96\x87"s,
        "groupId=w&streamId=%31dt%3D1&body=x"s, "groupId=w&streamId=a%0Ab&body=x"s,
        "groupId=w&streamId=\xFF&body=x"s, "groupId=\xC3\xA9&streamId=s&body=x"s,
        to_whom + "&body=x&auditVersion=5"s, to_whom + "&body=x&auditVersion=no"s,
        to_whom + "&body=x&charset=latin1&rt=1&rtms=2&rcdDlmtr=%7C"s}) {
    to.add(shown(body), post(body));
    to.add(shown(body) + ", in the target", get(message + '?' + body));
    to.add(shown(body) + ", in the target of a POST", post("x=y", form_type, message + '?' + body));
    to.add(shown(body) + ", over a target",
           post(body, form_type, message + "?groupId=w&streamId=z&body=target&dt=7&cnt=8"));
    to.add(shown(body) + ", chunked",
           post_as("Transfer-Encoding: chunked\r\n",
                   (body.empty() ? "" : hex(body.size(), 4) + "\r\n" + body + "\r\n") +
                       "0\r\n\r\n"));
  }
  for (std::size_t count = 1020; count <= 1025; ++count) {
    std::string fields;
    for (std::size_t i = 0; i < count; ++i) fields += "a&";
    to.add(std::to_string(count) + " fields before all", post(fields + smallest));
    to.add(std::to_string(count) + " fields before all, in the target",
           get(message + '?' + fields + smallest));
    to.add(std::to_string(count) + " empty fields before all",
           post(std::string(count, '&') + smallest));
    to.add(std::to_string(count) + " fields, a bad escape behind",
           post(smallest + '&' + fields + "%"));
    to.add(std::to_string(count) + " fields in target and body",
           post(fields + "groupId=g", form_type, message + "?streamId=s&body=x&" + fields));
  }
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const std::string raw(1, static_cast<char>(byte));
    const std::string name = "byte " + hex(byte);
    to.add(name + " raw", post(to_whom + "&body=a" + raw + "b"));
    to.add(name + " alone", post(to_whom + "&body=" + raw));
    to.add(name + " escaped", post(to_whom + "&body=a%" + hex(byte) + "b"));
    to.add(name + " raw in the target", get(message + '?' + to_whom + "&body=a" + raw + "b"));
    to.add(name + " in a stream", post("groupId=w&streamId=a" + raw + "b&body=x"));
    to.add(name + " behind a percent sign", post(to_whom + "&body=%" + raw + "0"));
    to.add(name + " second behind a percent sign", post(to_whom + "&body=%0" + raw));
  }
}

void add_utf8(list& to) {
  to.begin("utf-8");
  for (const std::string bytes :
       {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBB\xBF", "\x80", "\xBF",
        "\x80\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\xC2", "\xC2\x41", "\xE0", "\xE0\x80",
        "\xE0\x80\x80", "\xE0\x9F\xBF", "\xE0\xA0", "\xE0\xA0\x41", "\xE1\x80", "\xE1\x80\xC0",
        "\xED\xA0\x80", "\xED\xAF\xBF", "\xED\xB0\x80", "\xED\xBF\xBF", "\xED\xA0",
        "\xED\xA0\xBD\xED\xB8\x80", "\xF0", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF0\x90",
        "\xF0\x90\x80", "\xF0\x9F\x98", "\xF0\x9F\x98\x41", "\xF0\x9F\x41", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFC\x84\x80\x80\x80\x80", "\xFE", "\xFF",
        "\xFE\xFF", "\xFF\xFE", "\xE4\xB8\xAD\xE6\x96\x87",
        "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9",
        "\xC3\xA9\xFF\xC3\xA9", "\xE4\xB8\xE4\xB8\xAD", "\xF0\x9F\xF0\x9F\x98\x80"}) {
    to.add(shown(bytes) + " raw", post(to_whom + "&body=a" + bytes + "b"));
    to.add(shown(bytes) + " at the end", post(to_whom + "&body=" + bytes));
    to.add(shown(bytes) + " escaped", post(to_whom + "&body=a" + escaped(bytes) + "b"));
    to.add(shown(bytes) + " escaped at the end", post(to_whom + "&body=" + escaped(bytes)));
    to.add(shown(bytes) + " half escaped",
           post(to_whom + "&body=a" + bytes.substr(0, 1) + escaped(bytes.substr(1))));
    to.add(shown(bytes) + " other half escaped",
           post(to_whom + "&body=a" + escaped(bytes.substr(0, 1)) + bytes.substr(1)));
    to.add(shown(bytes) + " in the target", get(message + '?' + to_whom + "&body=a" + bytes + "b"));
    to.add(shown(bytes) + " escaped in the target",
           get(message + '?' + to_whom + "&body=a" + escaped(bytes) + "b"));
    to.add(shown(bytes) + " in a name", post(to_whom + '&' + bytes + "=x&body=x"));
    to.add(shown(bytes) + " in a group", post("groupId=" + bytes + "&streamId=s&body=x"));
    to.add(shown(bytes) + " in the path", get("/" + escaped(bytes)));
    to.add(shown(bytes) + " before a bad escape", post(to_whom + "&body=" + bytes + "%z" + bytes));
    to.add(shown(bytes) + " in a callback",
           post(smallest + "&callback=" + bytes));
  }
}

void add_blanks(list& to) {
  to.begin("blank");
  for (const std::string text :
       {"", " ", "+", "++", "\t", "\n", "\x0B", "\x0C", "\r", "\x1B", "\x1C", "\x1D", "\x1E",
        "\x1F", "\x7F", "\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE1\xA0\x8E", "\xE2\x80\x80",
        "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85",
        "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
        "\xE2\x80\x8B", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
        "\xE3\x80\x80", "\xEF\xBB\xBF", "\xF0\x9D\x85\x99", " \xE3\x80\x80\t", "x ", " x",
        "\x01"}) {
    const std::string value = text == "+" || text == "++" ? text : escaped(text);
    to.add(shown(text) + " as group", post("groupId=" + value + "&streamId=s&body=x"));
    to.add(shown(text) + " as stream", post("groupId=g&streamId=" + value + "&body=x"));
    to.add(shown(text) + " as body", post(to_whom + "&body=" + value));
    to.add(shown(text) + " as callback", post(smallest + "&callback=" + value));
    to.add(shown(text) + " as body, raw", post(to_whom + "&body=" + text));
  }
}

void add_numbers(list& to) {
  for (const std::string name : {"dt", "cnt"}) {
    to.begin(name);
    for (const std::string& value :
         {"0"s, "1"s, "-1"s, "-0"s, "00"s, "007"s, "+5"s, "%2B5"s, "%2B"s, "-"s, "--1"s, "%2B-1"s,
          "1700000000000"s, "1700000000"s, "2147483647"s, "2147483648"s, "-2147483648"s,
          "-2147483649"s, "9223372036854775807"s, "9223372036854775808"s, "-9223372036854775808"s,
          "-9223372036854775809"s, "99999999999999999999"s, "1.5"s, "1e3"s, "0x10"s, "010"s,
          "1_000"s,
          "1,000"s, "1 "s, " 1"s, "1%00"s, "1%0A"s, "abc"s, ""s, "+"s, "null"s, "true"s, "1L"s,
          "%D9%A3"s, "%EF%BC%95"s, "%E0%A5%A7%E0%A5%A8"s, "%F0%9D%9F%98"s, "1%D9%A3"s, "%C2%B2"s,
          "%E2%91%A0"s, "%E0%AF%A6"s, "%E1%9F%A0"s, "%E1%A2%90"s, "%EA%A7%B0"s, "%EA%AF%B0"s,
          "%E1%AA%90"s, "%F0%90%B4%B0"s, std::string(400, '0') + "7"}) {
      to.add(shown(value), post(smallest + '&' + name + '=' + value));
      to.add(shown(value) + ", in the target",
             get(message + '?' + smallest + '&' + name + '=' + value));
    }
    to.add("twice", post(smallest + '&' + name + "=3&" + name + "=4"));
    to.add("no number, then one", post(smallest + '&' + name + "=x&" + name + "=4"));
    to.add("in body and target", post(smallest + '&' + name + "=3", form_type,
                                      message + '?' + name + "=4"));
    to.add("without a value", post(smallest + '&' + name));
  }
}

void add_callbacks(list& to) {
  to.begin("callback");
  for (const std::string value :
       {"cb", "a.b", "a(b", "a%22b", "%0A", "+cb+", "\xC3\xA9", "%00", ""}) {
    const std::string field = "callback=" + value;
    to.add(shown(value) + ", stored", post(smallest + '&' + field));
    to.add(shown(value) + ", group missing", post(field));
    to.add(shown(value) + ", stream missing", post("groupId=g&" + field));
    to.add(shown(value) + ", topic unknown", post("groupId=h&streamId=s&body=x&" + field));
    to.add(shown(value) + ", body missing", post(to_whom + '&' + field));
    to.add(shown(value) + ", body blank", post(to_whom + "&body=+&" + field));
    to.add(shown(value) + ", in the target", get(message + '?' + smallest + '&' + field));
    to.add(shown(value) + ", to a heartbeat", get("/dataproxy/heartbeat?" + field));
    to.add(shown(value) + ", wrong type",
           post(field, "Content-Type: text/plain\r\n", message + '?' + field));
    to.add(shown(value) + ", bad escape", post(field + "&%"));
    to.add(shown(value) + ", to nowhere", get("/nowhere?" + field));
  }
}

void add_sequences(list& to) {
  to.begin("sequence");
  const std::vector<std::pair<std::string, std::string>> parts = {
      {"report", post(smallest)},
      {"no group", post("x=y")},
      {"heartbeat", heartbeat},
      {"favicon", get("/favicon.ico")},
      {"nowhere", get("/nowhere")},
      {"PUT", "PUT / HTTP/1.1\r\n\r\n"},
      {"wrong type", post(smallest, "Content-Type: text/plain\r\n")},
      {"bad escape", post("%")},
      {"malformed", "garbage\r\n\r\n"},
      {"closing report", post(smallest, form_type + "Connection: close\r\n")},
      {"chunked", post_as("Transfer-Encoding: chunked\r\n", "1f\r\n" + smallest + "\r\n0\r\n\r\n")},
      {"expecting", post(smallest, form_type + "Expect: 100-continue\r\n")},
      {"refused expectation", post_as("Expect: tea\r\n")},
      {"HEAD", "HEAD / HTTP/1.1\r\n\r\n"},
  };
  for (const auto& [first, bytes] : parts) {
    for (const auto& [second, more] : parts) to.add(first + ", " + second, bytes + more + bytes);
    to.add_steps(first + ", then on demand a heartbeat", {bytes, heartbeat});
    to.add_steps(first + ", then on demand a report", {bytes, post(smallest), heartbeat});
    to.add(first + " without its last byte", bytes.substr(0, bytes.size() - 1));
    to.add(first + " three times", bytes + bytes + bytes);
  }
  std::string hundred;
  for (int i = 0; i < 20; ++i) hundred += post(to_whom + "&body=" + std::to_string(i));
  to.add("twenty reports", hundred);
  to.add("nothing", "");
  to.add("one byte", "P");

  for (const node_state state : {node_state::not_ready, node_state::stopped}) {
    to.begin(state == node_state::stopped ? "stopped" : "not ready", state);
    for (const auto& [name, bytes] : parts) to.add_pair(name, bytes);
    to.add("too large", post_as("Content-Length: 3001\r\n"));
    to.add("callback", post(smallest + "&callback=cb"));
  }
}

}  // namespace

std::vector<request_case> listed_cases() {
  list all;
  add_paths_and_methods(all);
  add_request_lines(all);
  add_headers(all);
  add_connections(all);
  add_types(all);
  add_lengths(all);
  add_chunks(all);
  add_expectations(all);
  add_sizes(all);
  add_forms(all);
  add_utf8(all);
  add_blanks(all);
  add_numbers(all);
  add_callbacks(all);
  add_sequences(all);
  return std::move(all.cases);
}

}  // namespace interop
