// SPDX-License-Identifier: Apache-2.0
#include <inlong/endpoint/fleet.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using inlong::endpoint_list;
using inlong::endpoint_state;
using inlong::errc;
using inlong::detail::choice;
using inlong::detail::fleet;
using inlong::detail::long_rest;
using inlong::detail::node;
using inlong::detail::node_set;
using inlong::detail::rest;
using inlong::detail::steady_time;
using inlong::detail::usual_rest;

namespace {

constexpr steady_time start = steady_time() + 1h;
constexpr steady_time never = (steady_time::max)();

struct scene {
  scene(const std::vector<std::string>& names, std::size_t most_at_one = 3, std::uint64_t seed = 1)
      : all(seed, most_at_one) {
    all.replace(endpoint_list(names));
  }

  choice choose(const node_set& asked = {}, bool may_probe = true) {
    return all.choose(asked, may_probe, now);
  }
  static std::string name(const choice& of) { return of.where->where->host(); }
  void succeed(const choice& of, std::chrono::milliseconds took = 1ms) {
    all.succeed(*of.where, now, now + took);
    all.done(of);
  }
  void fail(const choice& of, const rest& how = usual_rest,
            std::chrono::milliseconds at_least = 0ms) {
    all.fail(of, how, at_least, now, now);
    all.done(of);
  }
  /// Sends until every endpoint has taken a request.
  void prove(std::size_t count) {
    std::set<node*> proven;
    for (int i = 0; i < 10'000 && proven.size() < count; ++i) {
      const choice to = choose();
      if (to.what == choice::kind::probe) {
        all.revive(*to.where, now);
        all.done(to);
        continue;
      }
      REQUIRE(to.what == choice::kind::send);
      succeed(to);
      proven.insert(to.where);
    }
    REQUIRE(proven.size() == count);
  }
  std::size_t in_flight() const {
    std::size_t sum = 0;
    for (const auto& each : all.describe(now)) sum += each.in_flight;
    return sum;
  }
  endpoint_state state(std::size_t index) const { return all.describe(now)[index].state; }

  fleet all;
  steady_time now = start;
};

}  // namespace

TEST_CASE("an empty fleet has nobody to send to") {
  fleet all(1, 3);
  CHECK(all.choose({}, true, start).what == choice::kind::nowhere);
  CHECK(all.insist().what == choice::kind::nowhere);
  CHECK(all.wake() == never);
  CHECK_FALSE(all.has_open());
  CHECK(all.size() == 0);
}

TEST_CASE("the first request goes anywhere, without a heartbeat before it") {
  std::set<std::string> first;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    scene of({"a", "b", "c"}, 3, seed);
    const choice to = of.choose();
    CHECK(to.what == choice::kind::send);
    CHECK(to.unproven);
    first.insert(scene::name(to));
  }
  CHECK(first.size() == 3);
}

TEST_CASE("an endpoint that has not answered yet gets one request at a time") {
  scene of({"a", "b"});
  const choice one = of.choose();
  const choice two = of.choose();
  CHECK(one.where != two.where);
  CHECK(of.choose().what == choice::kind::nowhere);
  of.succeed(one);
  const choice three = of.choose();
  CHECK(three.where == one.where);
  CHECK_FALSE(three.unproven);
}

TEST_CASE("without a limit all may go to the only one that is left") {
  scene of({"a"}, fleet::no_limit);
  for (int i = 0; i < 5; ++i) CHECK(of.choose().what == choice::kind::send);
  scene limited({"a"});
  CHECK(limited.choose().what == choice::kind::send);
  CHECK(limited.choose().what == choice::kind::nowhere);
}

TEST_CASE("while one proven endpoint answers, one request at most is at unproven ones") {
  scene of({"a", "b", "c"});
  const choice first = of.choose();
  of.succeed(first);
  int unproven = 0;
  for (int i = 0; i < 3; ++i) unproven += of.choose().unproven ? 1 : 0;
  CHECK(unproven == 0);  // nothing is known of the others, and no heartbeat is paid for
  CHECK(of.choose().unproven);  // the proven one takes no more
  CHECK(of.choose().what == choice::kind::nowhere);
  CHECK(of.in_flight() == 4);
}

TEST_CASE("whoever comes last goes to one that has answered all, and last") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    scene of({"a", "b", "c", "d"}, 3, seed);
    of.prove(4);
    // All but one fall silent at this moment.
    std::vector<choice> silent;
    std::string alive;
    for (int i = 0; i < 100 && silent.size() < 4; ++i) {
      of.now += 1ms;
      const choice to = of.choose({}, false);
      if (to.what == choice::kind::nowhere) continue;
      if (alive.empty()) alive = scene::name(to);
      if (scene::name(to) == alive) {
        of.succeed(to);
      } else {
        silent.push_back(to);
      }
    }
    CHECK(silent.size() <= 3);  // of four workers
    for (const choice& each : silent) of.succeed(each);
  }
}

TEST_CASE("heartbeats are paid for by successes, thirty-two each") {
  scene of({"a", "b", "c"});
  of.succeed(of.choose());
  int sent = 1;
  choice to = of.choose();
  for (; to.what == choice::kind::send; to = of.choose()) {
    of.succeed(to);
    ++sent;
  }
  CHECK(sent == 32);
  CHECK(to.what == choice::kind::probe);
  CHECK(to.unproven);
  const choice meanwhile = of.choose();  // one heartbeat at a time
  CHECK(meanwhile.what == choice::kind::send);
  CHECK_FALSE(meanwhile.unproven);
  of.all.revive(*to.where, of.now);
  of.all.done(to);
  // One request may go to the one that has only answered a heartbeat.
  std::set<node*> used;
  std::vector<choice> taken;
  for (choice next = of.choose(); next.what == choice::kind::send; next = of.choose()) {
    taken.push_back(next);
  }
  int at_unproven = 0;
  for (const choice& each : taken) at_unproven += each.unproven ? 1 : 0;
  CHECK(at_unproven <= 1);
}

TEST_CASE("no heartbeat for whoever must not wait for one") {
  scene of({"a", "b"});
  of.succeed(of.choose());
  for (int i = 0; i < 200; ++i) {
    const choice to = of.choose({}, false);
    REQUIRE(to.what == choice::kind::send);
    of.succeed(to);
  }
  CHECK(of.choose({}, true).what == choice::kind::probe);
}

TEST_CASE("one endpoint holds so many requests at most, while another is open") {
  scene of({"a", "b"}, 3);
  of.prove(2);
  std::map<std::string, int> held;
  for (int i = 0; i < 6; ++i) {
    const choice to = of.choose();
    REQUIRE(to.what == choice::kind::send);
    ++held[scene::name(to)];
  }
  CHECK(held["a"] == 3);
  CHECK(held["b"] == 3);
  CHECK(of.choose().what == choice::kind::nowhere);
  CHECK(of.all.wake() == never);
}

TEST_CASE("the only open endpoint takes as many as there are") {
  scene of({"a", "b"}, 3);
  of.prove(2);
  of.fail(of.choose());
  for (int i = 0; i < 20; ++i) {
    const choice to = of.choose({}, false);
    REQUIRE(to.what == choice::kind::send);
  }
}

TEST_CASE("of two the quicker one is chosen, unless it makes little difference") {
  scene of({"a", "b"}, 100);
  of.prove(2);
  std::map<std::string, int> count;
  for (int i = 0; i < 400; ++i) {
    const choice to = of.choose();
    ++count[scene::name(to)];
    of.succeed(to, 2ms);
  }
  CHECK(count["a"] > 100);
  CHECK(count["b"] > 100);
  count.clear();
  for (int i = 0; i < 400; ++i) {
    const choice to = of.choose();
    ++count[scene::name(to)];
    of.succeed(to, scene::name(to) == "a" ? 2ms : 200ms);
  }
  CHECK(count["b"] < 20);
}

TEST_CASE("one that fails is closed, and another takes its place") {
  scene of({"a", "b"});
  of.prove(2);
  const choice failed = of.choose();
  of.fail(failed);
  CHECK(failed.where->state.state() == endpoint_state::closed);
  for (int i = 0; i < 20; ++i) {
    const choice to = of.choose();
    REQUIRE(to.what == choice::kind::send);
    CHECK(to.where != failed.where);
    of.succeed(to);
  }
  CHECK(of.all.has_open());
}

TEST_CASE("a closed endpoint gets a heartbeat when it has rested, and then a request") {
  scene of({"a", "b"});
  of.prove(2);
  const choice failed = of.choose();
  of.fail(failed);
  for (int i = 0; i < 40; ++i) of.succeed(of.choose());
  CHECK(of.choose().what == choice::kind::send);
  of.now = failed.where->state.rested();
  const choice probe = of.choose();
  CHECK(probe.what == choice::kind::probe);
  CHECK(probe.where == failed.where);
  CHECK(failed.where->requests == failed.where->requests);
  of.all.revive(*probe.where, of.now);
  of.all.done(probe);
  CHECK(failed.where->state.state() == endpoint_state::open);
  bool used = false;
  for (int i = 0; i < 100; ++i) {
    const choice to = of.choose();
    used = used || to.where == failed.where;
    of.succeed(to);
  }
  CHECK(used);
  CHECK(failed.where->state.is_proven());
}

TEST_CASE("all closed: the one that has rested first is tried, by one heartbeat, and says when") {
  scene of({"a", "b", "c"});
  std::vector<choice> all;
  for (int i = 0; i < 3; ++i) all.push_back(of.choose());
  of.fail(all[0], long_rest);
  of.fail(all[1], usual_rest);
  of.fail(all[2], long_rest);
  CHECK_FALSE(of.all.has_open());
  CHECK(of.choose().what == choice::kind::nowhere);
  CHECK(of.all.wake() == all[1].where->state.rested());
  of.now = of.all.wake() - 1ns;
  CHECK(of.choose().what == choice::kind::nowhere);
  of.now += 1ns;
  const choice probe = of.choose({}, false);
  CHECK(probe.what == choice::kind::probe);
  CHECK(probe.where == all[1].where);
  CHECK(of.choose().what == choice::kind::nowhere);  // it is being tried
  CHECK(of.all.wake() > of.now);
  of.fail(probe);
  CHECK(of.all.wake() > of.now);
}

TEST_CASE("one whose heartbeat was too slow gets a request next: perhaps it is far away") {
  scene of({"a"});
  of.fail(of.choose());
  of.now = of.all.wake();
  const choice probe = of.choose();
  CHECK(probe.what == choice::kind::probe);
  probe.where->ignores_heartbeats = true;
  of.fail(probe);
  of.now = of.all.wake();
  const choice request = of.choose();
  CHECK(request.what == choice::kind::send);
  of.succeed(request);
  CHECK_FALSE(request.where->ignores_heartbeats);
}

TEST_CASE("while the only hope is busy, one that has rested is tried beside it") {
  for (const std::size_t limit : {std::size_t{3}, fleet::no_limit}) {
    scene of({"a", "b"}, limit);
    const choice failed = of.choose();
    of.fail(failed);
    const choice hanging = of.choose();
    CHECK(hanging.what == choice::kind::send);
    CHECK(of.choose({}, false).what ==
          (limit == 3 ? choice::kind::nowhere : choice::kind::send));
    CHECK(of.all.wake() == failed.where->state.rested());
    of.now = of.all.wake();
    const choice beside = of.choose();
    CHECK(beside.what == choice::kind::probe);
    CHECK(beside.where == failed.where);
  }
}

TEST_CASE("insisting takes the one that rests least, and only while all are closed") {
  scene of({"a", "b"});
  const choice one = of.choose();
  const choice two = of.choose();
  of.fail(one, usual_rest, 20s);
  of.fail(two, usual_rest, 10s);
  const choice insisted = of.all.insist();
  CHECK(insisted.what == choice::kind::send);
  CHECK(insisted.where == two.where);
  CHECK(of.all.insist().where == one.where);  // the other one is being tried
  CHECK(of.all.insist().what == choice::kind::nowhere);
}

TEST_CASE("the same endpoint is chosen again if it is still used") {
  scene of({"a", "b"});
  const choice to = of.choose();
  CHECK(of.all.choose_again(0).what == choice::kind::nowhere);
  CHECK(of.all.choose_again(99).what == choice::kind::nowhere);
  const choice again = of.all.choose_again(to.where->id);
  CHECK(again.what == choice::kind::send);
  CHECK(again.where == to.where);
  CHECK(to.where->in_flight == 2);
  of.all.done(again);
  const std::uint32_t id = to.where->id;
  of.fail(to);
  CHECK(of.all.choose_again(id).what == choice::kind::nowhere);
}

TEST_CASE("who has been asked is not chosen; when all have been, that is said") {
  scene of({"a", "b", "c"});
  of.prove(3);
  node_set asked;
  for (int i = 0; i < 3; ++i) {
    CHECK(of.all.has_other(asked));
    const choice to = of.choose(asked);
    REQUIRE(to.what == choice::kind::send);
    CHECK_FALSE(asked.contains(*to.where));
    asked.insert(*to.where);
    of.succeed(to);
  }
  CHECK_FALSE(of.all.has_other(asked));
  CHECK(of.choose(asked).what == choice::kind::asked_all);
}

TEST_CASE("of a long list eight are used, and what fails is replaced from the others") {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("n" + std::to_string(i));
  std::set<std::string> sets;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    scene of(names, 3, seed);
    of.prove(8);
    std::set<std::string> used;
    for (int i = 0; i < 2000; ++i) {
      const choice to = of.choose();
      used.insert(scene::name(to));
      of.succeed(to);
    }
    CHECK(used.size() == 8);
    std::string joined;
    for (const auto& each : used) joined += each + ' ';
    sets.insert(joined);
    std::set<node*> failed;
    for (int i = 0; i < 32; ++i) {  // as long as there are others
      const choice to = of.choose({}, false);
      REQUIRE(to.what == choice::kind::send);
      CHECK(failed.insert(to.where).second);
      of.fail(to, long_rest, 1h);
    }
    CHECK(of.all.has_open());
  }
  CHECK(sets.size() > 15);
}

TEST_CASE("a request from before an outage does not keep its endpoint shut, nor shuts it again") {
  scene of({"a"});
  of.prove(1);
  const choice old = of.choose();
  of.fail(of.choose());
  CHECK(of.all.wake() != never);
  of.now = of.all.wake();
  const choice tried = of.choose();
  REQUIRE(tried.what == choice::kind::probe);
  CHECK(of.choose().what == choice::kind::nowhere);  // one at a time
  CHECK(of.all.wake() == never);
  of.all.revive(*tried.where, of.now);
  of.all.done(tried);
  const choice first = of.choose();
  CHECK(first.what == choice::kind::send);
  CHECK(of.choose().what == choice::kind::nowhere);
  of.succeed(first);
  of.all.fail(old, usual_rest, 0ms, start, of.now);
  of.all.done(old);
  CHECK(of.state(0) == endpoint_state::open);
  CHECK(of.in_flight() == 0);
  of.fail(of.choose());
  CHECK(of.state(0) == endpoint_state::closed);
}

TEST_CASE("a success that is older than a failure opens nothing where others are open") {
  scene of({"a", "b"});
  of.prove(2);
  const choice first = of.all.choose_again(1);
  const choice second = of.all.choose_again(1);
  of.now += 1ms;
  of.all.fail(first, usual_rest, 0ms, start, of.now);
  of.all.done(first);
  of.all.succeed(*second.where, start, of.now + 1ms);
  of.all.done(second);
  CHECK(second.where->state.state() == endpoint_state::closed);

  scene alone({"a"});
  alone.prove(1);
  const choice third = alone.choose();
  const choice fourth = alone.choose();
  alone.now += 1ms;
  alone.all.fail(third, usual_rest, 0ms, start, alone.now);
  alone.all.done(third);
  alone.all.succeed(*fourth.where, start, alone.now + 1ms);
  alone.all.done(fourth);
  CHECK(fourth.where->state.state() == endpoint_state::open);  // it is the only hope
}

TEST_CASE("the list is replaced: what is in both keeps its state, what is gone is not chosen") {
  scene of({"a", "b", "c"});
  of.prove(3);
  const choice in_flight = of.all.choose_again(1);
  CHECK(scene::name(in_flight) == "a");
  of.all.replace(endpoint_list{"c", "d"});
  CHECK(of.all.size() == 2);
  CHECK(of.all.describe(of.now)[0].address == "c:46802");
  CHECK(of.state(0) == endpoint_state::open);
  CHECK(of.state(1) == endpoint_state::untried);
  for (int i = 0; i < 200; ++i) {
    const choice to = of.choose({}, false);
    REQUIRE(to.what == choice::kind::send);
    CHECK(scene::name(to) == "c");
    of.succeed(to);
  }
  of.succeed(in_flight);  // goes with its last request
  CHECK(of.all.size() == 2);
  CHECK(of.all.choose_again(1).what == choice::kind::nowhere);
}

TEST_CASE("what is taken out while in flight and put in again is a new one") {
  scene of({"a", "b"});
  of.prove(2);
  const choice in_flight = of.all.choose_again(1);
  of.all.replace(endpoint_list{"b"});
  of.all.replace(endpoint_list{"a", "b"});
  CHECK(of.state(0) == endpoint_state::untried);
  CHECK(of.all.describe(of.now)[0].in_flight == 0);
  of.fail(in_flight);
  CHECK(of.state(0) == endpoint_state::untried);
  CHECK(of.all.size() == 2);
}

TEST_CASE("a closed endpoint in both lists rests on; one that is alone and closed is waited for") {
  scene of({"a", "b"});
  of.prove(2);
  const choice failed = of.all.choose_again(1);
  of.fail(failed);
  of.all.replace(endpoint_list{"a"});
  CHECK_FALSE(of.all.has_open());
  CHECK(of.all.wake() == failed.where->state.rested());
}

TEST_CASE("duplicates in a list are one endpoint") {
  scene of({"a", "a:46802", "b", "a"});
  CHECK(of.all.size() == 2);
}

TEST_CASE("what happened is counted by endpoint") {
  scene of({"a"});
  const choice to = of.choose();
  auto seen = of.all.describe(start + 5s)[0];
  CHECK(seen.requests == 1);
  CHECK(seen.in_flight == 1);
  CHECK(seen.state == endpoint_state::untried);
  CHECK(seen.for_how_long == 0ms);
  of.succeed(to, 3ms);
  seen = of.all.describe(start + 5003ms)[0];
  CHECK(seen.in_flight == 0);
  CHECK(seen.state == endpoint_state::open);
  CHECK(seen.latency == 3ms);
  CHECK(seen.for_how_long == 5s);
}
