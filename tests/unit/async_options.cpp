// SPDX-License-Identifier: Apache-2.0
#include <inlong/async_options.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <string>

using namespace std::chrono_literals;
using inlong::async_options;

namespace {

bool names(const async_options& checked, const std::string& field) {
  const std::string why = checked.validate();
  return why.substr(0, field.size()) == field && why.size() > field.size() + 10;
}

}  // namespace

TEST_CASE("the queue's defaults are those that the documentation promises, and are valid") {
  const async_options defaults;
  const inlong::options blocking;
  CHECK(defaults.connect_timeout == blocking.connect_timeout);
  CHECK(defaults.request_timeout == blocking.request_timeout);
  CHECK(defaults.delivery_timeout == 120s);
  CHECK(defaults.max_request_bytes == blocking.max_request_bytes);
  CHECK(defaults.record_separator == blocking.record_separator);
  CHECK(defaults.keep_alive == blocking.keep_alive);
  CHECK(defaults.form == blocking.form);
  CHECK(defaults.resend_unknown == blocking.resend_unknown);
  CHECK(defaults.unknown_stream_wait == 60s);
  CHECK(defaults.headers.empty());
  CHECK((defaults.classify.function == nullptr));
  CHECK(defaults.linger == 20ms);
  CHECK(defaults.max_batch_records == 10'000);
  CHECK(defaults.max_memory == 64 * 1024 * 1024);
  CHECK(defaults.workers == 4);
  CHECK(defaults.close_wait == 0ms);
  CHECK(defaults.validate() == "");
}

TEST_CASE("each shared field is handed on") {
  int context = 0;
  async_options all;
  all.connect_timeout = 1ms;
  all.request_timeout = 2ms;
  all.delivery_timeout = 3ms;
  all.max_request_bytes = 4;
  all.record_separator = '|';
  all.keep_alive = false;
  all.form = inlong::form::strict;
  all.resend_unknown = false;
  all.unknown_stream_wait = 5ms;
  all.headers = {{"A", "b"}};
  all.classify.context = &context;
  const inlong::options shared = inlong::detail::shared_options(all);
  CHECK(shared.connect_timeout == 1ms);
  CHECK(shared.request_timeout == 2ms);
  CHECK(shared.delivery_timeout == 3ms);
  CHECK(shared.max_request_bytes == 4);
  CHECK(shared.record_separator == '|');
  CHECK_FALSE(shared.keep_alive);
  CHECK(shared.form == inlong::form::strict);
  CHECK_FALSE(shared.resend_unknown);
  CHECK(shared.unknown_stream_wait == 5ms);
  REQUIRE(shared.headers.size() == 1);
  CHECK(shared.headers[0].value == "b");
  CHECK(shared.classify.context == &context);
}

TEST_CASE("a field that makes no sense is named, a shared one too") {
  async_options checked;
  SUBCASE("connect_timeout") {
    checked.connect_timeout = 0ms;
    CHECK(names(checked, "connect_timeout"));
  }
  SUBCASE("unknown_stream_wait") {
    checked.unknown_stream_wait = -1ms;
    CHECK(names(checked, "unknown_stream_wait"));
  }
  SUBCASE("headers") {
    checked.headers = {{"Host", "mine"}};
    CHECK(names(checked, "headers[0]"));
  }
  SUBCASE("linger") {
    checked.linger = -1ms;
    CHECK(names(checked, "linger"));
  }
  SUBCASE("close_wait") {
    checked.close_wait = (std::chrono::milliseconds::min)();
    CHECK(names(checked, "close_wait"));
  }
  SUBCASE("max_batch_records") {
    checked.max_batch_records = 0;
    CHECK(names(checked, "max_batch_records"));
  }
  SUBCASE("max_memory") {
    checked.max_memory = 4 * checked.max_request_bytes - 1;
    CHECK(names(checked, "max_memory"));
    checked.max_memory = 0;
    CHECK(names(checked, "max_memory"));
  }
  SUBCASE("a request size that no memory has") {
    checked.max_request_bytes = static_cast<std::size_t>(-1);
    CHECK(names(checked, "max_memory"));
  }
  SUBCASE("workers") {
    checked.workers = 1025;
    CHECK(names(checked, "workers"));
  }
}

TEST_CASE("what may be zero or without limit is valid") {
  async_options checked;
  checked.linger = checked.close_wait = checked.unknown_stream_wait = 0ms;
  checked.workers = 0;
  checked.max_memory = 4 * checked.max_request_bytes;
  CHECK(checked.validate() == "");
  checked.linger = checked.close_wait = checked.unknown_stream_wait = checked.delivery_timeout =
      (std::chrono::milliseconds::max)();
  checked.max_memory = static_cast<std::size_t>(-1);
  CHECK(checked.validate() == "");
}

#if __cplusplus >= 202002L
TEST_CASE("in C++20 the queue's options are written by name") {
  const async_options written{.resend_unknown = false, .linger = 5ms, .workers = 0};
  CHECK_FALSE(written.resend_unknown);
  CHECK(written.linger == 5ms);
  CHECK(written.workers == 0);
}
#endif
