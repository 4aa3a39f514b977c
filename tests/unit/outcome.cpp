// SPDX-License-Identifier: Apache-2.0
#include <inlong/outcome.hpp>

#include <doctest/doctest.h>

#include <string>

using inlong::certainty;
using inlong::errc;
using inlong::outcome;

namespace {

bool holds(const std::string& all, const std::string& part) {
  INFO(all);
  CHECK_MESSAGE(all.find(part) != std::string::npos, part);
  return all.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an outcome is true if there is no error") {
  outcome sent;
  CHECK(sent);
  sent.error = errc::timeout;
  CHECK_FALSE(sent);
}

TEST_CASE("the message of a success says how much it took") {
  outcome sent;
  sent.delivered = sent.records = 1000;
  sent.attempts = 2;
  sent.elapsed = std::chrono::milliseconds(12'450);
  CHECK(sent.message() == "1000 records delivered after 2 attempts in 12.4 s");
  sent.delivered = sent.records = sent.attempts = 1;
  sent.elapsed = std::chrono::milliseconds(3);
  CHECK(sent.message() == "1 record delivered after 1 attempt in 3 ms");
}

TEST_CASE("the message of a failure says how far it came, what the server said, and what to do") {
  outcome sent;
  sent.error = errc::unknown_stream;
  sent.delivered = 997;
  sent.records = 1000;
  sent.server_code = 115;
  sent.http_status = 200;
  sent.attempts = 6;
  sent.address = "10.0.0.2:46802";
  sent.elapsed = std::chrono::milliseconds(12'450);
  CHECK(sent.message().find(
            "997 of 1000 records delivered; then: group or stream unknown (code 115 from "
            "10.0.0.2:46802) after 6 attempts in 12.4 s; create both in InLong") == 0);
}

TEST_CASE("the message of a failure without a code says what became of the connection") {
  outcome sent;
  sent.error = errc::unreachable;
  sent.records = 1;
  sent.attempts = 2;
  sent.address = "10.0.0.2:46802";
  sent.detail = "connection refused";
  const std::string message = sent.message();
  holds(message,
        "0 of 1 record delivered; then: no connection to any address (connection refused, "
        "10.0.0.2:46802)");
  holds(message, "; check the addresses");
  CHECK(message.find("not known") == std::string::npos);

  sent.error = errc::bad_reply;
  sent.detail.clear();
  sent.http_status = 404;
  holds(sent.message(), "(HTTP status 404, 10.0.0.2:46802)");
}

TEST_CASE("the message says when nobody knows whether the record was stored") {
  outcome sent;
  sent.error = errc::timeout;
  sent.known = certainty::maybe_stored;
  sent.in_doubt = 1;
  sent.records = sent.attempts = 1;
  holds(sent.message(), "not known");
}

TEST_CASE("the message of a refusal says which record it is about and that nothing was sent") {
  outcome sent;
  sent.error = errc::blank_body;
  sent.detail = "bodies[3]";
  holds(sent.message(), "bodies[3]: the body is blank");
  holds(sent.message(), "(nothing was sent)");
}
