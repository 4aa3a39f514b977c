// SPDX-License-Identifier: Apache-2.0
#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

using inlong::testing::scripted_transport;

TEST_CASE(
    "copies share one script: what is told to one is answered by another, and all see the "
    "journal") {
  scripted_transport original;
  scripted_transport copy = original;
  original.next(scripted_transport::code(115));
  const inlong::endpoint to("host:1");
  const std::vector<inlong::header> headers{{"A", "b"}};
  const inlong::request sent{
      to, to.message_path(), {"one", "", "two"}, headers, true, std::chrono::milliseconds(5), {}};
  CHECK(sent.body_size() == 6);
  CHECK(copy.post(sent).body == R"({"code":"115","msg":"scripted"})");
  CHECK(copy.post(sent).body == R"({"code":"0","msg":"scripted"})");
  const auto journal = original.journal();
  REQUIRE(journal.size() == 2);
  CHECK(journal[0].address == "host:1");
  CHECK(journal[0].path == "/dataproxy/message");
  CHECK(journal[0].body == "onetwo");
  CHECK(journal[0].headers.size() == 1);
  CHECK(journal[0].keep_alive);
}

TEST_CASE("a failure says how far the request came and why") {
  const inlong::exchange failed = scripted_transport::maybe_sent(std::errc::timed_out);
  CHECK(failed.what == inlong::transmission::maybe_sent);
  CHECK(failed.error == std::errc::timed_out);
  CHECK_FALSE(failed.error_text.empty());
}
