// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/deliveries.hpp>

#include <inlong/endpoint/endpoint_list.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using namespace std::chrono_literals;
using inlong::certainty;
using inlong::deliveries;
using inlong::delivery;
using inlong::errc;
using inlong::time_point;
using inlong::detail::lane;
using inlong::detail::lane_batch;
using inlong::detail::memory_budget;
using inlong::detail::parcel;
using inlong::detail::steady_time;

namespace {

/// A batch of three, the first two of which were delivered, the last one refused.
struct finished_batch {
  finished_batch() {
    batch.home = lane::make({"group", "stream"}, 0, 0, budget);
    batch.opened = steady_time() + 1s;
    CHECK(batch.records.open({"group", "stream"}, time_point(5ms), inlong::form::compact, '\n') ==
          errc::ok);
    CHECK(batch.append({"50 %", time_point(5ms), 10}) == errc::ok);
    CHECK(batch.append({"b=c", time_point(6ms), 11}) == errc::ok);
    CHECK(batch.append({"bad", time_point(7ms), 12}) == errc::ok);
    good.first = 0;
    good.count = 2;
    good.known_facts.known = certainty::stored;
    good.known_facts.server_code = 0;
    good.known_facts.http_status = 200;
    good.known_facts.attempts = 1;
    good.next = &bad;
    bad.first = 2;
    bad.count = 1;
    bad.known_facts.error = errc::rejected;
    bad.known_facts.known = certainty::maybe_stored;
    bad.known_facts.server_code = 123;
    bad.known_facts.http_status = 200;
    bad.known_facts.attempts = 4;
    bad.known_facts.where =
        std::make_shared<const inlong::endpoint>(inlong::endpoint_list({"10.0.0.1"})[0]);
    batch.results = &good;
  }
  ~finished_batch() { lane::destroy(batch.home, budget); }

  memory_budget budget{100'000};
  lane_batch batch{budget};
  parcel good;
  parcel bad;
};

}  // namespace

TEST_CASE(
    "the deliveries of a batch come in the order of its records, each with its part's facts") {
  const finished_batch of;
  const deliveries those(of.batch, of.batch.opened + 1500ms);
  CHECK(those.size() == 3);
  CHECK(those.to().group_id == "group");
  CHECK(those.to().stream_id == "stream");
  std::vector<delivery> all;
  for (const delivery& each : those) all.push_back(each);
  REQUIRE(all.size() == 3);
  CHECK(all[0]);
  CHECK(all[1]);
  CHECK_FALSE(all[2]);
  const std::vector<std::string> bodies{"50 %", "b=c", "bad"};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(all[i].token == 10 + i);
    CHECK(all[i].body() == bodies[i]);
    CHECK(all[i].time == time_point(std::chrono::milliseconds(5 + i)));
    CHECK(all[i].age == 1500ms);
    CHECK(all[i].http_status == 200);
  }
  CHECK(all[1].known == certainty::stored);
  CHECK(all[1].attempts == 1);
  CHECK(all[1].address() == "");
  CHECK(all[1].message() == "delivered after 1 attempt in 1.5 s");
  CHECK(all[2].error == errc::rejected);
  CHECK(all[2].known == certainty::maybe_stored);
  CHECK(all[2].server_code == 123);
  CHECK(all[2].attempts == 4);
  CHECK(all[2].address() == "10.0.0.1:46802");
  CHECK(all[2].message().find("failed: ") == 0);
  CHECK(all[2].message().find("code 123 from 10.0.0.1:46802") != std::string::npos);
  CHECK(all[2].message().find("whether it was stored is not known") != std::string::npos);
}

TEST_CASE("an iterator is an input iterator") {
  const finished_batch of;
  const deliveries those(of.batch, of.batch.opened);
  deliveries::iterator at = those.begin();
  CHECK((*at++).token == 10);
  CHECK((*at).token == 11);
  CHECK(at != those.end());
  ++at;
  ++at;
  CHECK(at == those.end());
  CHECK(std::is_same_v<std::iterator_traits<deliveries::iterator>::iterator_category,
                       std::input_iterator_tag>);
}

TEST_CASE("nobody makes a delivery but the library, and a result of close is not dropped") {
  CHECK_FALSE(std::is_default_constructible_v<delivery>);
  const inlong::close_result nothing;
  CHECK(nothing.delivered == 0);
  CHECK(nothing.failed == 0);
  CHECK(nothing.left.empty());
  const inlong::undelivered one;
  CHECK(one.error == errc::cancelled);
  CHECK(one.known == certainty::not_stored);
}
