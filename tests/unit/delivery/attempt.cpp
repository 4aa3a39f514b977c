// SPDX-License-Identifier: Apache-2.0
#include <inlong/delivery/attempt.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <new>
#include <ostream>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using inlong::action;
using inlong::certainty;
using inlong::errc;
using inlong::exchange;
using inlong::options;
using inlong::request;
using inlong::transmission;
using inlong::verdict;
using inlong::detail::attempt;
using inlong::detail::carry_out;
using inlong::detail::choice;
using inlong::detail::node;
using inlong::detail::parcel;
using inlong::detail::reply;
using inlong::testing::scripted_transport;

namespace {

struct scene {
  scene() {
    REQUIRE(records.open({"g", "s"}, inlong::time_point(1ms), inlong::form::compact, '\n') ==
            errc::ok);
    for (const char* body : {"a", "b", "c"}) REQUIRE(records.append(body, 1000) == errc::ok);
    carried.records = &records;
    carried.first = 1;
    carried.count = 2;
  }
  attempt message(bool fresh = false) {
    return {{choice::kind::send, &at, false}, &carried, fresh, {}, steady_time() + 5s};
  }
  attempt heartbeat() {
    return {{choice::kind::probe, &at, true}, nullptr, true, {}, steady_time() + 250ms};
  }

  using steady_time = inlong::detail::steady_time;
  inlong::detail::batch records;
  parcel carried;
  node at{inlong::endpoint("http://gateway/in"), 1};
  options how;
};

verdict always_deliver(void* context, const exchange&, const verdict& proposed) {
  *static_cast<verdict*>(context) = proposed;
  return {action::deliver, errc::ok, certainty::stored, inlong::standing::sound};
}

template <class Thrown>
struct throwing_transport {
  exchange post(const request&) { throw Thrown(); }
};

}  // namespace

TEST_CASE("an attempt carries its records, the options and its own deadline") {
  scene with;
  with.how.headers = {{"X", "y"}};
  with.how.connect_timeout = 77ms;
  scripted_transport network;
  const reply came = carry_out(with.message(true), network, with.how);
  CHECK(came.code == 0);
  CHECK(came.means.what == action::deliver);
  const auto sent = network.journal().at(0);
  CHECK(sent.body == "groupId=g&streamId=s&body=b%0Ac&dt=1&cnt=2");
  CHECK(sent.path == "/in/dataproxy/message");
  CHECK(sent.connect_timeout == 77ms);
  CHECK(sent.deadline == inlong::detail::steady_time() + 5s);
  CHECK(sent.headers.size() == 1);
  CHECK(sent.fresh);
  CHECK(sent.keep_alive);
}

TEST_CASE("a heartbeat has no body and a path of its own") {
  scene with;
  scripted_transport network;
  CHECK(carry_out(with.heartbeat(), network, with.how).code == 0);
  const auto sent = network.journal().at(0);
  CHECK(sent.body.empty());
  CHECK(sent.path == "/in/dataproxy/heartbeat");
  CHECK(sent.fresh);
}

TEST_CASE("the user may have a say in what a message's answer means, but not a heartbeat's") {
  scene with;
  verdict proposed;
  with.how.classify = {always_deliver, &proposed};
  scripted_transport network([](const auto&) { return scripted_transport::code(100); });
  CHECK(carry_out(with.message(), network, with.how).means.what == action::deliver);
  CHECK(proposed.what == action::fail);
  proposed = {};
  CHECK(carry_out(with.heartbeat(), network, with.how).means.what == action::fail);
  CHECK(proposed == verdict{});
}

TEST_CASE("a connection that was kept makes a difference, and a fresh one none") {
  scene with;
  exchange stale = scripted_transport::maybe_sent();
  stale.stale = true;
  scripted_transport network([&](const auto&) { return stale; });
  CHECK(carry_out(with.message(false), network, with.how).means.what == action::resend);
  CHECK(carry_out(with.message(true), network, with.how).means.what == action::retry);
}

TEST_CASE("a transport that throws, which it must not, leaves the records in doubt") {
  scene with;
  throwing_transport<std::bad_alloc> out_of_memory;
  const reply first = carry_out(with.message(), out_of_memory, with.how);
  CHECK(first.means.error == errc::out_of_memory);
  CHECK(first.means.known == certainty::maybe_stored);
  throwing_transport<int> strange;
  const reply second = carry_out(with.message(), strange, with.how);
  CHECK(second.got.error_text == "the transport threw");
  CHECK(second.means.known == certainty::maybe_stored);
}
