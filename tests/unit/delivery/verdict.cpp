// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/verdict.hpp>

#include <doctest/doctest.h>

#include <climits>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <system_error>
#include <vector>

using inlong::action;
using inlong::certainty;
using inlong::errc;
using inlong::exchange;
using inlong::standing;
using inlong::transmission;
using inlong::verdict;
using inlong::detail::find_code;
using inlong::detail::judge;
using inlong::detail::mishap;
using inlong::detail::finding;

namespace {

exchange answer(int status, const std::string& body) {
  exchange got;
  got.what = transmission::answered;
  got.status = status;
  got.body = body;
  return got;
}

exchange code_answer(int code, const std::string& text = "text") {
  return answer(200, "{\"code\":\"" + std::to_string(code) + "\",\"msg\":\"" + text + "\"}");
}

exchange failure(transmission what, std::error_code why, bool stale = false) {
  exchange got;
  got.what = what;
  got.error = why;
  got.stale = stale;
  return got;
}

verdict judged(const exchange& got, bool fresh = true) { return judge(got, find_code(got), fresh); }
verdict judged_code(int code, bool fresh = true) { return judged(code_answer(code), fresh); }

/// What protocol.md, section 3, and design.md say of a code on a fresh connection: written from
/// them, not from the table.
verdict expected_of_code(int code) {
  const auto says = [](action what, errc error, standing endpoint) {
    return verdict{what, error, certainty::not_stored, endpoint};
  };
  switch (code) {
    case 0:    // put into the channel
    case 120:  // a duplicate: treated as success
      return {action::deliver, errc::ok, certainty::stored, standing::sound};
    case 1:  // node starting: another now, the same after seconds
    case 3:
    case 116:  // message queue side: another
    case 117:
    case 118:
    case 119:
      return says(action::retry, errc::unavailable, standing::strained);
    case 2:   // operator drains it: another, tens of seconds
    case 10:  // not allowed here: another
      return says(action::retry, errc::unavailable, standing::resting);
    case 31:  // permanent on a fresh connection
      return says(action::fail, errc::rejected, standing::neutral);
    case 32:  // the wrong server: believed when a second endpoint says the same
    case 33:
    case 34:
    case 35:
    case 36:
      return says(action::second_opinion, errc::rejected, standing::failing);
    case 104:  // as 413
      return says(action::shrink, errc::too_large, standing::sound);
    case 111:  // a bad record in the batch
    case 123:
      return says(action::bisect, errc::rejected, standing::sound);
    case 113:  // not synced yet, or a typo
    case 115:
    case 121:
      return says(action::await_stream, errc::unknown_stream, standing::sound);
    case 114:  // back-pressure; normally not stored, but can be
      return {action::retry, errc::unavailable, certainty::maybe_stored, standing::strained};
    case 94:  // permanent
    case 95:
    case 96:
    case 100:
    case 101:
    case 102:
    case 103:
    case 105:
    case 106:
    case 107:
    case 108:
    case 109:
    case 110:
    case 112:
    case 122:
    case 150:
    case 151:
      return says(action::fail, errc::rejected, standing::sound);
    case INT_MAX:  // once or twice, elsewhere, then permanent for whatever record it is
      return {action::suspect, errc::rejected, certainty::maybe_stored, standing::neutral};
    default:  // unknown: a few times elsewhere, then permanent
      return {action::retry_few, errc::rejected, certainty::maybe_stored, standing::neutral};
  }
}

/// The same of an HTTP status without a code.
verdict expected_of_status(int status) {
  const certainty no = certainty::not_stored;
  const certainty maybe = certainty::maybe_stored;
  if (status == 413) return {action::shrink, errc::too_large, no, standing::sound};
  if (status == 408 || status == 425 || status == 429) {
    return {action::retry, errc::unavailable, no, standing::strained};
  }
  if (status == 404 || status / 100 == 3) {  // another server, or a proxy in between
    return {action::second_opinion, errc::bad_reply, no, standing::failing};
  }
  if (status / 100 == 4 || status == 501 || status == 505) {
    return {action::fail, errc::rejected, no, standing::neutral};
  }
  if (status / 100 == 5) return {action::retry, errc::unavailable, maybe, standing::strained};
  return {action::second_opinion, errc::bad_reply, maybe, standing::failing};
}

/// The same of a request without an answer, by what the transport says in its error.
verdict expected_of_failure(transmission what, const std::error_code& why) {
  const certainty known =
      what == transmission::not_sent ? certainty::not_stored : certainty::maybe_stored;
  const auto says = [&](action then, errc error, standing endpoint) {
    return verdict{then, error, known, endpoint};
  };
  if (why == std::errc::timed_out) return says(action::retry, errc::timeout, standing::failing);
  if (why == std::errc::operation_canceled) {
    return says(action::fail, errc::cancelled, standing::neutral);
  }
  // Accepted and closed: every retry on the same node is useless for a while.
  if (why == std::errc::connection_reset || why == std::errc::broken_pipe) {
    return says(action::retry, errc::connection_lost, standing::resting);
  }
  if (why == std::errc::connection_aborted) {
    return says(action::retry, errc::connection_lost, standing::failing);
  }
  if (why == std::errc::bad_message || why == std::errc::protocol_error) {
    return says(action::second_opinion, errc::bad_reply, standing::failing);
  }
  if (why == std::errc::not_enough_memory) {
    return says(action::retry_few, errc::out_of_memory, standing::neutral);
  }
  const bool unsent = what == transmission::not_sent;
  return says(action::retry, unsent ? errc::unreachable : errc::connection_lost, standing::failing);
}

std::vector<std::error_code> all_errors() {
  std::vector<std::error_code> all{{}, std::error_code(1, std::generic_category())};
  for (const std::errc each :
       {std::errc::timed_out, std::errc::operation_canceled, std::errc::connection_reset,
        std::errc::broken_pipe, std::errc::connection_aborted, std::errc::bad_message,
        std::errc::protocol_error, std::errc::not_enough_memory, std::errc::connection_refused,
        std::errc::host_unreachable, std::errc::network_unreachable, std::errc::io_error,
        std::errc::too_many_files_open, std::errc::address_not_available}) {
    all.push_back(std::make_error_code(each));
  }
  return all;
}

}  // namespace

TEST_CASE("every code means what the protocol says") {
  for (int code = -1; code <= 200; ++code) {
    CAPTURE(code);
    CHECK(judged_code(code) == expected_of_code(code));
    // On a kept connection, code 31 alone is different: what came before may have spoilt it.
    const bool leftover = code == 31;
    CHECK((judged_code(code, false) == expected_of_code(code)) != leftover);
  }
  for (const int code : {INT_MIN + 1, -200, 4711, INT_MAX - 1, INT_MAX}) {
    CAPTURE(code);
    CHECK(judged_code(code) == expected_of_code(code));
    CHECK(judged_code(code, false) == expected_of_code(code));
  }
}

TEST_CASE("a leftover on a kept connection is answered with 31: once more, on a fresh one") {
  CHECK(judged_code(31, false) ==
        verdict{action::resend, errc::rejected, certainty::not_stored, standing::neutral});
}

TEST_CASE("every HTTP status means what the protocol says, whatever code comes with it") {
  for (int status = 100; status <= 599; ++status) {
    CAPTURE(status);
    CHECK(judged(answer(status, "")) == expected_of_status(status));
    CHECK(judged(answer(status, "<html>"), false) == expected_of_status(status));
    const verdict with_code = judged(answer(status, R"({"code":"0"})"));
    CHECK((with_code.what == action::deliver) == (status == 200));
    if (status != 200) CHECK(with_code == expected_of_status(status));
  }
  for (const int status : {INT_MIN, -1, 0, 99, 600, 999, INT_MAX}) {
    CAPTURE(status);
    CHECK(judged(answer(status, "")) == expected_of_status(status));
  }
}

TEST_CASE("only what says stored is delivered, and the other way round") {
  for (int code = -300; code < 300; ++code) {
    const verdict means = judged_code(code);
    CAPTURE(code);
    CHECK((means.what == action::deliver) == (code == 0 || code == 120));
    CHECK((means.what == action::deliver) == (means.error == errc::ok));
    CHECK((means.what == action::deliver) == (means.known == certainty::stored));
  }
}

TEST_CASE("a request without an answer is told by how far it came and why") {
  for (const std::error_code& why : all_errors()) {
    for (const transmission what : {transmission::not_sent, transmission::maybe_sent}) {
      CAPTURE(why.message());
      const verdict expected = expected_of_failure(what, why);
      CHECK(judged(failure(what, why)) == expected);
      CHECK(judged(failure(what, why), false) == expected);
      // Nothing is stale on a fresh connection.
      CHECK(judged(failure(what, why, true)) == expected);
    }
  }
}

TEST_CASE("a stale connection costs neither a retry nor the endpoint's health") {
  for (const std::error_code& why : all_errors()) {
    CHECK(judged(failure(transmission::not_sent, why, true), false) ==
          verdict{action::resend, errc::connection_lost, certainty::not_stored,
                  standing::neutral});
    CHECK(judged(failure(transmission::maybe_sent, why, true), false) ==
          verdict{action::resend, errc::connection_lost, certainty::maybe_stored,
                  standing::neutral});
  }
}

TEST_CASE("the farewell on an idle connection is not about the request") {
  const exchange farewell = code_answer(INT_MAX, "Process message failure: null");
  const verdict resent{action::resend, errc::connection_lost, certainty::not_stored,
                       standing::neutral};
  CHECK(judged(farewell, false) == resent);
  CHECK(judged(farewell, true) == expected_of_code(INT_MAX));  // nobody says farewell at once
  exchange of_the_first_request = farewell;
  of_the_first_request.reused = false;
  CHECK(judged(of_the_first_request, false) == expected_of_code(INT_MAX));
  for (const char* text : {"Process message failure: null pointer", "null",
                           "Process message failure: ", "process message failure: null"}) {
    CAPTURE(text);
    CHECK(judged(code_answer(INT_MAX, text), false) == expected_of_code(INT_MAX));
  }
  // The same text with another code is an answer like any other.
  CHECK(judged(code_answer(0, "Process message failure: null"), false) == expected_of_code(0));
  CHECK(judged(answer(500, farewell.body), false) == expected_of_status(500));
}

TEST_CASE("an answer that came before all was sent leaves no doubt that nothing was stored") {
  for (int status = 100; status <= 599; ++status) {
    exchange got = answer(status, status == 200 ? R"({"code":"114"})" : "");
    const verdict whole = judged(got);
    got.cut_off = true;
    const verdict cut = judged(got);
    CAPTURE(status);
    CHECK(cut.known == certainty::not_stored);
    CHECK(cut.what == whole.what);
    CHECK(cut.error == whole.error);
    CHECK(cut.endpoint == whole.endpoint);
  }
}

TEST_CASE("a success that came before all was sent is no success, but no answer to this request") {
  for (const int code : {0, 120}) {
    exchange got = code_answer(code);
    got.cut_off = true;
    for (const bool fresh : {true, false}) {
      CHECK(judged(got, fresh) == verdict{action::second_opinion, errc::bad_reply,
                                          certainty::not_stored, standing::failing});
    }
  }
}

TEST_CASE("a code is found in whatever shape it comes, and only in an answer of status 200") {
  CHECK(find_code(answer(200, R"({"code":"115","msg":"a "quoted" word"})")) == 115);
  CHECK(find_code(answer(200, R"({"code":115})")) == 115);
  CHECK(find_code(answer(200, "")) == std::nullopt);
  CHECK(find_code(answer(201, R"({"code":"115"})")) == std::nullopt);
  exchange unanswered = code_answer(0);
  unanswered.what = transmission::maybe_sent;
  CHECK(find_code(unanswered) == std::nullopt);
}

TEST_CASE("every row of the table can be reached, and none is there twice") {
  using inlong::detail::find_verdict;
  using inlong::detail::verdict_rows;
  std::set<const inlong::detail::verdict_row*> reached;
  for (const finding what :
       {finding::code, finding::kept_code, finding::farewell, finding::status, finding::stale_unsent,
        finding::stale_unknown, finding::not_sent, finding::maybe_sent}) {
    for (int number = -1; number <= 600; ++number) reached.insert(&find_verdict({what, number}));
    reached.insert(&find_verdict({what, INT_MAX}));
  }
  CHECK(reached.size() == std::size(verdict_rows));
}

TEST_CASE("every code with a text has a row of its own kind, and every mishap has two") {
  using inlong::detail::find_verdict;
  const auto* const unknown = &find_verdict({finding::code, 200});
  for (const auto& row : inlong::detail::server_codes) {
    CAPTURE(row.code);
    CHECK(&find_verdict({finding::code, row.code}) != unknown);
  }
  for (int each = 0; each <= static_cast<int>(mishap::other); ++each) {
    CHECK(find_verdict({finding::not_sent, each}).what == finding::not_sent);
    CHECK(find_verdict({finding::maybe_sent, each}).what == finding::maybe_sent);
  }
}

TEST_CASE("verdicts are compared by all they say") {
  const verdict one;
  CHECK(one == verdict{});
  CHECK(one != verdict{action::retry, one.error, one.known, one.endpoint});
  CHECK(one != verdict{one.what, errc::timeout, one.known, one.endpoint});
  CHECK(one != verdict{one.what, one.error, certainty::stored, one.endpoint});
  CHECK(one != verdict{one.what, one.error, one.known, standing::sound});
}
