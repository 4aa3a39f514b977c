// SPDX-License-Identifier: Apache-2.0
#include <inlong/endpoint/address.hpp>

#include <doctest/doctest.h>

#include <string>

using inlong::detail::address_parts;
using inlong::detail::read_address;

namespace {

std::string read(const std::string& written) {
  address_parts parts;
  const std::string why = read_address(written, parts);
  if (!why.empty()) return "refused: " + why;
  return (parts.https ? "https " : "http ") + parts.host + ' ' + std::to_string(parts.port) + ' ' +
         parts.prefix;
}

bool refused(const std::string& written, const std::string& hint) {
  const std::string said = read(written);
  INFO(written, " -> ", said);
  return said.substr(0, 9) == "refused: " && said.find(hint) != std::string::npos;
}

}  // namespace

TEST_CASE("a host has port 46802 unless one is said") {
  CHECK(read("10.0.0.1") == "http 10.0.0.1 46802 ");
  CHECK(read("10.0.0.1:1") == "http 10.0.0.1 1 ");
  CHECK(read("dataproxy-1.example.com:65535") == "http dataproxy-1.example.com 65535 ");
  CHECK(read("a_b") == "http a_b 46802 ");
  CHECK(read("UPPER.Example") == "http upper.example 46802 ");
  CHECK(read("full.name.") == "http full.name. 46802 ");
  CHECK(read("1and1.example") == "http 1and1.example 46802 ");
}

TEST_CASE("an IPv6 address stands in brackets") {
  CHECK(read("[::1]") == "http ::1 46802 ");
  CHECK(read("[::]:80") == "http :: 80 ");
  CHECK(read("[2001:DB8::1]:80") == "http 2001:db8::1 80 ");
  CHECK(read("[1:2:3:4:5:6:7:8]") == "http 1:2:3:4:5:6:7:8 46802 ");
  CHECK(read("[1::]") == "http 1:: 46802 ");
  CHECK(read("[1:2:3:4:5:6:7::]") == "http 1:2:3:4:5:6:7:: 46802 ");
  CHECK(read("[::ffff:10.0.0.1]") == "http ::ffff:10.0.0.1 46802 ");
  CHECK(read("[FE80::1%enP2p33s0]:5") == "http fe80::1%enP2p33s0 5 ");
}

TEST_CASE("a URL has its scheme's port and may have a gateway's prefix") {
  CHECK(read("http://gateway") == "http gateway 80 ");
  CHECK(read("HTTP://gateway/") == "http gateway 80 ");
  CHECK(read("https://gateway") == "https gateway 443 ");
  CHECK(read("https://gateway:8443/a/b/") == "https gateway 8443 /a/b");
  CHECK(read("http://[::1]:8/x") == "http ::1 8 /x");
  CHECK(read("http://gateway/a%20b") == "http gateway 80 /a%20b");
}

TEST_CASE("a message path that is already there is not added again") {
  CHECK(read("http://gateway:46802/dataproxy/message") == "http gateway 46802 ");
  CHECK(read("http://gateway/in/dataproxy/message/") == "http gateway 80 /in");
  CHECK(read("http://gateway/dataproxy") == "http gateway 80 /dataproxy");
}

TEST_CASE("what can't be read is refused with a hint what to write") {
  CHECK(refused("", "empty"));
  CHECK(refused("::1", "[::1]:46802"));
  CHECK(refused("2001:db8::1", "[2001:db8::1]:46802"));
  CHECK(refused("a:1:2", "more than one colon"));
  CHECK(refused("[::1", "not closed"));
  CHECK(refused("[::1]46802", "only :port"));
  CHECK(refused("[]", "not an IPv6 address"));
  CHECK(refused("[1:2:3]", "not an IPv6 address"));
  CHECK(refused("[1::2::3]", "not an IPv6 address"));
  CHECK(refused("[1:2:3:4:5:6:7:8:9]", "not an IPv6 address"));
  CHECK(refused("[1:2:3:4:5:6:7::8]", "not an IPv6 address"));
  CHECK(refused("[1:2:3:4:5:6:7:8::]", "not an IPv6 address"));
  CHECK(refused("[12345::]", "not an IPv6 address"));
  CHECK(refused("[10.0.0.1]", "not an IPv6 address"));
  CHECK(refused("[fe80::1%]", "not an IPv6 address"));
  CHECK(refused("host:", "port is missing"));
  CHECK(refused("host:0", "from 1 to 65535"));
  CHECK(refused("host:65536", "from 1 to 65535"));
  CHECK(refused("host:99999999999999999999", "from 1 to 65535"));
  CHECK(refused("host:-1", "not a number"));
  CHECK(refused("host:http", "not a number"));
  CHECK(refused(":46802", "host is missing"));
  CHECK(refused("http://", "host is missing"));
  CHECK(refused("http:///path", "host is missing"));
  CHECK(refused("ftp://host", "http://"));
  CHECK(refused("user@host", "options.headers"));
  CHECK(refused("http://user:secret@host/", "options.headers"));
  CHECK(refused("http://host/?a=b", "query"));
  CHECK(refused("http://host#part", "fragment"));
  CHECK(refused("host/path", "http://host/path"));
  CHECK(refused("http://host/100%", "%25"));
  CHECK(refused("/var/run/dataproxy.sock", "unix"));
  CHECK(refused("unix:/var/run/dataproxy.sock", "unix"));
  CHECK(refused("one two", "comma"));
  CHECK(refused(std::string("a\0b", 3), "control"));
  CHECK(
      refused("b\xc3\xbc"
              "cher.example",
              "xn--"));
  CHECK(refused("a..b", "empty part"));
  CHECK(refused(".", "empty part"));
  CHECK(refused("a..", "empty part"));
  CHECK(refused("a.b..:80", "empty part"));
  CHECK(refused("a,b", "','"));
  CHECK(refused("ho\"st", "'\"'"));
  CHECK(refused(std::string(64, 'a'), "63"));
  CHECK(refused(std::string(254, 'a'), "253"));
}

TEST_CASE("what looks like an IPv4 address must be one") {
  for (const char* bad : {"10.1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "010.0.0.1", "1.2.3.4.",
                          "4294967295", "a.b.1", "0x7f000001", "127.0X1"}) {
    CHECK_MESSAGE(refused(bad, "four numbers"), bad);
  }
}
