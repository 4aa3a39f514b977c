// SPDX-License-Identifier: Apache-2.0
// Random servers, random calls: the promises hold whatever comes together. More of it:
//
//     INLONG_TEST_SEEDS=20000 INLONG_TEST_FIRST_SEED=1000 …
#include <inlong/report.hpp>

#include <inlong/detail/random.hpp>
#include <inlong/testing/dataproxy.hpp>

#include "account.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using inlong::options;
using inlong::testing::dataproxy;
using inlong::testing::dataproxy_options;
using inlong::testing::reaction;

namespace {

using account = wire::account<inlong::reporter>;

/// What a seed decides.
class dice {
 public:
  explicit dice(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  std::chrono::milliseconds between(std::chrono::milliseconds from, std::chrono::milliseconds to) {
    return from + std::chrono::milliseconds(
                      random_.below(static_cast<std::uint64_t>((to - from).count()) + 1));
  }
  template <class T>
  T one_of(std::initializer_list<T> these) {
    return these.begin()[below(these.size())];
  }

 private:
  inlong::detail::random_sequence random_;
};

reaction ended(reaction what, dice& random) {
  return random.one_in(2) ? what.then_close() : what.then_reset();
}

/// No server lies: what it stores, it does not call refused. One that `may_forget` to answer at all
/// does not say farewell so soon that this seems to be its answer.
reaction random_reaction(dice& random, bool may_forget) {
  const std::string farewell =
      inlong::testing::code_answer(INT_MAX, "Process message failure: null").bytes();
  const auto perhaps_stored = [&](reaction what) {
    return random.one_in(2) ? what.storing() : what;
  };
  switch (random.below(20)) {
    case 0:
      return reaction::code(random.one_of({1, 2, 3, 10, 31, 32, 36, 100, 104, 111, 113, 115, 116}));
    case 1:
      return perhaps_stored(reaction::code(random.one_of({114, INT_MAX, 4711, -7})));
    case 2:
      return reaction::proper().then_close(random.between(0ms, 3ms));
    case 3:
      return reaction::code(INT_MAX, "Process message failure: null");
    case 4:
      return reaction::status(random.one_of({302, 400, 404, 408, 413, 417, 425, 429, 501}));
    case 5:
      return perhaps_stored(reaction::status(random.one_of({200, 204, 500, 502, 503, 504, 599})));
    case 6:
      return may_forget ? perhaps_stored(reaction::silence()) : reaction::silence();
    case 7:
      return perhaps_stored(ended(reaction::silence(), random));
    case 8:
      return ended(reaction::silence().after_bytes(random.below(600)), random);
    case 9:
      return ended(reaction::silence().at_accept(), random);
    case 10:
      return random.one_in(2) ? reaction::deaf() : reaction::deaf().at_accept();
    case 11:
      return ended(reaction::proper().cut_after(random.below(120)), random);
    case 12:
      return reaction::proper().delayed_by(random.between(0ms, 150ms));
    case 13:
      return reaction::proper().dribbled(1 + random.below(20), random.between(0ms, 3ms));
    case 14:
      return reaction::proper().then_send(farewell).then_close();
    case 15:
      return perhaps_stored(reaction::raw(random.one_of<std::string>(
          {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nno colon\r\n",
           "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
           "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n"})));
    case 16:
      return perhaps_stored(reaction::raw("").flooding(random.one_of<std::string>(
          {"HTTP/1.1 100 Continue\r\n\r\n", "x", "HTTP/1.1 200 OK\r\n\r\n"})));
    case 17:
      return reaction::status(503).with_header(
          "Retry-After", random.one_of<std::string>({"0", "1", "999999999", "-1", "soon"}));
    case 18:
      return ended(reaction::proper(), random);
    default:
      return reaction::proper().with_header("Connection", "close");
  }
}

/// Something else that happens to a server, or stops happening.
void disturb(dataproxy& server, dice& random) {
  switch (random.below(10)) {
    case 0:
      return server.refuse();
    case 1:
    case 2:
      return server.listen_again();
    case 3:
      return server.disconnect();
    case 4:
      return server.set_max_message_bytes(random.one_of<std::size_t>({200, 1'000, 65'536}));
    case 5:
      return server.forget("group", "stream");
    case 6:
      return server.know("group", "stream");
    case 7:
      return server.set_ready(random.one_in(2));
    case 8:
      return server.set_stopped(random.one_in(2));
    default:
      return;
  }
}

options random_options(dice& random) {
  options how;
  how.connect_timeout = 50ms;
  how.request_timeout = random.between(20ms, 100ms);
  how.delivery_timeout = random.between(60ms, 400ms);
  how.keep_alive = !random.one_in(4);
  how.resend_unknown = !random.one_in(3);
  how.max_request_bytes = random.one_of<std::size_t>({800, 2'500, 60 * 1024});
  how.unknown_stream_wait = random.one_of({0ms, 0ms, 100ms});
  if (random.one_in(3)) how.form = inlong::form::strict;
  return how;
}

/// Empty if all went well.
std::string play(std::uint64_t seed) {
  dice random(seed);
  std::vector<std::unique_ptr<dataproxy>> servers;
  std::vector<std::string> addresses;
  std::vector<const dataproxy*> journals;
  for (std::size_t i = 1 + random.below(3); i != 0; --i) {
    dataproxy_options how;
    const bool quick_farewell = random.one_in(4);
    if (quick_farewell) how.idle_timeout = random.between(1ms, 30ms);
    servers.push_back(std::make_unique<dataproxy>(how));
    addresses.push_back(servers.back()->address());
    journals.push_back(servers.back().get());
    dataproxy& server = *servers.back();
    if (random.one_in(4)) server.always(random_reaction(random, !quick_farewell));
    for (std::size_t turns = random.below(12); turns != 0; --turns) {
      server.next(1 + random.below(2), random.one_in(2) ? reaction::proper()
                                                        : random_reaction(random, !quick_farewell));
    }
  }
  account calls(addresses, random_options(random));
  std::size_t number = 0;
  for (std::size_t call = 2 + random.below(6); call != 0; --call) {
    std::vector<std::string> bodies(random.one_in(2) ? 1 : 1 + random.below(40));
    for (std::string& body : bodies) {
      body = std::to_string(seed) + '-' + std::to_string(number++) + ' ';
      body.append(random.below(150), random.one_of({'x', '=', '%'}));
    }
    static_cast<void>(calls.report(bodies));
    if (random.one_in(2)) disturb(*servers[random.below(servers.size())], random);
  }
  // A fresh record passes at the end.
  for (const auto& server : servers) {
    server->behave();
    server->listen_again();
    server->set_max_message_bytes(65'536);
    server->know("group", "stream");
    server->set_ready(true);
    server->set_stopped(false);
  }
  options patient;
  patient.delivery_timeout = 20s;
  account last(addresses, patient);
  const inlong::outcome sent = last.report(std::to_string(seed) + "-last");
  std::string faults = calls.faults(journals) + last.faults(journals);
  if (!sent) faults += "\nthe last record: " + sent.message();
  return faults;
}

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

}  // namespace

TEST_CASE("whatever servers do, an outcome says what they have stored, in time") {
  const std::size_t descriptors = wire::descriptors();
  const std::size_t threads = wire::threads();
  const std::uint64_t first = from_environment("INLONG_TEST_FIRST_SEED", 1);
  const std::uint64_t count =
      from_environment("INLONG_TEST_SEEDS", wire::sanitized ? 150 : 300);
  std::atomic<std::uint64_t> next{first};
  std::mutex mutex;
  std::vector<std::string> failed;
  std::vector<std::thread> players;
  for (int i = 0; i < 16; ++i) {  // most of what they do is waiting
    players.emplace_back([&] {
      for (std::uint64_t seed = next++; seed < first + count; seed = next++) {
        const std::string faults = play(seed);
        const std::lock_guard lock(mutex);
        if (!faults.empty()) failed.push_back("seed " + std::to_string(seed) + ": " + faults);
      }
    });
  }
  for (std::thread& each : players) each.join();
  for (const std::string& each : failed) FAIL_CHECK(each);
  CHECK(failed.empty());
  CHECK(wire::soon([&] { return wire::descriptors() <= descriptors; }));
  CHECK(wire::soon([&] { return wire::threads() <= threads; }));
}
