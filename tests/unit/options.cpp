// SPDX-License-Identifier: Apache-2.0
#include <inlong/options.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;

static bool names(const inlong::options& checked, const std::string& field) {
  const std::string why = checked.validate();
  return why.substr(0, field.size()) == field && why.size() > field.size() + 10;
}

TEST_CASE("the defaults are those that the documentation promises, and are valid") {
  const inlong::options defaults;
  CHECK(defaults.connect_timeout == 2s);
  CHECK(defaults.request_timeout == 10s);
  CHECK(defaults.delivery_timeout == 30s);
  CHECK(defaults.max_request_bytes == 60 * 1024);
  CHECK(defaults.record_separator == '\n');
  CHECK(defaults.keep_alive);
  CHECK(defaults.form == inlong::form::compact);
  CHECK(defaults.headers.empty());
  CHECK(defaults.validate() == "");
}

TEST_CASE("a field that makes no sense is named") {
  inlong::options checked;
  SUBCASE("connect_timeout") {
    checked.connect_timeout = 0ms;
    CHECK(names(checked, "connect_timeout"));
  }
  SUBCASE("request_timeout") {
    checked.request_timeout = -1ms;
    CHECK(names(checked, "request_timeout"));
  }
  SUBCASE("delivery_timeout") {
    checked.delivery_timeout = (std::chrono::milliseconds::min)();
    CHECK(names(checked, "delivery_timeout"));
  }
  SUBCASE("max_request_bytes") {
    checked.max_request_bytes = 37;  // one byte less than the smallest request
    CHECK(names(checked, "max_request_bytes"));
    checked.max_request_bytes = 38;
    CHECK(checked.validate() == "");
  }
  SUBCASE("record_separator") {
    checked.record_separator = '\x80';
    CHECK(names(checked, "record_separator"));
  }
  SUBCASE("form") {
    checked.form = static_cast<inlong::form>(7);
    CHECK(names(checked, "form"));
  }
}

TEST_CASE("the longest durations and sizes are valid") {
  inlong::options checked;
  checked.connect_timeout = checked.request_timeout = checked.delivery_timeout =
      (std::chrono::milliseconds::max)();
  checked.max_request_bytes = static_cast<std::size_t>(-1);
  CHECK(checked.validate() == "");
}

TEST_CASE("an extra header is refused, with its index, if it is not one or is the library's own") {
  inlong::options checked;
  const auto refuses = [&](const std::string& name, const std::string& value) {
    checked.headers = {{"X-Token", "fine"}, {name, value}};
    return names(checked, "headers[1]");
  };
  CHECK_FALSE(refuses("Authorization", "Bearer a.b-c_d~e=="));
  CHECK_FALSE(refuses("X-Empty", ""));
  CHECK_FALSE(refuses("X-Tab", "a\tb"));
  CHECK(refuses("", "value"));
  CHECK(refuses("Two Words", "value"));
  CHECK(refuses("Colon:", "value"));
  CHECK(refuses("X\r\nInjected", "value"));
  CHECK(refuses("X-Token", "a\r\nInjected: b"));
  CHECK(refuses("X-Token", "a\nb"));
  CHECK(refuses("X-Token", std::string("a\0b", 3)));
  for (const char* own : {"host", "Content-Length", "CONTENT-TYPE", "connection",
                          "Transfer-Encoding", "expect", "accept-encoding"}) {
    CHECK_MESSAGE(refuses(own, "value"), own);
  }
}

#if __cplusplus >= 202002L
TEST_CASE("in C++20 options are written by name") {
  const inlong::options written{
      .connect_timeout = 1s, .keep_alive = false, .headers = {{"A", "b"}}};
  CHECK(written.connect_timeout == 1s);
  CHECK_FALSE(written.keep_alive);
  CHECK(written.headers.size() == 1);
}
#endif
