// SPDX-License-Identifier: Apache-2.0
// What the reporters deliver through Netty's own HTTP: byte for byte, once, and truly told.
//
// Tests in the suite "judge" need what only a judge tells; the others also run against a DataProxy.
#include <inlong/report.hpp>

#include "kinds.hpp"
#include "peer.hpp"

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::errc;
using inlong::options;
using inlong::outcome;
using interop::account;
using interop::judge;
using interop::judged_message;
using interop::peer;
using interop::records;

namespace {

peer& server() { return peer::instance(); }

/// The judge, as at its start.
judge& fresh_judge() {
  judge& netty = *server().netty;
  netty.begin();
  return netty;
}

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// All records that the judge stored, in order.
records stored_records() {
  records all;
  for (const judged_message& message : server().netty->stored()) {
    std::string_view rest = message.body;
    for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos;) {
      all.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    all.emplace_back(rest);
  }
  return all;
}

std::map<std::string, std::size_t> counted(const records& all) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& record : all) ++counts[record];
  return counts;
}

records numbered(std::size_t count, const std::string& what = "record ") {
  records all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) all.push_back(what + std::to_string(i));
  return all;
}

std::string utf8(char32_t c) {
  const auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | (c >> 6)), byte(0x80 | (c & 63))};
  if (c < 0x10000) {
    return {byte(0xE0 | (c >> 12)), byte(0x80 | ((c >> 6) & 63)), byte(0x80 | (c & 63))};
  }
  return {byte(0xF0 | (c >> 18)), byte(0x80 | ((c >> 12) & 63)), byte(0x80 | ((c >> 6) & 63)),
          byte(0x80 | (c & 63))};
}

/// Every code point that text can have but the separator, 256 a record.
records all_code_points() {
  records all;
  for (char32_t block = 0; block < 0x110000; block += 256) {
    if (block >= 0xD800 && block < 0xE000) continue;
    std::string& record = all.emplace_back();
    for (char32_t c = block; c < block + 256; ++c) {
      if (c != U'\n') record += utf8(c);
    }
  }
  return all;
}

/// Every byte that can stand alone or between others, and each pair of ASCII characters.
records all_bytes() {
  records all;
  for (int first = 0; first < 128; ++first) {
    const std::string one(1, static_cast<char>(first));
    if (inlong::check(server().to(), one) == errc::ok) all.push_back(one);
    std::string pairs;
    for (int second = 0; second < 128; ++second) {
      if (first != '\n' && second != '\n') pairs += one + static_cast<char>(second);
    }
    if (!pairs.empty()) all.push_back(pairs);
  }
  return all;
}

/// These records were stored, each once, and none else.
template <class Kind>
void check_stored(records expected) {
  records found = stored_records();
  REQUIRE(found.size() == expected.size());
  if (!Kind::keeps_order) {
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
  }
  CHECK((found == expected));  // they would fill the screen
}

void check_delivered(const outcome& sent, std::size_t count) {
  CHECK_MESSAGE(sent, sent.message());
  CHECK(sent.delivered == count);
  CHECK(sent.known == certainty::stored);
}

/// What an outcome says of one record is what became of it. Of a record in doubt nothing is said.
void check_true(const outcome& sent, std::size_t copies) {
  CAPTURE(sent.message());
  if (sent) {
    CHECK(sent.known == certainty::stored);
    CHECK(copies == 1);
  } else if (sent.known == certainty::not_stored) {
    CHECK(copies == 0);
  } else {
    CHECK(sent.in_doubt == 1);
    CHECK(copies <= 1);
  }
}

options hasty() {
  options how;
  how.delivery_timeout = 500ms;
  return how;
}

}  // namespace

TEST_CASE_TEMPLATE("every code point and every byte arrives", Kind, INTEROP_KINDS) {
  if (server().netty) fresh_judge();
  options how;
  SUBCASE("in the compact form") { how.form = inlong::form::compact; }
  SUBCASE("in the strict form") { how.form = inlong::form::strict; }
  Kind reporter(server().address, how);
  records all = all_code_points();
  for (std::string& record : all_bytes()) all.push_back(std::move(record));
  check_delivered(reporter.report(server().to(), all), all.size());
  if (server().netty) check_stored<Kind>(all);
}

TEST_CASE_TEMPLATE("a record, several, and none", Kind, INTEROP_KINDS) {
  if (server().netty) fresh_judge();
  Kind reporter(server().address);
  check_delivered(reporter.report(server().to(), {"one"}), 1);
  check_delivered(reporter.report(server().to(), {"two", "three"}), 2);
  CHECK(reporter.report(server().to(), records{}).error == errc::no_records);
  if (!server().netty) return;
  const auto stored = server().netty->stored();
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].cnt == 1);
  CHECK(stored[1].cnt == 2);
  CHECK(stored[1].body == "two\nthree");
  CHECK(stored[1].client == "127.0.0.1");
}

TEST_CASE_TEMPLATE("requests of every size up to the limit are full and fit", Kind, INTEROP_KINDS) {
  if (server().netty) fresh_judge();
  Kind reporter(server().address);
  const records all = numbered(20'000);
  check_delivered(reporter.report(server().to(), all), all.size());
  if (server().netty) check_stored<Kind>(all);
}

TEST_SUITE_BEGIN("judge");

TEST_CASE_TEMPLATE("a data time arrives to the millisecond", Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  Kind reporter(netty.address());
  for (const std::int64_t dt : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1},
                                std::int64_t{1700000000123}, std::int64_t{4102444800000}}) {
    const inlong::time_point time{std::chrono::milliseconds(dt)};
    check_delivered(reporter.report(server().to(), {"x"}, time), 1);
    CHECK(netty.stored().back().dt == dt);
  }
}

TEST_CASE_TEMPLATE("groups and streams arrive, whatever they are made of", Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  Kind reporter(netty.address());
  for (const std::string name :
       {"a&b", "a=b", "a;b", "a#b", "a%41b", "a+b", "a b", "\xE7\xBB\x84"}) {
    check_delivered(reporter.report({name, name + "s"}, {"x"}), 1);
    CHECK(netty.stored().back().group_id == name);
    CHECK(netty.stored().back().stream_id == name + "s");
  }
}

TEST_CASE_TEMPLATE("a full request is as large as it says, to the byte", Kind, INTEROP_KINDS) {
  options how = hasty();
  SUBCASE("on a connection that is kept") { how.keep_alive = true; }
  SUBCASE("on a connection each") { how.keep_alive = false; }
  SUBCASE("escaped") { how.form = inlong::form::strict; }
  how.max_request_bytes = 5000;
  const inlong::time_point time{1700000000000ms};
  const auto record = [&](std::size_t size) { return records{std::string(size, 'x')}; };

  // The longest record that fits is found without a server: what does not fit is not sent.
  std::size_t longest = how.max_request_bytes;
  Kind unreachable("127.0.0.1:1", how);
  while (unreachable.report(server().to(), record(longest), time).error == errc::too_large)
    --longest;

  judge& netty = fresh_judge();
  netty.tell("max-msg-length 5000");
  {
    Kind reporter(netty.address(), how);
    check_delivered(reporter.report(server().to(), record(longest), time), 1);
    const outcome refused = reporter.report(server().to(), record(longest + 1), time);
    CHECK(refused.error == errc::too_large);
    CHECK(refused.attempts == 0);
  }
  netty.tell("max-msg-length 4999");
  Kind reporter(netty.address(), how);
  const outcome refused = reporter.report(server().to(), record(longest), time);
  CHECK(refused.error == errc::too_large);
  CHECK(refused.http_status == 413);
  CHECK(refused.known == certainty::not_stored);
  check_delivered(reporter.report(server().to(), record(longest - 1), time), 1);
  const auto stored = netty.stored();
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].body.size() == longest);
  CHECK(stored[1].body.size() == longest - 1);
}

TEST_CASE_TEMPLATE("the farewell of an idle connection is no answer to a later request", Kind,
                   INTEROP_KINDS) {
  judge& netty = fresh_judge();
  netty.tell("idle 100");
  Kind reporter(netty.address());
  check_delivered(reporter.report(server().to(), {"before"}), 1);
  netty.tell("await-open 0 10000");
  check_delivered(reporter.report(server().to(), {"after"}), 1);
  CHECK(stored_records() == records{"before", "after"});
  CHECK(netty.count("accepted") >= 2);
}

TEST_CASE_TEMPLATE("a farewell that crosses a request is no answer to it", Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  netty.tell("idle 8");
  Kind reporter(netty.address(), hasty());
  std::vector<outcome> outcomes;
  const records all = numbered(300);
  for (const std::string& record : all) {
    outcomes.push_back(reporter.report(server().to(), {record}));
    // A pause of 5 to 11 ms, or as long as the connection lasts.
    const std::string pause = std::to_string(5 + outcomes.size() % 7);
    try {
      netty.tell("await-open 0 " + pause);
    } catch (const std::runtime_error&) {
    }
  }
  const auto counts = counted(stored_records());
  std::size_t delivered = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto found = counts.find(all[i]);
    check_true(outcomes[i], found == counts.end() ? 0 : found->second);
    if (outcomes[i]) ++delivered;
    // Whoever gets a farewell can be sure: what it was taken for an answer to was not even read.
    if (outcomes[i].server_code == INT_MAX) CHECK(found == counts.end());
  }
  MESSAGE(delivered << " of " << all.size() << " records delivered on " << netty.count("accepted")
                    << " connections");
  // Both ways were taken: connections that lasted, and ones that did not.
  CHECK(netty.count("accepted") > 1);
  if (Kind::keeps_order) CHECK(netty.count("accepted") < all.size());
}

TEST_CASE_TEMPLATE("after every code the next record is delivered, and once", Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  options how = hasty();
  how.delivery_timeout = 5s;  // which a rest after any code leaves time in
  for (const int code : {1,   2,   3,   10,  31,  32,  33,  34,  35,  36,  100, 101, 102,    103,
                         104, 105, 111, 112, 113, 114, 115, 116, 120, 121, 150, 999, INT_MAX}) {
    CAPTURE(code);
    netty.begin();
    Kind reporter(netty.address(), how);
    check_delivered(reporter.report(server().to(), {"first"}), 1);
    netty.tell("next 1 code " + std::to_string(code));
    const outcome sent = reporter.report(server().to(), {"second"});
    CAPTURE(sent.message());
    // A reporter that tries again may have delivered it at last.
    CHECK((sent || sent.server_code == code));
    check_delivered(reporter.report(server().to(), {"third"}), 1);
    const auto counts = counted(stored_records());
    const std::size_t copies = counts.count("second");
    if (code == 120) {
      CHECK(sent.known == certainty::stored);  // as the server said, of an earlier copy
      CHECK(copies == 0);
    } else {
      check_true(sent, copies);
      CHECK(copies == (sent ? 1 : 0));
    }
    CHECK(counts.at("first") == 1);
    CHECK(counts.at("third") == 1);
  }
}

TEST_CASE_TEMPLATE("a node that is not ready, is stopped or lacks the stream stores nothing", Kind,
                   INTEROP_KINDS) {
  judge& netty = fresh_judge();
  std::string before;
  std::string after;
  int code = 0;
  SUBCASE("not ready") { before = "ready false", after = "ready true", code = 1; }
  SUBCASE("stopped") { before = "stopped true", after = "stopped false", code = 2; }
  SUBCASE("no such group") { before = "know other", after = "know group", code = 115; }
  SUBCASE("no such stream") { before = "know group x", after = "know group stream", code = 115; }
  netty.tell(before);
  Kind reporter(netty.address(), hasty());
  const outcome sent = reporter.report(server().to(), {"first"});
  CHECK_FALSE(sent);
  CHECK(sent.server_code == code);
  CHECK(sent.known == certainty::not_stored);
  netty.tell(after);
  check_delivered(reporter.report(server().to(), {"second"}), 1);
  CHECK(stored_records() == records{"second"});
}

TEST_CASE_TEMPLATE("what breaks a request is told as it is", Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  options how;
  how.delivery_timeout = 3s;
  how.request_timeout = 200ms;
  for (const std::string turn :
       {"drop", "drop store", "reset", "reset store", "silence", "silence store", "delay 100",
        "delay 300", "code 114 store", "code 2147483647 store"}) {
    for (const bool reused : {false, true}) {
      CAPTURE(turn);
      CAPTURE(reused);
      netty.begin();
      Kind reporter(netty.address(), how);
      if (reused) check_delivered(reporter.report(server().to(), {"first"}), 1);
      netty.tell("next 1 " + turn);
      const outcome sent = reporter.report(server().to(), {"second"});
      check_delivered(reporter.report(server().to(), {"third"}), 1);
      const auto counts = counted(stored_records());
      check_true(sent, counts.count("second") != 0 ? counts.at("second") : 0);
      CHECK(counts.at("third") == 1);
    }
  }
}

TEST_CASE_TEMPLATE("a connection that is refused after it was accepted costs no record", Kind,
                   INTEROP_KINDS) {
  judge& netty = fresh_judge();
  netty.tell("refuse 2");
  Kind reporter(netty.address(), hasty());
  const records all = numbered(5);
  std::vector<outcome> outcomes;
  for (const std::string& record : all)
    outcomes.push_back(reporter.report(server().to(), {record}));
  const auto counts = counted(stored_records());
  for (std::size_t i = 0; i < all.size(); ++i) check_true(outcomes[i], counts.count(all[i]));
  CHECK(counts.count(all.back()) == 1);
}

TEST_CASE_TEMPLATE("a million records in large requests: none lost, none doubled", Kind,
                   INTEROP_KINDS) {
  judge& netty = fresh_judge();
  netty.tell("max-msg-length 524288");
  options how;
  how.max_request_bytes = 524288;
  Kind reporter(netty.address(), how);
  const records all = numbered(1'000'000);
  const account kept = reporter.deliver(server().to(), all, 100'000, in(60s));
  CHECK(kept.delivered == all.size());
  CHECK_MESSAGE(kept.setbacks == 0, kept.message);
  CHECK(netty.count("records") == all.size());
  check_stored<Kind>(all);
}

TEST_CASE_TEMPLATE("what was stored without an answer is doubled exactly when it is sent again",
                   Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  std::string turn;
  bool stores = false;
  SUBCASE("stored, then closed") { turn = "drop store", stores = true; }
  SUBCASE("stored, then reset") { turn = "reset store", stores = true; }
  SUBCASE("closed") { turn = "drop"; }
  SUBCASE("reset") { turn = "reset"; }
  Kind reporter(netty.address());
  records all;
  account sum;
  for (std::size_t round = 0; round < Kind::faults; ++round) {
    netty.tell("next 1 " + turn);
    const records some = numbered(1000, "round " + std::to_string(round) + ", record ");
    // Several requests a call, of which the first meets the fault.
    const account kept = reporter.deliver(server().to(), some, 250, in(30s));
    CHECK(kept.delivered == some.size());
    sum.resent_in_doubt += kept.resent_in_doubt;
    sum.in_doubt.insert(sum.in_doubt.end(), kept.in_doubt.begin(), kept.in_doubt.end());
    all.insert(all.end(), some.begin(), some.end());
  }
  const auto counts = counted(stored_records());
  CHECK(counts.size() == all.size());
  std::size_t doubled = 0;
  for (const auto& [record, count] : counts) doubled += count - 1;
  CHECK(sum.resent_in_doubt > 0);
  CHECK(doubled == (stores ? sum.resent_in_doubt : 0));
  const std::set<std::string> doubtful(sum.in_doubt.begin(), sum.in_doubt.end());
  for (const auto& [record, count] : counts) {
    if (count > 1) CHECK(doubtful.count(record) == 1);
  }
}

TEST_CASE_TEMPLATE("restarts in the middle of it all lose nothing", Kind, INTEROP_KINDS) {
  judge& netty = fresh_judge();
  // Between storing and answering there is time for an end.
  netty.tell("delay 3");
  options how;
  how.max_request_bytes = 3000;
  Kind reporter(netty.address(), how);
  const records all = numbered(60'000);
  constexpr std::size_t restarts = Kind::faults + 2;
  std::string trouble;
  std::thread restarting([&] {
    try {
      for (std::size_t i = 1; i <= restarts; ++i) {
        netty.tell("await-records " + std::to_string(i * all.size() / (restarts + 2)) + " 60000");
        netty.tell("restart");
      }
    } catch (const std::exception& error) {
      trouble = error.what();
    }
  });
  const account kept = reporter.deliver(server().to(), all, 5000, in(60s));
  restarting.join();
  CHECK_MESSAGE(trouble.empty(), trouble);
  CHECK_MESSAGE(kept.delivered == all.size(), kept.message);

  const auto counts = counted(stored_records());
  CHECK(counts.size() == all.size());
  const std::set<std::string> doubtful(kept.in_doubt.begin(), kept.in_doubt.end());
  std::size_t doubled = 0;
  for (const auto& [record, count] : counts) {
    doubled += count - 1;
    if (count > 1) CHECK(doubtful.count(record) == 1);
  }
  MESSAGE(restarts << " restarts, " << kept.setbacks << " setbacks, " << kept.resent_in_doubt
                   << " records sent again in doubt, " << doubled << " of them doubled");
  CHECK(doubled <= kept.resent_in_doubt);
  CHECK(kept.resent_in_doubt > 0);
  CHECK(netty.count("accepted") > restarts);
}

TEST_SUITE_END();

int main(int argc, char** argv) {
  try {
    const std::string why_not = interop::make_peer();
    if (!why_not.empty()) {
      std::cout << why_not << '\n';
      return 77;  // which Meson takes for skipped
    }
    doctest::Context context(argc, argv);
    if (!server().netty) context.addFilter("test-suite-exclude", "judge");
    std::cout << "Talking to " << (server().netty ? server().netty->version() : server().address)
              << '\n';
    const int result = context.run();
    server().netty.reset();
    return result;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
