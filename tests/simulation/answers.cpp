// SPDX-License-Identifier: Apache-2.0
// What servers answer, and what comes of it.
#include "driver.hpp"
#include "network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <ostream>
#include <string>

using namespace simulation;

namespace {

/// On a virtual day nothing is under way for ever.
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

}  // namespace

TEST_CASE("all is well: everything arrives once, at once") {
  for (const order in : both) {
    network world(1);
    world["a"].does = works();
    driver engine(world, {"a"}, {}, in);
    for (int i = 0; i < 100; ++i) engine.report(10);
    finish(world, engine);
    CHECK(engine.delivered() == 1000);
    CHECK(engine.requests == 100);
    CHECK(engine.resent_in_doubt == 0);
    // The first goes alone, until it is known that somebody answers.
    CHECK(engine.fates.back().ended <= network::start + 2ms * (1 + 100 / 4));
  }
}

TEST_CASE("codes 1, 2, 3, 10, 116 to 119: another endpoint takes it at once") {
  for (const int number : {1, 2, 3, 10, 116, 117, 118, 119}) {
    for (const order in : both) {
      CAPTURE(number);
      network world(static_cast<std::uint64_t>(number));
      world["a"].does = answers(number, false, number <= 2);
      world["b"].does = works();
      driver engine(world, {"a", "b"}, {}, in);
      for (int i = 0; i < 20; ++i) engine.report(5);
      finish(world, engine);
      CHECK(engine.delivered() == 100);
      for (const fate& one : engine.fates) CHECK(one.age() < 100ms);
    }
  }
}

TEST_CASE("code 114: another endpoint after a back-off, since it may have been stored") {
  for (const bool stores : {false, true}) {
    for (const order in : both) {
      network world(2);
      world["a"].does = answers(114, stores);
      world["b"].does = works();
      driver engine(world, {"a", "b"}, {}, in);
      for (int i = 0; i < 20; ++i) engine.report(5);
      finish(world, engine);
      CHECK(engine.delivered() == 100);
      CHECK(world["a"].requests.size() >= 1);
      for (const fate& one : engine.fates) CHECK(one.age() < 500ms);
    }
  }
}

TEST_CASE("codes 1, 2, 3 and 114 from everywhere: until the deadline, and then unavailable") {
  for (const int number : {1, 2, 3, 114}) {
    for (const order in : both) {
      CAPTURE(number);
      network world(3);
      for (const char* each : {"a", "b"}) world[each].does = answers(number, false, number <= 2);
      driver engine(world, {"a", "b"}, patient(20s), in);
      engine.report(10);
      finish(world, engine);
      CHECK(engine.delivered() == 0);
      for (const fate& one : engine.fates) {
        CHECK(one.error == errc::timeout);
        CHECK(one.server_code == number);
        CHECK(one.ended >= one.deadline);
        CHECK(one.known == (number == 114 ? certainty::maybe_stored : certainty::not_stored));
      }
      // By requests or by heartbeats.
      CHECK(engine.journal.size() >= 8);
      CHECK(engine.journal.size() < 60);
    }
  }
}

TEST_CASE("codes that every node would repeat: one attempt, rejected") {
  for (const int number : {31, 94, 95, 96, 100, 101, 102, 103, 105, 106, 107, 108, 109, 110, 112,
                           122, 150, 151}) {
    for (const order in : both) {
      CAPTURE(number);
      network world(4);
      for (const char* each : {"a", "b"}) {
        world[each].does = [=](const request_seen& seen) {
          // On a kept connection 31 may be about what was left there.
          const int now = number == 31 && !seen.fresh ? 100 : number;
          return response{code(now), 2ms, false};
        };
      }
      driver engine(world, {"a", "b"}, {}, in);
      engine.report(10);
      finish(world, engine);
      CHECK(engine.count(errc::rejected) == 10);
      CHECK(engine.requests == 1);
      for (const fate& one : engine.fates) CHECK(one.known == certainty::not_stored);
    }
  }
}

TEST_CASE("too large, as code 104 or status 413: all but what is too large alone arrives") {
  for (const bool as_code : {true, false}) {
    for (const order in : both) {
      network world(5);
      constexpr std::size_t most = 2000;
      world["a"].does = [=](const request_seen& seen) {
        if (seen.bytes <= most) return response{code(0), 2ms, !seen.is_heartbeat};
        response refused{code(104), 2ms, false};
        if (!as_code) refused.got = inlong::testing::scripted_transport::status(413);
        return refused;
      };
      driver engine(world, {"a"}, {}, in);
      engine.report(1000);
      world.run_for(1min);
      CHECK(engine.delivered() == 1000);
      // Halved until it fits; what is learned then is used by the rest and by the next batch.
      CHECK(engine.requests <= 1000 * 28 / (most / 2 - 100) + 12);
      const auto before = engine.requests;
      engine.report(1000);
      world.run_for(1min);
      CHECK(engine.delivered() == 2000);
      CHECK(engine.requests - before <= 1000 * 28 / (most / 2 - 100));

      // One that is too large alone, and not the only one of its batch.
      network other(6);
      other["a"].does = world["a"].does;
      driver second(other, {"a"}, {}, in);
      second.report(10);
      second.report(1, 3000);
      second.report(10);
      finish(other, second);
      CHECK(second.delivered() == 20);
      CHECK(second.count(errc::too_large) == 1);
      finish(world, engine);
    }
  }
}

TEST_CASE("an endpoint with a smaller limit than others gets smaller requests, and others don't") {
  network world(7);
  const auto limited = [](std::size_t most) {
    return [=](const request_seen& seen) {
      const bool fits = seen.bytes <= most;
      return response{fits ? code(0) : says(413)(seen).got, 20ms, fits};
    };
  };
  world["small"].does = limited(8000);
  world["large"].does = limited(60000);
  driver engine(world, {"small", "large"});
  engine.keep_busy(8, 1000, world.now() + 2s);
  finish(world, engine);
  CHECK(engine.delivered() == engine.fates.size());
  CHECK(world["large"].stored > world["small"].stored);
  CHECK(world["small"].stored > 0);
}

TEST_CASE("a stream that one endpoint does not know yet goes to another, and no health is lost") {
  for (const int number : {113, 115, 121}) {
    for (const order in : both) {
      network world(8);
      world["a"].does = answers(number);
      world["b"].does = works();
      driver engine(world, {"a", "b"}, {}, in);
      for (int i = 0; i < 20; ++i) engine.report(5);
      finish(world, engine);
      CHECK(engine.delivered() == 100);
      for (const fate& one : engine.fates) CHECK(one.age() < 100ms);
      for (const auto& each : engine.shared().endpoints.describe(world.now())) {
        CHECK(each.state != inlong::endpoint_state::closed);
      }
    }
  }
}

TEST_CASE("a stream that nobody knows fails after one round, or after unknown_stream_wait") {
  for (const auto wait : {0ms, 20'000ms}) {
    for (const order in : both) {
      network world(9);
      for (const char* each : {"a", "b", "c"}) world[each].does = answers(115);
      inlong::options how;
      how.unknown_stream_wait = wait;
      driver engine(world, {"a", "b", "c"}, how, in);
      engine.report(5);
      finish(world, engine);
      CHECK(engine.count(errc::unknown_stream) == 5);
      for (const fate& one : engine.fates) {
        CHECK(one.age() >= wait);
        CHECK(one.age() <= wait + 50ms);
        CHECK(one.known == certainty::not_stored);
      }
      if (wait == 0ms) CHECK(engine.requests == 3);
      CHECK(engine.requests <= 90);
    }
  }
}

TEST_CASE("a stream becomes known while it is waited for, and others flow meanwhile") {
  network world(10);
  bool known = false;
  for (const char* each : {"a", "b"}) {
    world[each].does = [&](const request_seen& seen) {
      const bool is_late = !seen.records.empty() && seen.records[0] < 5;
      const bool unknown = is_late && !known;
      return response{code(unknown ? 115 : 0), 2ms, !unknown};
    };
  }
  inlong::options how;
  how.unknown_stream_wait = 60s;
  how.delivery_timeout = 120s;
  driver engine(world, {"a", "b"}, how);
  engine.report(5);
  engine.report_every(10ms, 2, world.now() + 30s);
  world.after(25s, [&] { known = true; });
  finish(world, engine);
  CHECK(engine.delivered() == engine.fates.size());
  for (std::size_t i = 0; i < engine.fates.size(); ++i) {
    if (i < 5) {
      CHECK(engine.fates[i].age() >= 25s);
      CHECK(engine.fates[i].age() <= 31s);
    } else {
      CHECK(engine.fates[i].age() < 50ms);
    }
  }
}

TEST_CASE("one bad record among a thousand is found at little cost, and fails alone") {
  for (const int number : {111, 123}) {
    for (const std::size_t bad : {0u, 1u, 499u, 500u, 777u, 999u}) {
      network world(11);
      for (const char* each : {"a", "b"}) {
        world[each].does = [=](const request_seen& seen) {
          const bool spoilt =
              std::find(seen.records.begin(), seen.records.end(), bad) != seen.records.end();
          return response{code(spoilt ? number : 0), 2ms, !spoilt};
        };
      }
      driver engine(world, {"a", "b"});
      engine.report(1000);
      finish(world, engine);
      CHECK(engine.delivered() == 999);
      CHECK(engine.fates[bad].error == errc::rejected);
      CHECK(engine.fates[bad].known == certainty::not_stored);
      CHECK(static_cast<double>(engine.requests) <= 1 + 2 * std::log2(1000) + 2);
    }
  }
}

TEST_CASE("a strict queue delivers what stands before the bad record, and nothing behind it") {
  for (const std::size_t bad : {0u, 1u, 499u, 500u, 777u, 999u}) {
    network world(12);
    world["a"].does = [=](const request_seen& seen) {
      const bool spoilt =
          std::find(seen.records.begin(), seen.records.end(), bad) != seen.records.end();
      return response{code(spoilt ? 111 : 0), 2ms, !spoilt};
    };
    driver engine(world, {"a"}, {}, order::strict);
    engine.report(1000);
    finish(world, engine);
    CHECK(engine.delivered() == bad);
    CHECK(engine.fates[bad].error == errc::rejected);
    CHECK(engine.count(errc::cancelled) == 999 - bad);
    CHECK(static_cast<double>(engine.requests) <= 1 + 2 * std::log2(1000) + 2);
  }
}

TEST_CASE("a record that breaks every node costs a bounded number of attempts, others flow") {
  for (const bool stores : {false, true}) {
    network world(13);
    constexpr std::size_t poison = 77;
    for (const char* each : {"a", "b", "c"}) {
      world[each].does = [=](const request_seen& seen) {
        const bool breaks =
            std::find(seen.records.begin(), seen.records.end(), poison) != seen.records.end();
        return response{code(breaks ? INT_MAX : 0), 2ms, !breaks || stores};
      };
    }
    driver engine(world, {"a", "b", "c"}, patient());
    engine.report(100);
    engine.report_every(10ms, 2, world.now() + 10s);
    finish(world, engine);
    CHECK(engine.delivered() == engine.fates.size() - 1);
    CHECK(engine.fates[poison].error == errc::rejected);
    CHECK(engine.fates[poison].known == certainty::maybe_stored);
    CHECK(engine.fates[poison].attempts <= 3 + 7);
    for (std::size_t i = 100; i < engine.fates.size(); ++i) {
      CHECK(engine.fates[i].age() < 100ms);
    }
    CHECK(engine.requests <= 1000 + 3 + 2 * 7 + 2);
  }
}

TEST_CASE("poison everywhere: what answers 2147483647 to all ends, and does so soon") {
  for (const order in : both) {
    network world(14);
    for (const char* each : {"a", "b"}) world[each].does = answers(INT_MAX);
    driver engine(world, {"a", "b"}, patient(60s), in);
    engine.report(100);
    finish(world, engine);
    CHECK(engine.delivered() == 0);
    CHECK(engine.requests <= 3 + 2 * 100);
    CHECK(engine.fates[0].error == errc::rejected);
  }
}

TEST_CASE("a code that nobody knows yet is tried three times, on others if there are any") {
  for (const order in : both) {
    network world(15);
    for (const char* each : {"a", "b", "c"}) world[each].does = answers(4711);
    driver engine(world, {"a", "b", "c"}, {}, in);
    engine.report(10);
    finish(world, engine);
    CHECK(engine.count(errc::rejected) == 10);
    CHECK(engine.requests == 3);
    for (const char* each : {"a", "b", "c"}) CHECK(world[each].requests.size() == 1);
    CHECK(engine.fates[0].known == certainty::maybe_stored);
  }
}

TEST_CASE("Retry-After is respected while there is time, and never sleeps past the deadline") {
  for (const char* text : {"1", "0", "-1", "999999999", "99999999999999999999999",
                           "Wed, 21 Oct 2015 07:28:00 GMT", "soon", "", "1, 2"}) {
    for (const int status : {429, 503}) {
      for (const order in : both) {
        CAPTURE(text);
        network world(16);
        world["a"].does = says(status, text);
        driver engine(world, {"a"}, patient(30s), in);
        engine.report(5);
        finish(world, engine);
        CHECK(engine.count(errc::timeout) == 5);
        CHECK(engine.requests >= 2);
        for (const fate& one : engine.fates) {
          CHECK(one.ended >= one.deadline);
          CHECK(one.ended <= one.deadline + 1ms);
        }
      }
    }
  }
  // And a server that means it is left alone for as long as it says.
  network world(17);
  world["a"].does = says(429, "7");
  driver engine(world, {"a"}, patient(60s));
  engine.report(5);
  world.after(3s, [&] { world["a"].does = works(); });
  finish(world, engine);
  CHECK(engine.delivered() == 5);
  CHECK(engine.fates[0].age() >= 7s);
  CHECK(engine.fates[0].age() <= 8s);
}

TEST_CASE("5xx: retried elsewhere, and in doubt; 501 and 505 are rejected") {
  for (const int status : {500, 502, 503, 504, 507, 520}) {
    for (const bool stores : {false, true}) {
      for (const order in : both) {
        CAPTURE(status);
        network world(18);
        world["a"].does = says(status, "", stores);
        world["b"].does = works();
        driver engine(world, {"a", "b"}, {}, in);
        for (int i = 0; i < 20; ++i) engine.report(5);
        finish(world, engine);
        CHECK(engine.delivered() == 100);
      }
    }
  }
  for (const int status : {501, 505, 400, 401, 403, 417}) {
    for (const order in : both) {
      CAPTURE(status);
      network world(19);
      for (const char* each : {"a", "b"}) world[each].does = says(status);
      driver engine(world, {"a", "b"}, {}, in);
      engine.report(5);
      finish(world, engine);
      CHECK(engine.count(errc::rejected) == 5);
      CHECK(engine.requests == 1);
      CHECK(engine.fates[0].known == certainty::not_stored);
    }
  }
}

TEST_CASE("what looks like the wrong server is believed when a second endpoint says the same") {
  for (const int status : {301, 302, 307, 308, 404, 200}) {
    for (const order in : both) {
      CAPTURE(status);
      network world(20);
      world["a"].does = says(status, "", false, "<html>");
      world["b"].does = works();
      driver engine(world, {"a", "b"}, {}, in);
      for (int i = 0; i < 20; ++i) engine.report(5);
      finish(world, engine);
      CHECK(engine.delivered() == 100);
      CHECK(world["a"].requests.size() >= 1);
      CHECK(world["a"].requests.size() <= 4);

      network all(21);
      for (const char* each : {"a", "b", "c"}) all[each].does = says(status);
      driver second(all, {"a", "b", "c"}, {}, in);
      second.report(5);
      finish(all, second);
      CHECK(second.count(errc::bad_reply) == 5);
      CHECK(second.requests == 2);

      network alone(22);
      alone["a"].does = says(status);
      driver third(alone, {"a"}, {}, in);
      third.report(5);
      finish(alone, third);
      CHECK(third.count(errc::bad_reply) == 5);
      CHECK(third.requests == 1);
    }
  }
}

TEST_CASE("a stale connection and the idle farewell cost no delay, no retry and no health") {
  for (const bool farewell : {true, false}) {
    for (const order in : both) {
      network world(23);
      world["a"].does = [=](const request_seen& seen) {
        if (seen.fresh || seen.records.empty() || seen.records[0] % 2 == 0) {
          return response{code(0), 2ms, !seen.is_heartbeat};
        }
        response stale{code(INT_MAX), 0ms, false};
        stale.got.body = R"({"code":"2147483647","msg":"Process message failure: null"})";
        if (!farewell) {
          stale.got = inlong::testing::scripted_transport::maybe_sent();
          stale.got.stale = true;
        }
        return stale;
      };
      driver engine(world, {"a"}, {}, in, 1);
      for (int i = 0; i < 100; ++i) engine.report(1);
      finish(world, engine);
      CHECK(engine.delivered() == 100);
      CHECK(engine.requests == 150);
      CHECK(world.elapsed() == 100 * 2ms);
      CHECK(engine.shared().retries == 0);
      CHECK(engine.shared().endpoints.describe(world.now())[0].failures == 0);
    }
  }
}

TEST_CASE("at most once: what may have been stored is not sent again") {
  for (const order in : both) {
    for (const bool stores : {true, false}) {
      network world(24);
      std::size_t injected = 0;
      for (const char* each : {"a", "b"}) {
        world[each].does = [&, stores](const request_seen& seen) {
          if (seen.is_heartbeat || world.random.below(10) != 0) {
            return response{code(0), 2ms, true};
          }
          injected += seen.records.size();
          return response{inlong::testing::scripted_transport::maybe_sent(), 2ms, stores};
        };
      }
      inlong::options how;
      how.resend_unknown = false;
      how.delivery_timeout = 5min;
      driver engine(world, {"a", "b"}, how, in);
      engine.report_every(20ms, 1, world.now() + 60s);
      finish(world, engine);
      std::size_t in_doubt = 0;
      for (const fate& one : engine.fates) {
        if (one.failed() && one.known == certainty::maybe_stored) ++in_doubt;
      }
      CHECK(injected > 50);
      CHECK(in_doubt == injected);
      CHECK(engine.delivered() == engine.fates.size() - injected);
    }
  }
}

TEST_CASE("codes in any shape are read from the bytes") {
  for (const char* body :
       {R"({"code":"0","msg":"a "quoted" {word}"})", R"({"code":0})", R"(  { "code" : "0" } )",
        R"({"msg":"first","code":"0"})", R"(callback({"code":"0","msg":"Ok"}))"}) {
    CAPTURE(body);
    network world(25);
    world["a"].does = says(200, "", true, body);
    driver engine(world, {"a"});
    engine.report(3);
    finish(world, engine);
    CHECK(engine.delivered() == 3);
  }
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("[1]"), std::string("\x00\xff\x01", 3),
        std::string(std::size_t{10} << 20, ' ') + R"({"code":"0"})"}) {
    CAPTURE(body.size());
    network world(26);
    world["a"].does = says(200, "", true, body);
    driver engine(world, {"a"});
    engine.report(3);
    finish(world, engine);
    CHECK(engine.count(errc::bad_reply) == 3);
    CHECK(engine.fates[0].known == certainty::maybe_stored);
  }
}
