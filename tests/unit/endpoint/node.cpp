// SPDX-License-Identifier: Apache-2.0
#include <inlong/endpoint/node.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <ostream>
#include <string>

using namespace std::chrono_literals;
using inlong::errc;
using inlong::detail::node;
using inlong::detail::node_set;
using inlong::detail::size_limit;
using inlong::detail::steady_time;

namespace {

constexpr steady_time start = steady_time() + 1h;

}  // namespace

TEST_CASE("nothing is too large until an endpoint says so") {
  const size_limit limit;
  CHECK(limit.get(start) == SIZE_MAX);
  CHECK(limit.get(steady_time()) == SIZE_MAX);
}

TEST_CASE("half of what was too large is the limit for ten minutes") {
  size_limit limit;
  limit.refuse(1000, start);
  CHECK(limit.get(start) == 500);
  CHECK(limit.get(start + 10min - 1ns) == 500);
  CHECK(limit.get(start + 10min) == SIZE_MAX);
}

TEST_CASE("a limit only gets smaller while it is remembered, and lasts from the last refusal") {
  size_limit limit;
  limit.refuse(1000, start);
  limit.refuse(5000, start + 1min);
  CHECK(limit.get(start + 1min) == 500);
  CHECK(limit.get(start + 11min - 1ns) == 500);
  limit.refuse(300, start + 2min);
  CHECK(limit.get(start + 2min) == 150);
  limit.refuse(5000, start + 20min);  // forgotten by then
  CHECK(limit.get(start + 20min) == 2500);
  limit.refuse(1, start + 20min);
  CHECK(limit.get(start + 20min) == 1);
  limit.refuse(0, start + 20min);
  CHECK(limit.get(start + 20min) == 1);
}

TEST_CASE("a node keeps what it failed with last, in words") {
  node one(inlong::endpoint("a:1"), 1);
  CHECK(one.last_error == errc::ok);
  one.note_failure(errc::unreachable, "connection refused");
  CHECK(one.last_error == errc::unreachable);
  CHECK(one.last_error_text == "connection refused");
  one.note_failure(errc::timeout, "");
  CHECK(one.last_error == errc::timeout);
  CHECK(one.last_error_text == inlong::describe(errc::timeout));
}

TEST_CASE("a set of nodes holds each once, and forgets the first of more than sixteen") {
  std::deque<node> nodes;
  for (std::uint32_t id = 1; id <= 20; ++id) nodes.emplace_back(inlong::endpoint("a"), id);
  node_set set;
  CHECK(set.empty());
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK_FALSE(set.contains(nodes[i]));
    set.insert(nodes[i]);
    set.insert(nodes[i]);
    CHECK(set.contains(nodes[i]));
  }
  CHECK(set.contains(nodes[0]));
  set.insert(nodes[16]);
  CHECK_FALSE(set.contains(nodes[0]));
  for (std::size_t i = 1; i <= 16; ++i) CHECK(set.contains(nodes[i]));
  set.insert(nodes[1]);
  CHECK(set.contains(nodes[2]));
  set.clear();
  CHECK(set.empty());
  for (const node& each : nodes) CHECK_FALSE(set.contains(each));
}
