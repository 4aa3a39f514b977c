// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/verdict.hpp>

#include <doctest/doctest.h>

#include <iterator>
#include <string>
#include <system_error>

using inlong::certainty;
using inlong::errc;
using inlong::exchange;
using inlong::transmission;
using inlong::detail::judge;
using inlong::detail::verdict;

namespace {

verdict judged(int status, const std::string& body) {
  exchange got;
  got.what = transmission::answered;
  got.status = status;
  got.body = body;
  return judge(got, inlong::detail::find_code(got));
}

verdict judged_code(int code) { return judged(200, "{\"code\":\"" + std::to_string(code) + "\"}"); }

verdict judged_failure(transmission what, std::errc why) {
  exchange got;
  got.what = what;
  got.error = std::make_error_code(why);
  return judge(got, inlong::detail::find_code(got));
}

bool is(const verdict& got, errc error, certainty known) {
  return got.error == error && got.known == known;
}

}  // namespace

TEST_CASE("codes 0 and 120 are delivered, and nothing else is") {
  for (int code = -200; code < 300; ++code) {
    const bool delivered = code == 0 || code == 120;
    CHECK((judged_code(code).error == errc::ok) == delivered);
    CHECK((judged_code(code).known == certainty::stored) == delivered);
  }
}

TEST_CASE("the table of verdicts has every code that has a meaning") {
  using inlong::detail::code_verdicts;
  using inlong::detail::server_codes;
  REQUIRE(std::size(code_verdicts) == std::size(server_codes));
  for (std::size_t i = 0; i < std::size(server_codes); ++i)
    CHECK(code_verdicts[i].code == server_codes[i].code);
}

TEST_CASE("a code says what is known of the records") {
  CHECK(is(judged_code(1), errc::unavailable, certainty::not_stored));
  CHECK(is(judged_code(2), errc::unavailable, certainty::not_stored));
  CHECK(is(judged_code(31), errc::rejected, certainty::not_stored));
  CHECK(is(judged_code(100), errc::rejected, certainty::not_stored));
  CHECK(is(judged_code(104), errc::too_large, certainty::not_stored));
  CHECK(is(judged_code(114), errc::unavailable, certainty::maybe_stored));
  for (const int unknown : {113, 115, 121}) {
    CHECK(is(judged_code(unknown), errc::unknown_stream, certainty::not_stored));
  }
  CHECK(is(judged_code(2147483647), errc::rejected, certainty::maybe_stored));
  CHECK(is(judged_code(4711), errc::rejected, certainty::maybe_stored));
}

TEST_CASE("only status 200 can mean success") {
  for (int status = 100; status < 600; ++status) {
    CHECK((judged(status, R"({"code":"0"})").error == errc::ok) == (status == 200));
  }
}

TEST_CASE("a status without a code says what is known of the records") {
  CHECK(is(judged(200, ""), errc::bad_reply, certainty::maybe_stored));
  CHECK(is(judged(204, ""), errc::bad_reply, certainty::maybe_stored));
  CHECK(is(judged(103, ""), errc::bad_reply, certainty::maybe_stored));
  CHECK(is(judged(302, ""), errc::bad_reply, certainty::not_stored));
  CHECK(is(judged(404, ""), errc::bad_reply, certainty::not_stored));
  CHECK(is(judged(413, ""), errc::too_large, certainty::not_stored));
  CHECK(is(judged(417, ""), errc::rejected, certainty::not_stored));
  CHECK(is(judged(429, ""), errc::unavailable, certainty::not_stored));
  CHECK(is(judged(501, ""), errc::rejected, certainty::not_stored));
  CHECK(is(judged(503, ""), errc::unavailable, certainty::maybe_stored));
  CHECK(is(judged(999, ""), errc::bad_reply, certainty::maybe_stored));
}

TEST_CASE("a request without an answer is told by how far it came and why") {
  const auto not_sent = transmission::not_sent;
  const auto maybe_sent = transmission::maybe_sent;
  CHECK(is(judged_failure(not_sent, std::errc::connection_refused), errc::unreachable,
           certainty::not_stored));
  CHECK(is(judged_failure(not_sent, std::errc::host_unreachable), errc::unreachable,
           certainty::not_stored));
  CHECK(is(judged_failure(not_sent, std::errc::connection_reset), errc::connection_lost,
           certainty::not_stored));
  CHECK(is(judged_failure(not_sent, std::errc::timed_out), errc::timeout, certainty::not_stored));
  CHECK(
      is(judged_failure(maybe_sent, std::errc::timed_out), errc::timeout, certainty::maybe_stored));
  CHECK(is(judged_failure(maybe_sent, std::errc::connection_reset), errc::connection_lost,
           certainty::maybe_stored));
  CHECK(is(judged_failure(maybe_sent, std::errc::io_error), errc::connection_lost,
           certainty::maybe_stored));
  CHECK(is(judged_failure(maybe_sent, std::errc::bad_message), errc::bad_reply,
           certainty::maybe_stored));
  CHECK(is(judged_failure(maybe_sent, std::errc::operation_canceled), errc::cancelled,
           certainty::maybe_stored));
}
