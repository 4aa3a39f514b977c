// SPDX-License-Identifier: Apache-2.0
#include <inlong/endpoint/endpoint.hpp>

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <system_error>

using inlong::endpoint;

TEST_CASE("an endpoint says its parts, its authority and where messages go") {
  const endpoint plain("Host:81");
  CHECK(plain.host() == "host");
  CHECK(plain.port() == 81);
  CHECK_FALSE(plain.https());
  CHECK(plain.prefix().empty());
  CHECK(plain.authority() == "host:81");
  CHECK(plain.message_path() == "/dataproxy/message");

  const endpoint gateway("https://[::1]/in/");
  CHECK(gateway.host() == "::1");
  CHECK(gateway.https());
  CHECK(gateway.prefix() == "/in");
  CHECK(gateway.authority() == "[::1]:443");
  CHECK(gateway.message_path() == "/in/dataproxy/message");
}

TEST_CASE("an equal endpoint is made from an endpoint's address") {
  for (const char* written :
       {"host", "host:81", "[::1]", "http://host", "http://host/in", "https://host:1", "unix",
        "http://host/dataproxy/message/dataproxy/message"}) {
    const endpoint made(written);
    CHECK_MESSAGE(endpoint(made.address()) == made, written);
  }
  CHECK(endpoint("host") == endpoint("HOST:46802"));
  CHECK(endpoint("http://host:46802") == endpoint("host"));
  CHECK(endpoint("https://host:46802") != endpoint("host"));
  CHECK(endpoint("http://host/a") != endpoint("http://host/b"));
}

#if INLONG_EXCEPTIONS
TEST_CASE("a bad address is thrown with its text, but never with a password") {
  try {
    endpoint("http://user:secret@host");
    FAIL("nothing thrown");
  } catch (const std::system_error& error) {
    CHECK(error.code() == inlong::errc::bad_address);
    CHECK(std::string(error.what()).find("@host") != std::string::npos);
    CHECK(std::string(error.what()).find("secret") == std::string::npos);
  }
}
#endif
