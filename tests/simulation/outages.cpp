// SPDX-License-Identifier: Apache-2.0
// Endpoints that fail, rest and come back.
#include "driver.hpp"
#include "network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using namespace simulation;

namespace {

void finish(network& world, driver& engine) {
  world.run_out();
  engine.check();
}

inlong::options patient(milliseconds delivery_timeout = 120s) {
  inlong::options how;
  how.delivery_timeout = delivery_timeout;
  return how;
}

const order both[] = {order::free, order::strict};

/// How many of these moments are in [from, to).
std::size_t between(const std::vector<steady_time>& moments, steady_time from, steady_time to) {
  return static_cast<std::size_t>(
      std::count_if(moments.begin(), moments.end(),
                    [=](steady_time each) { return from <= each && each < to; }));
}

/// The age that so many percent of the delivered records did not pass.
nanoseconds percentile(const std::vector<fate>& fates, int percent,
                       steady_time from = steady_time()) {
  std::vector<nanoseconds> ages;
  for (const fate& one : fates) {
    if (one.delivered() && one.submitted >= from) ages.push_back(one.age());
  }
  if (ages.empty()) return nanoseconds::max();
  std::sort(ages.begin(), ages.end());
  return ages[(ages.size() - 1) * static_cast<std::size_t>(percent) / 100];
}

nanoseconds oldest(const std::vector<fate>& fates, steady_time from = steady_time()) {
  nanoseconds highest{0};
  for (const fate& one : fates) {
    if (one.submitted >= from) highest = (std::max)(highest, one.age());
  }
  return highest;
}

std::size_t delivered_between(const std::vector<fate>& fates, steady_time from, steady_time to) {
  return static_cast<std::size_t>(std::count_if(fates.begin(), fates.end(), [=](const fate& one) {
    return one.delivered() && from <= one.ended && one.ended < to;
  }));
}

}  // namespace

TEST_CASE("refused for three seconds, then up: all is delivered, once") {
  for (const order in : both) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      network world(seed);
      world["a"].does = refuses();
      driver engine(world, {"a"}, {}, in);
      world.after(3s, [&] { world["a"].does = works(); });
      engine.report_every(200ms, 5, world.now() + 3s);
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      CHECK(engine.resent_in_doubt == 0);
      CHECK(engine.fates[0].attempts >= 1);
      for (const fate& one : engine.fates) CHECK(one.ended <= network::start + 3s + 4s);
    }
  }
}

TEST_CASE("what the counters say of an endpoint that was away") {
  network world(1);
  world["a"].does = refuses();
  driver engine(world, {"a"});
  world.after(3s, [&] { world["a"].does = works(); });
  engine.report(1);
  world.run_for(1s);
  auto seen = engine.shared().endpoints.describe(world.now())[0];
  CHECK(seen.state == inlong::endpoint_state::closed);
  CHECK(seen.last_error == errc::unreachable);
  CHECK_FALSE(seen.last_error_text.empty());
  CHECK(seen.for_how_long >= 990ms);
  CHECK(seen.for_how_long <= 1000ms);
  finish(world, engine);
  seen = engine.shared().endpoints.describe(world.now() + 5s)[0];
  CHECK(seen.state == inlong::endpoint_state::open);
  CHECK(seen.last_error == errc::unreachable);
  CHECK(seen.for_how_long >= 5s);
  CHECK(seen.delivered == 1);
  CHECK(seen.latency == 2ms);
}

TEST_CASE("one refused and one up: the other carries all, and nothing waits") {
  for (const order in : both) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      network world(seed);
      world["a"].does = refuses();
      world["b"].does = works();
      driver engine(world, {"a", "b"}, {}, in);
      engine.report_every(20ms, 1, world.now() + 60s);
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      CHECK(world["b"].stored == engine.fates.size());
      CHECK(engine.fates[0].age() <= 2ms + 1ms);
      // It is tried when it has rested, which takes ever longer.
      const auto tried = world["a"].requests.size() + world["a"].heartbeats.size();
      CHECK(world["a"].requests.size() <= 4);
      CHECK(tried >= 4);
      CHECK(tried <= 4 + 12);
      CHECK(oldest(engine.fates) < 10ms);
    }
  }
}

TEST_CASE("all refused for as long as there is time: every record fails at its deadline") {
  for (const order in : both) {
    for (const char* how_dead : {"refuses", "blackhole", "closes", "silent"}) {
      CAPTURE(how_dead);
      network world(2);
      for (const char* each : {"a", "b", "c"}) {
        server& dead = world[each];
        dead.does = refuses();
        if (how_dead[0] == 'b') dead.does = blackhole();
        if (how_dead[0] == 'c') dead.does = closes(false, transmission::not_sent);
        if (how_dead[0] == 's') dead.does = silent();
      }
      driver engine(world, {"a", "b", "c"}, patient(30s), in, in == order::free ? 4 : 40);
      for (int i = 0; i < 40; ++i) {
        world.after(i * 100ms, [&] { engine.report(5); });
      }
      finish(world, engine);
      CHECK(engine.count(errc::timeout) == 200);
      const bool silent = how_dead[0] == 's';
      for (const fate& one : engine.fates) {
        CHECK(one.ended >= one.deadline);
        CHECK(one.ended <= one.deadline + 1ms);
        if (!silent) CHECK(one.known == certainty::not_stored);
      }
    }
  }
}

TEST_CASE("nobody fails without having been tried, even if all endpoints rest for longer") {
  for (const order in : both) {
    network world(3);
    world["a"].does = refuses();
    driver engine(world, {"a"}, patient(300ms), in);
    engine.report_every(1s, 1, world.now() + 60s);
    finish(world, engine);
    for (const fate& one : engine.fates) CHECK(one.attempts >= 1);
  }
}

TEST_CASE("all away for ten minutes: the first that is back is found soon, and not stormed") {
  for (const order in : both) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      network world(seed);
      const std::vector<std::string> names{"a", "b", "c", "d", "e"};
      for (const auto& each : names) world[each].does = refuses();
      driver engine(world, names, patient((milliseconds::max)()), in);
      for (int i = 0; i < 100; ++i) engine.report(5);
      const steady_time back = world.now() + 10min;
      world.at(back, [&] { world["c"].does = works(); });
      world.run_until(back + 31s);
      CHECK(world["c"].stored > 0);
      std::vector<steady_time> all;
      for (const auto& each : names) {
        for (const steady_time when : world[each].requests) all.push_back(when);
        for (const steady_time when : world[each].heartbeats) all.push_back(when);
      }
      CHECK(between(all, network::start, network::start + 1s) <= names.size() * 3);
      CHECK(between(all, back - 1s, back + 1s) <= names.size() * 2 + world["c"].stored / 5);
      CHECK(between(all, back - 1min, back) <= names.size() * 4);
      CHECK(between(all, back - 1min, back) >= names.size() * 2);
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      CHECK(engine.resent_in_doubt == 0);
      for (const fate& one : engine.fates) CHECK(one.ended <= back + 40s);
    }
  }
}

// Of a thousand, as the list of failures has it, so few come in each 100 ms that chance decides.
TEST_CASE("thousands of reporters lose the same endpoint and come back spread over time") {
  network world(4);
  world["a"].does = works();
  std::vector<std::unique_ptr<driver>> all;
  for (int i = 0; i < 4000; ++i) {
    all.push_back(std::make_unique<driver>(world, std::vector<std::string>{"a"},
                                           patient((milliseconds::max)()), order::free, 2));
    driver& one = *all.back();
    world.after(milliseconds(world.random.below(100)), [&] { one.report(1); });
  }
  world.run_for(1s);
  CHECK(world["a"].stored == 4000);
  for (const auto down : {10s, 60s}) {
    world["a"].does = refuses();
    world["a"].requests.clear();
    world["a"].heartbeats.clear();
    for (auto& each : all) each->report(1);
    world.run_for(down);
    world["a"].does = works();
    const steady_time back = world.now();
    world.run_for(2min);
    std::vector<steady_time> arrivals = world["a"].heartbeats;
    arrivals.erase(std::remove_if(arrivals.begin(), arrivals.end(),
                                  [=](steady_time each) { return each < back; }),
                   arrivals.end());
    REQUIRE(arrivals.size() >= 4000);
    std::sort(arrivals.begin(), arrivals.end());
    CHECK(arrivals.back() - back <= 31s);
    // The window of all but the last few, which could make it as long as they like.
    arrivals.resize(arrivals.size() * 95 / 100);
    const steady_time last = arrivals.back();
    const auto windows = (last - back) / 100ms + 1;
    const double mean = static_cast<double>(arrivals.size()) / static_cast<double>(windows);
    std::size_t most = 0;
    for (steady_time from = back; from < last; from += 100ms) {
      most = (std::max)(most, between(arrivals, from, from + 100ms));
    }
    CAPTURE(mean);
    CAPTURE(windows);
    // After a short outage most are at the same step of their doubling, still.
    CHECK(static_cast<double>(most) <= (down < 30s ? 5 : 3) * mean);
  }
  for (auto& each : all) each->check();
}

TEST_CASE("a storm: retries are bounded while all fails, and all is well soon after") {
  for (const int how_bad : {114, 503, 1}) {
    CAPTURE(how_bad);
    network world(5);
    const std::vector<std::string> names{"a", "b", "c"};
    for (const auto& each : names) world[each].does = works(5ms);
    driver engine(world, names, patient(120s));
    engine.report_every(10ms, 5, world.now() + 150s);
    world.run_for(30s);
    const steady_time storm = world.now();
    const auto before = engine.requests;
    for (const auto& each : names) {
      world[each].does = how_bad > 400 ? says(how_bad) : answers(how_bad, false, how_bad == 1);
    }
    world.run_for(60s);
    const steady_time back = world.now();
    CHECK(engine.requests - before <= 4 * 60 + 32 + 3 * 60);
    CHECK(delivered_between(engine.fates, storm + 10ms, back) == 0);
    for (const auto& each : names) world[each].does = works(5ms);
    finish(world, engine);
    CHECK(engine.delivered() == engine.fates.size());
    // The rate at which records are handed over is 500 a second.
    const auto after = delivered_between(engine.fates, back + 5s, back + 10s);
    CHECK(static_cast<double>(after) >= 0.95 * 500 * 5);
    CHECK(oldest(engine.fates, back + 30s) <= 50ms);
  }
}

TEST_CASE("a storm at full load: throughput is back within five seconds") {
  network world(6);
  const std::vector<std::string> names{"a", "b", "c"};
  for (const auto& each : names) world[each].does = works(20ms);
  driver engine(world, names, patient(300s));
  engine.keep_busy(64, 1, world.now() + 150s);
  world.run_for(30s);
  const auto usual = delivered_between(engine.fates, network::start + 10s, network::start + 30s);
  for (const auto& each : names) world[each].does = says(503);
  world.run_for(60s);
  for (const auto& each : names) world[each].does = works(20ms);
  const steady_time back = world.now();
  world.run_for(30s);
  const auto again = delivered_between(engine.fates, back + 5s, back + 25s);
  CHECK(static_cast<double>(again) >= 0.95 * static_cast<double>(usual));
  finish(world, engine);
  CHECK(engine.delivered() == engine.fates.size());
}

TEST_CASE("more than the endpoint can take: it does all that it can, and nothing in vain") {
  for (const milliseconds latency : {20ms, 200ms, 1000ms}) {
    network world(1);
    world["a"].does = works(latency);
    driver engine(world, {"a"}, patient(5s));
    const double capacity = 4.0 / std::chrono::duration<double>(latency).count();  // a second
    engine.report_every(latency / 5, 1, world.now() + 120s);  // a quarter more
    engine.late_allowed = 1'000'000;  // by those that wait for a worker to come back
    finish(world, engine);
    const auto done = delivered_between(engine.fates, network::start + 20s, network::start + 120s);
    CHECK(static_cast<double>(done) >= 0.95 * 100 * capacity);
    const auto doubtful = std::count_if(
        engine.fates.begin(), engine.fates.end(),
        [](const fate& one) { return one.known == certainty::maybe_stored; });
    CHECK(static_cast<double>(doubtful) <= 0.01 * static_cast<double>(engine.fates.size()));
  }
}

TEST_CASE("away for longer than anybody has time: all flows again soon after") {
  for (const milliseconds latency : {10ms, 40ms, 200ms}) {
    for (const bool is_slower : {false, true}) {
      CAPTURE(latency.count());
      CAPTURE(is_slower);
      network world(3);
      world["a"].does = works(latency);
      driver engine(world, {"a"}, patient(20s));
      world.after(5s, [&] { world["a"].does = refuses(); });
      world.after(65s, [&] { world["a"].does = works(is_slower ? latency * 3 / 2 : latency); });
      engine.report_every(latency / 2, 1, world.now() + 180s);  // half of what it can
      engine.late_allowed = 1'000'000;
      finish(world, engine);
      std::size_t late = 0;
      for (const fate& one : engine.fates) {
        if (one.submitted > network::start + 125s && !one.delivered()) ++late;
      }
      CHECK(late == 0);
    }
  }
}

TEST_CASE("busy all the time: one that is back is found, one that is new is used") {
  const auto jittery = [](network& world) {
    return behaviour([&world](const request_seen&) {
      return response{code(0), 20ms + milliseconds(world.random.below(40U)), true};
    });
  };
  for (const std::size_t workers : {2U, 4U, 16U}) {
    CAPTURE(workers);
    network world(5);
    for (const char* each : {"b", "c", "d"}) world[each].does = jittery(world);
    world["a"].does = refuses();
    driver engine(world, {"a", "b", "c"}, patient(), order::free, workers);
    world.after(2s, [&] { world["a"].does = jittery(world); });
    world.after(60s, [&] { engine.replace({"a", "b", "c", "d"}); });
    engine.keep_busy(2 * workers, 1, world.now() + 120s);
    finish(world, engine);
    CHECK(engine.delivered() == engine.fates.size());
    const auto asked = [&](const char* name, nanoseconds from, nanoseconds to) {
      return between(world[name].requests, network::start + from, network::start + to);
    };
    CHECK(3 * 4 * asked("a", 40s, 60s) >= asked("a", 40s, 60s) + asked("b", 40s, 60s) +
                                              asked("c", 40s, 60s));  // a quarter of its share
    CHECK(4 * 4 * asked("d", 90s, 120s) >= asked("a", 90s, 120s) + asked("b", 90s, 120s) +
                                               asked("c", 90s, 120s) + asked("d", 90s, 120s));
  }
}

TEST_CASE("more endpoints than workers: all are used") {
  network world(8);
  const std::vector<std::string> all{"a", "b", "c", "d", "e", "f", "g", "h"};
  for (const std::string& each : all) world[each].does = works(10ms);
  driver engine(world, all, patient());
  engine.keep_busy(8, 1, world.now() + 60s);
  finish(world, engine);
  for (const std::string& each : all) {
    CAPTURE(each);
    CHECK(world[each].requests.size() > 100);
  }
}

TEST_CASE("an endpoint that answers no heartbeat, but requests, is used") {
  for (const bool closes_it : {false, true}) {
    network world(1);
    world["a"].does = refuses();
    driver engine(world, {"a"}, patient(10min));
    world.after(1s, [&] {
      world["a"].does = [=](const request_seen& request) {
        if (!request.is_heartbeat) return works()(request);
        return closes_it ? closes()(request) : silent()(request);
      };
    });
    engine.report_every(1s, 1, world.now() + 60s);
    finish(world, engine);
    CHECK(engine.delivered() == engine.fates.size());
    CHECK(oldest(engine.fates) < 15s);
  }
}

TEST_CASE("what is to be sent again at once goes on a new connection, wherever it goes") {
  for (const bool answers_heartbeats : {false, true}) {
    network world(1);
    world["a"].does = refuses();
    driver engine(world, {"a"}, patient(30s));
    world.after(100ms, [&] {
      world["a"].does = [=](const request_seen& request) {
        if (!request.is_heartbeat) return answers(31)(request);
        return answers_heartbeats ? works()(request) : silent()(request);
      };
    });
    engine.report(1);
    finish(world, engine);
    CHECK(engine.fates[0].error == errc::rejected);
    CHECK(engine.requests <= 4);
  }
}

TEST_CASE("one of three fails every other time: the goodput is that of two, and its share decays") {
  for (const char* kind : {"refuses", "closes", "503"}) {
    CAPTURE(kind);
    const auto goodput = [&](bool with_flapping) {
      network world(7);
      for (const char* each : {"a", "b", "c"}) world[each].does = works(20ms);
      behaviour bad = refuses();
      if (kind[0] == 'c') bad = closes();
      if (kind[0] == '5') bad = says(503);
      if (kind[0] == '1') bad = answers(114);
      world["c"].does = sometimes(world, 50, bad, works(20ms));
      std::vector<std::string> names{"a", "b"};
      if (with_flapping) names.push_back("c");
      driver engine(world, names, patient(120s));
      engine.keep_busy(32, 1, world.now() + 60s);
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      if (with_flapping) {
        const auto& requests = world["c"].requests;
        const auto late = between(requests, network::start + 40s, network::start + 60s);
        CHECK(static_cast<double>(late) < 0.01 * static_cast<double>(engine.requests) / 3);
        CHECK(static_cast<double>(requests.size()) < 0.1 * static_cast<double>(engine.requests));
      }
      return static_cast<double>(
          delivered_between(engine.fates, network::start, network::start + 60s));
    };
    CHECK(goodput(true) >= 0.95 * goodput(false));
  }
}

TEST_CASE("one of three is a hundred times slower: little goes there, and others don't wait") {
  for (const order in : both) {
    for (const auto latency : {2ms, 20ms}) {
      CAPTURE(latency.count());
      network world(8);
      for (const char* each : {"a", "b"}) world[each].does = works(latency);
      world["slow"].does = works(100 * latency);
      driver engine(world, {"a", "b", "slow"}, patient(120s), in);
      engine.report_every(latency, 1, world.now() + 1000 * 20 * latency);
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      const auto share = static_cast<double>(world["slow"].requests.size()) /
                         static_cast<double>(engine.requests);
      CHECK(share < 0.05);
      CHECK(percentile(engine.fates, 95) <= latency * 12 / 10);
      if (in == order::free) CHECK(percentile(engine.fates, 98) <= latency * 12 / 10);
    }
  }
}

TEST_CASE("an endpoint that becomes slow is found out, and found to be quick again") {
  network world(9);
  for (const char* each : {"a", "b"}) world[each].does = works(2ms);
  driver engine(world, {"a", "b"}, patient(120s));
  engine.report_every(5ms, 1, world.now() + 240s);
  world.run_for(30s);
  world["b"].does = works(500ms);
  world.run_for(30s);
  const auto before = world["b"].requests.size();
  world.run_for(30s);
  CHECK(world["b"].requests.size() - before < 300);  // of 6000
  world["b"].does = works(2ms);
  world.run_for(120s);
  const auto then = world["b"].requests.size();
  finish(world, engine);
  CHECK(world["b"].requests.size() - then > 1500);  // of 6000
  CHECK(engine.delivered() == engine.fates.size());
}

TEST_CASE("the list is replaced while requests are in flight") {
  for (const order in : both) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      network world(seed);
      for (const char* each : {"a", "b", "c", "d"}) world[each].does = works(5ms);
      driver engine(world, {"a", "b"}, patient(120s), in);
      engine.report_every(3ms, 1, world.now() + 10s);
      world.run_for(1s);
      engine.replace({"b", "c"});  // the busy one goes, in flight or not
      const auto then = world["a"].requests.size();
      world.run_for(1s);
      CHECK(world["a"].requests.size() == then);
      CHECK(world["c"].requests.size() > 0);
      engine.replace({"d"});
      world.run_for(1s);
      engine.replace({"d", "d", "a"});
      world.run_for(1s);
      CHECK(engine.shared().endpoints.size() == 2);
      for (int i = 0; i < 200; ++i) {
        engine.replace(i % 2 == 0 ? std::vector<std::string>{"a"} : std::vector<std::string>{"b"});
        world.run_for(7ms);
      }
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      CHECK(engine.resent_in_doubt == 0);
      CHECK(oldest(engine.fates) < 200ms);
    }
  }
}

TEST_CASE("all are replaced by others while none of them works") {
  for (const order in : both) {
    network world(11);
    world["a"].does = refuses();
    world["b"].does = silent();
    world["c"].does = works();
    driver engine(world, {"a", "b"}, patient(120s), in);
    for (int i = 0; i < 20; ++i) engine.report(5);
    world.run_for(5s);
    engine.replace({"c"});
    // A blocking call is where it is until its request has timed out.
    world.run_for(in == order::free ? 1s : 6s);
    CHECK(world["c"].stored > 0);
    finish(world, engine);
    CHECK(engine.delivered() == 100);
  }
}

TEST_CASE("five endpoints of which four are dead in different ways") {
  for (const order in : both) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      CAPTURE(seed);
      const auto run = [&](const std::vector<std::string>& names, bool alone) {
        auto world = std::make_unique<network>(seed);
        (*world)["refused"].does = refuses();
        (*world)["blackhole"].does = blackhole();
        (*world)["silent"].does = silent();
        (*world)["closing"].does = closes();
        (*world)["living"].does = works(2ms);
        auto engine = std::make_unique<driver>(*world, names, patient(120s), in, 4);
        engine->report_every(20ms, 1, world->now() + 120s);
        world->run_out();
        engine->check();
        CHECK(engine->delivered() == engine->fates.size());
        // Once each of the dead has failed once: a request there has ended, and the others are
        // closed; the longest takes request_timeout.
        const steady_time settled = network::start + 60s;
        if (!alone) CHECK(oldest(engine->fates, settled) <= 250ms + 2ms + 2ms);
        return std::make_pair(percentile(engine->fates, 50, settled),
                              percentile(engine->fates, 95, settled));
      };
      const auto alone = run({"living"}, true);
      const auto among = run({"refused", "blackhole", "silent", "closing", "living"}, false);
      CHECK(among.first <= alone.first * 12 / 10);
      CHECK(among.second <= alone.second * 12 / 10);
    }
  }
}

TEST_CASE("a long list: eight are used, the dead among them are replaced, and all flows") {
  for (const order in : both) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      network world(seed);
      std::vector<std::string> names;
      for (int i = 0; i < 50; ++i) {
        names.push_back("n" + std::to_string(i));
        world[names.back()].does = i % 3 == 0 ? works() : refuses();
      }
      driver engine(world, names, patient(120s), in);
      engine.report_every(10ms, 1, world.now() + 60s);
      finish(world, engine);
      CHECK(engine.delivered() == engine.fates.size());
      CHECK(oldest(engine.fates) < 50ms);
      std::size_t used = 0;
      for (const auto& each : world.servers()) {
        if (between(each.second.requests, world.now() - 30s, world.now()) != 0) ++used;
      }
      CHECK(used <= 9);
      CHECK(used >= 2);
    }
  }
}

TEST_CASE("a rolling restart loses nothing, and nothing waits for long") {
  for (const order in : both) {
    network world(12);
    const std::vector<std::string> names{"a", "b", "c"};
    for (const auto& each : names) world[each].does = works();
    driver engine(world, names, patient(120s), in);
    engine.report_every(5ms, 2, world.now() + 120s);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto down = 20s + i * 30s;
      world.after(down, [&, i] { world[names[i]].does = closes(); });
      world.after(down + 100ms, [&, i] { world[names[i]].does = refuses(); });
      world.after(down + 10s, [&, i] { world[names[i]].does = answers(1, false, true); });
      world.after(down + 15s, [&, i] { world[names[i]].does = works(); });
    }
    finish(world, engine);
    CHECK(engine.delivered() == engine.fates.size());
    CHECK(oldest(engine.fates) < 500ms);
    for (const auto& each : names) {  // and each is used again in the end
      CHECK(between(world[each].requests, network::start + 115s, network::start + 120s) > 50);
    }
  }
}

TEST_CASE("given up: what is not in flight ends at once, and the rest when it is told") {
  network world(13);
  world["a"].does = works(50ms);
  driver engine(world, {"a"}, patient(120s), order::free, 2);
  for (int i = 0; i < 10; ++i) engine.report(3);
  world.run_for(60ms);  // the first has been delivered, and two are on their way
  engine.abandon(errc::cancelled);
  world.run_for(1ms);
  CHECK(engine.count(errc::cancelled) == 21);
  finish(world, engine);
  CHECK(engine.delivered() == 9);
}
