// SPDX-License-Identifier: Apache-2.0
#include <inlong/async_reporter.hpp>

#include "../support/networks.hpp"

#include <inlong/testing/form_decoder.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

#if defined(COUNTS_ALLOCATIONS)  // 0 where the program is linked with a static malloc
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNTS_ALLOCATIONS 0
#endif
#endif
#if !defined(COUNTS_ALLOCATIONS)
#if defined(__GLIBC__)
#define COUNTS_ALLOCATIONS 1
#else
#define COUNTS_ALLOCATIONS 0
#endif
#endif

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

#if COUNTS_ALLOCATIONS
// `operator new` comes here as well. A sanitizer has wrappers of its own.
extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* moved, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* moved, std::size_t size) {
  ++allocations;
  return __libc_realloc(moved, size);
}

}  // extern "C"
#endif

using namespace std::chrono_literals;
using inlong::async_options;
using inlong::certainty;
using inlong::close_result;
using inlong::deliveries;
using inlong::delivery;
using inlong::errc;
using inlong::record;
using inlong::statistics;
using inlong::submit_status;
using inlong::testing::scripted_transport;
using reporter = inlong::basic_async_reporter<scripted_transport>;

namespace {

const inlong::destination to{"group", "stream"};
constexpr std::chrono::milliseconds no_limit = (std::chrono::milliseconds::max)();

/// What a callback was told of one record.
struct told {
  std::string group;
  std::string stream;
  std::string body;
  std::uint64_t token;
  errc error;
  certainty known;
  int server_code;
  std::uint64_t attempts;
  std::optional<inlong::time_point> time;
};

/// Collects all deliveries, and checks that they come one call at a time.
class collector {
 public:
  std::function<void(const deliveries&)> callback() {
    return [this](const deliveries& those) {
      CHECK_FALSE(busy_.exchange(true));
      {
        const std::lock_guard lock(mutex_);
        std::size_t count = 0;
        for (const delivery& each : those) {
          all_.push_back({std::string(those.to().group_id), std::string(those.to().stream_id),
                          each.body(), each.token, each.error, each.known, each.server_code,
                          each.attempts, each.time});
          ++count;
        }
        CHECK(count == those.size());
        ++batches_;
      }
      busy_ = false;
    };
  }
  std::vector<told> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  std::size_t size() const { return all().size(); }
  std::size_t batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  /// Whether it was told of the tokens 0 to `count` - 1, once of each.
  bool has_each_once(std::size_t count) const {
    std::set<std::uint64_t> tokens;
    for (const told& each : all()) tokens.insert(each.token);
    return size() == count && tokens.size() == count &&
           (count == 0 || *tokens.rbegin() == count - 1);
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<bool> busy_{false};
  std::vector<told> all_;
  std::size_t batches_ = 0;
};

std::string field(const scripted_transport::posted& sent, const std::string& name) {
  const auto form = inlong::testing::decode_form(sent.body);
  const std::string* const value = form.find(name);
  return value != nullptr ? *value : std::string();
}

/// What was sent, heartbeats aside.
std::vector<scripted_transport::posted> reports(const scripted_transport& network) {
  std::vector<scripted_transport::posted> all;
  for (auto& each : network.journal()) {
    if (!each.body.empty()) all.push_back(each);
  }
  return all;
}

/// A snapshot, which must add up.
template <class Transport>
statistics counted(inlong::basic_async_reporter<Transport>& of) {
  const statistics all = of.counters();
  CHECK(all.offered == all.refused + all.delivered + all.failed + all.pending);
  return all;
}

/// Whether all lanes go: a worker that was about to seal a batch holds its lane for a moment.
template <class Transport>
bool has_no_lanes(inlong::basic_async_reporter<Transport>& of) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (counted(of).lanes != 0) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::chrono::milliseconds took(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

}  // namespace

TEST_CASE(
    "an asynchronous reporter is made from texts, lists and ranges, with options or without") {
  const std::vector<std::string> range{"a", "b"};
  const reporter one({"a"});
  const reporter two({"a", "b"});
  const reporter braces{"a", "b"};
  const reporter double_braces{{"a", "b"}};
  const reporter commas("a:1,b:2");
  const reporter from_range(range);
  const reporter with_options(range, async_options{});
  const reporter empty_options({"a", "b"}, {});
  const reporter with_callback({"a", "b"}, {}, [](const deliveries&) {});
  const reporter with_all({"a"}, {}, {}, scripted_transport());
  const reporter from_list(inlong::endpoint_list{"a"});
  CHECK_FALSE(std::is_constructible_v<reporter, const char*, const char*>);
  CHECK_FALSE(std::is_constructible_v<reporter, std::vector<std::string>::iterator,
                                      std::vector<std::string>::iterator>);
  CHECK_FALSE(std::is_constructible_v<reporter, std::vector<char>>);
  CHECK_FALSE(std::is_copy_constructible_v<reporter>);
  CHECK(noexcept(std::declval<reporter&>().submit(to, "x")));
  CHECK(noexcept(std::declval<reporter&>().submit(to, record{"x"})));
  CHECK(noexcept(std::declval<reporter&>().submit_for(to, "x", no_limit)));
  CHECK(noexcept(std::declval<inlong::stream_handle&>().submit("x")));
}

TEST_CASE("a body is passed as any text, a record with time and token") {
  scripted_transport network;
  collector got;
  reporter sender({"a"}, {}, got.callback(), network);
  const char array[] = "array";
  const std::string string = "string";
  CHECK(sender.submit(to, "literal") == submit_status::accepted);
  CHECK(sender.submit(to, array) == submit_status::accepted);
  CHECK(sender.submit(to, string) == submit_status::accepted);
  CHECK(sender.submit(to, std::string_view("view")) == submit_status::accepted);
  CHECK(sender.submit({"group", "stream"}, {string, inlong::time_point(5ms), 7}) ==
        submit_status::accepted);
  CHECK(sender.submit(to, record{array}) == submit_status::accepted);
  CHECK(sender.submit_for(to, "patient", 1ms) == submit_status::accepted);
  CHECK(sender.flush(10s));
  std::multiset<std::string> bodies;
  for (const told& each : got.all()) bodies.insert(each.body);
  CHECK(bodies == std::multiset<std::string>{"array", "array", "literal", "patient", "string",
                                             "string", "view"});
}

TEST_CASE("each record comes back once, with its token, byte for byte, in the order of its lane") {
  for (const inlong::form form : {inlong::form::compact, inlong::form::strict}) {
    for (const std::size_t workers : {0u, 1u, 4u}) {
      scripted_transport network;
      collector got;
      async_options how;
      how.form = form;
      how.workers = workers;
      how.max_request_bytes = 400;
      reporter sender({"a", "b"}, how, got.callback(), network);
      std::vector<std::string> bodies;
      for (int i = 0; i < 300; ++i) {
        const std::string odd("%+&;#=\t\r\x01\x7f\0 \xc3\xa9\xf0\x9f\x98\x80", 18);
        bodies.push_back(std::to_string(i) + odd +
                         std::string(static_cast<std::size_t>(i % 60), '%'));
      }
      for (std::size_t i = 0; i < bodies.size(); ++i) {
        CHECK(sender.submit(to, {bodies[i], std::nullopt, i}) == submit_status::accepted);
      }
      CHECK(sender.flush(10s));
      CHECK(got.has_each_once(bodies.size()));
      for (const told& each : got.all()) {
        CHECK(each.error == errc::ok);
        CHECK(each.known == certainty::stored);
        CHECK(each.body == bodies[static_cast<std::size_t>(each.token)]);
        CHECK(each.attempts == 1);
        CHECK_FALSE(each.time);
      }
      std::size_t records = 0;
      for (const auto& sent : reports(network)) {
        CHECK(sent.body.size() <= 400);
        records += std::stoul(field(sent, "cnt"));
      }
      CHECK(records == bodies.size());
      const statistics all = counted(sender);
      CHECK(all.delivered == bodies.size());
      CHECK(all.pending == 0);
      CHECK(all.workers == workers);
    }
  }
}

TEST_CASE("what is refused says why, counts, and leaves its neighbours alone") {
  collector got;
  async_options how;
  how.max_request_bytes = 1000;
  reporter sender({"a"}, how, got.callback());
  CHECK(sender.submit(to, {"first", {}, 0}) == submit_status::accepted);
  CHECK(sender.submit(to, "") == submit_status::invalid);
  CHECK(sender.submit(to, " \t") == submit_status::invalid);
  CHECK(sender.submit(to, "\xff") == submit_status::invalid);
  CHECK(sender.submit(to, "cut \xc3") == submit_status::invalid);
  CHECK(sender.submit(to, "a\nb") == submit_status::invalid);
  CHECK(sender.submit({"", "stream"}, "x") == submit_status::invalid);
  CHECK(sender.submit({"group", " "}, "x") == submit_status::invalid);
  CHECK(sender.submit({"group\n", "stream"}, "x") == submit_status::invalid);
  CHECK(sender.submit(to, std::string(1001, 'x')) == submit_status::too_large);
  CHECK(sender.submit(to, std::string(500, '%')) == submit_status::too_large);
  CHECK(sender.submit(to, {"last", {}, 1}) == submit_status::accepted);
  const char* const nothing = nullptr;
  CHECK(sender.submit(to, nothing) == submit_status::invalid);
  CHECK(sender.flush(10s));
  CHECK(got.has_each_once(2));
  const statistics all = counted(sender);
  CHECK(all.offered == 13);
  CHECK(all.refused == 11);
  CHECK(all.refused_full == 0);
  CHECK(all.delivered == 2);
  // The same by handles, which refuse again and again.
  const auto blank = sender.stream({" ", "stream"});
  CHECK(blank.submit("x") == submit_status::invalid);
  CHECK(blank.submit("x") == submit_status::invalid);
  CHECK(counted(sender).refused == 13);
}

TEST_CASE("a request is filled to the last byte of the limit, and never further") {
  scripted_transport network;
  async_options how;
  how.max_request_bytes = 500;
  how.linger = 1h;
  reporter sender({"a"}, how, {}, network);
  const inlong::time_point time(0ms);
  const std::size_t around = std::string("groupId=group&streamId=stream&body=&dt=0&cnt=1").size();
  CHECK(sender.submit(to, {std::string(500 - around, 'x'), time}) == submit_status::accepted);
  CHECK(sender.submit(to, {std::string(501 - around, 'x'), time}) == submit_status::too_large);
  CHECK(sender.flush(10s));
  // Two that fill it together, and two of which one byte is too much.
  const std::string half(200, 'x');
  const std::string rest(500 - around - 200 - 3, 'y');
  CHECK(sender.submit(to, {half, time}) == submit_status::accepted);
  CHECK(sender.submit(to, {rest, time}) == submit_status::accepted);
  CHECK(sender.flush(10s));
  CHECK(sender.submit(to, {half, time}) == submit_status::accepted);
  CHECK(sender.submit(to, {rest + 'z', time}) == submit_status::accepted);
  CHECK(sender.flush(10s));
  const auto journal = reports(network);
  REQUIRE(journal.size() == 4);
  CHECK(journal[0].body.size() == 500);
  CHECK(journal[1].body.size() == 500);
  CHECK(field(journal[1], "cnt") == "2");
  CHECK(field(journal[2], "cnt") == "1");
  CHECK(field(journal[3], "cnt") == "1");
}

TEST_CASE("a batch is sealed with so many records, at once and by itself") {
  scripted_transport network;
  collector got;
  async_options how;
  how.max_batch_records = 10;
  how.linger = 1h;
  reporter sender({"a"}, how, got.callback(), network);
  for (std::uint64_t i = 0; i < 25; ++i) sender.submit(to, {"x", {}, i});
  while (got.size() < 20 && sender.poll(10ms)) {
  }
  CHECK(got.size() == 20);
  CHECK(counted(sender).pending == 5);
  CHECK(sender.flush(10s));
  CHECK(got.has_each_once(25));
  CHECK(reports(network).size() == 3);
}

TEST_CASE("a single record is sent when it has lingered, no earlier and not much later") {
  for (const std::size_t workers : {0u, 1u, 4u}) {
    collector got;
    async_options how;
    how.linger = 60ms;
    how.workers = workers;
    reporter sender({"a"}, how, got.callback());
    for (int i = 0; i < 3; ++i) {
      const auto time = took([&] {
        sender.submit(to, "x");
        while (sender.poll(10s)) {
        }
      });
      CHECK(time >= 60ms);
      CHECK(time < 1s);
    }
    CHECK(got.size() == 3);
  }
}

TEST_CASE("without a linger a record is sent at once") {
  async_options how;
  how.linger = 0ms;
  reporter sender({"a"}, how);
  CHECK(took([&] {
          sender.submit(to, "x");
          while (sender.poll(10s)) {
          }
        }) < 1s);
}

TEST_CASE("a request has the time of its first record, and records of one minute alone") {
  scripted_transport network;
  collector got;
  async_options how;
  how.linger = 1h;
  reporter sender({"a"}, how, got.callback(), network);
  const auto submit = [&](std::chrono::milliseconds time, std::uint64_t token) {
    CHECK(sender.submit(to, {"x", inlong::time_point(time), token}) == submit_status::accepted);
  };
  submit(60'005ms, 0);
  submit(60'000ms, 1);
  submit(119'999ms, 2);
  submit(120'000ms, 3);
  submit(0ms, 4);
  submit(59'999ms, 5);
  submit(-1ms, 6);
  submit(-60'000ms, 7);
  submit(-60'001ms, 8);
  const auto before = inlong::time_point(std::chrono::system_clock::now());
  CHECK(sender.submit(to, {"now", {}, 9}) == submit_status::accepted);
  const auto after = inlong::time_point(std::chrono::system_clock::now());
  CHECK(sender.flush(10s));
  std::map<std::string, std::string> counts;
  std::int64_t opened = 0;
  for (const auto& sent : reports(network)) {
    if (field(sent, "body") == "now") {
      opened = std::stoll(field(sent, "dt"));
    } else {
      counts[field(sent, "dt")] = field(sent, "cnt");
    }
  }
  CHECK(counts == std::map<std::string, std::string>{{"60005", "3"}, {"120000", "1"}, {"0", "2"},
                                                     {"-1", "2"}, {"-60001", "1"}});
  CHECK(opened >= before.milliseconds());
  CHECK(opened <= after.milliseconds());
  CHECK(got.has_each_once(10));
  for (const told& each : got.all()) {
    if (each.token == 2) CHECK(each.time == inlong::time_point(119'999ms));
    if (each.token == 8) CHECK(each.time == inlong::time_point(-60'001ms));
    if (each.token == 9) CHECK_FALSE(each.time);
  }
}

TEST_CASE("a retry keeps its request's time, and so do the parts of one that is divided") {
  scripted_transport network;
  reporter sender({"a", "b"}, {}, {}, network);
  network.next(scripted_transport::code(1));
  sender.submit(to, "x");
  CHECK(sender.flush(10s));
  network.next(scripted_transport::status(413));
  sender.submit(to, {"x", inlong::time_point(7ms)});
  sender.submit(to, {"y", inlong::time_point(8ms)});
  CHECK(sender.flush(10s));
  const auto journal = reports(network);
  REQUIRE(journal.size() == 5);
  CHECK(journal[0].body == journal[1].body);
  for (std::size_t i = 2; i < 5; ++i) CHECK(field(journal[i], "dt") == "7");
}

TEST_CASE("each way to fail is told once for each record, with what is known") {
  struct way {
    inlong::exchange answer;
    errc error;
    certainty known;
    int server_code;
  };
  async_options how;
  how.resend_unknown = false;
  how.unknown_stream_wait = 0ms;
  how.max_batch_records = 2;
  const int none = inlong::no_server_code;
  for (const way& each :
       {way{scripted_transport::code(100), errc::rejected, certainty::not_stored, 100},
        way{scripted_transport::code(115), errc::unknown_stream, certainty::not_stored, 115},
        way{scripted_transport::code(114), errc::unavailable, certainty::maybe_stored, 114},
        way{scripted_transport::code(111), errc::rejected, certainty::not_stored, 111},
        way{scripted_transport::status(413), errc::too_large, certainty::not_stored, none},
        way{scripted_transport::status(502), errc::unavailable, certainty::maybe_stored, none},
        way{scripted_transport::status(200, "hi"), errc::bad_reply, certainty::maybe_stored, none},
        way{scripted_transport::maybe_sent(), errc::connection_lost, certainty::maybe_stored, none},
        way{scripted_transport::maybe_sent(std::errc::timed_out), errc::timeout,
            certainty::maybe_stored, none}}) {
    scripted_transport network([&](const auto&) { return each.answer; });
    collector got;
    reporter sender({"a"}, how, got.callback(), network);
    for (std::uint64_t i = 0; i < 2; ++i) sender.submit(to, {"x", {}, i});
    CHECK(sender.flush(10s));
    CHECK(got.has_each_once(2));
    for (const told& one : got.all()) {
      CHECK(one.error == each.error);
      CHECK(one.known == each.known);
      CHECK(one.server_code == each.server_code);
      CHECK(one.body == "x");
    }
    CHECK(counted(sender).failed == 2);
  }
}

TEST_CASE("with a dead network each record fails at its deadline, and not before") {
  scripted_transport dead([](const auto&) { return scripted_transport::not_sent(); });
  for (const std::size_t workers : {0u, 1u, 4u}) {
    collector got;
    async_options how;
    how.delivery_timeout = 200ms;
    how.workers = workers;
    reporter sender({"a", "b"}, how, got.callback(), dead);
    const auto time = took([&] {
      for (std::uint64_t i = 0; i < 100; ++i) sender.submit(to, {"x", {}, i});
      CHECK(sender.flush(10s));
    });
    CHECK(time >= 200ms);
    CHECK(time < 2s);
    CHECK(got.has_each_once(100));
    for (const told& each : got.all()) {
      CHECK(each.error == errc::timeout);
      CHECK(each.known == certainty::not_stored);
      CHECK(each.attempts >= 1);
    }
  }
}

TEST_CASE(
    "a batch that is too large for the server is divided, and only what is alone too large "
    "fails") {
  scripted_transport network([](const scripted_transport::posted& sent) {
    return sent.body.size() > 300 ? scripted_transport::status(413) : scripted_transport::code(0);
  });
  collector got;
  reporter sender({"a"}, {}, got.callback(), network);
  for (std::uint64_t i = 0; i < 100; ++i) {
    sender.submit(to, {std::string(i == 31 ? 400 : 20, 'x'), {}, i});
  }
  CHECK(sender.flush(10s));
  CHECK(got.has_each_once(100));
  for (const told& each : got.all()) {
    CHECK(each.error == (each.token == 31 ? errc::too_large : errc::ok));
  }
  CHECK(counted(sender).failed == 1);
}

TEST_CASE("of a batch that is refused for one record all others are delivered") {
  for (const int code : {111, 123, 2147483647}) {
    scripted_transport network([code](const scripted_transport::posted& sent) {
      const bool bad = sent.body.find("bad") != std::string::npos;
      return scripted_transport::code(bad ? code : 0);
    });
    collector got;
    async_options how;
    how.linger = 1h;
    reporter sender({"a", "b"}, how, got.callback(), network);
    for (std::uint64_t i = 0; i < 1000; ++i) {
      sender.submit(to, {i == 617 ? "bad" : "good", {}, i});
    }
    CHECK(sender.flush(20s));
    CHECK(got.has_each_once(1000));
    for (const told& each : got.all()) CHECK((each.error == errc::ok) == (each.token != 617));
    CHECK(reports(network).size() <= 2 * 10 + 6);
    CHECK(got.batches() == 1);
  }
}

TEST_CASE("what may have been stored is sent again, unless that is not wanted") {
  for (const bool resend : {true, false}) {
    scripted_transport network;
    network.next(scripted_transport::maybe_sent());
    collector got;
    async_options how;
    how.resend_unknown = resend;
    reporter sender({"a", "b"}, how, got.callback(), network);
    sender.submit(to, {"x", {}, 0});
    CHECK(sender.flush(10s));
    CHECK(got.has_each_once(1));
    CHECK((got.all()[0].error == errc::ok) == resend);
    CHECK(reports(network).size() == (resend ? 2 : 1));
  }
}

TEST_CASE("a flush waits for what came before it, and what comes meanwhile does not keep it") {
  for (const std::size_t workers : {1u, 4u}) {
    std::atomic<bool> stop{false};
    async_options how;
    how.workers = workers;
    reporter sender({"a"}, how);
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&] {
        while (!stop) {
          if (sender.submit(to, "x") == submit_status::full) std::this_thread::yield();
        }
      });
    }
    for (int i = 0; i < 10; ++i) {
      const statistics before = counted(sender);
      CHECK(took([&] { CHECK(sender.flush(20s)); }) < 5s);
      CHECK(counted(sender).delivered >= before.offered - before.refused);
    }
    stop = true;
    for (std::thread& each : threads) each.join();
    CHECK(sender.flush(20s));
    CHECK(counted(sender).pending == 0);
  }
}

TEST_CASE("a flush of one's own records is done when they have been reported") {
  collector got;
  reporter sender({"a"}, {}, got.callback());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string group = "group" + std::to_string(i);
      for (std::size_t round = 1; round <= 20; ++round) {
        CHECK(sender.submit({group, "stream"}, "x") == submit_status::accepted);
        CHECK(sender.flush(20s));
        std::size_t mine = 0;
        for (const told& each : got.all()) mine += each.group == group ? 1u : 0u;
        CHECK(mine == round);
      }
    });
  }
  for (std::thread& each : threads) each.join();
}

TEST_CASE(
    "a flush without time says whether there is anything, and one while all is down waits "
    "its time") {
  for (const std::size_t workers : {0u, 1u, 4u}) {
    const auto network = std::make_shared<gate>();
    async_options how;
    how.workers = workers;
    inlong::basic_async_reporter<gated_transport> sender({"a"}, how, {}, gated_transport(network));
    CHECK(sender.flush(0ms));
    CHECK(sender.submit(to, "x") == submit_status::accepted);
    CHECK(took([&] { CHECK_FALSE(sender.flush(0ms)); }) < 500ms);
    if (workers != 0) CHECK(took([&] { CHECK_FALSE(sender.flush(50ms)); }) >= 50ms);
    network->open();
    CHECK(sender.flush(no_limit));
    CHECK(sender.flush(0ms));
    CHECK(sender.close(1s).delivered == 1);
    CHECK(sender.flush(no_limit));
    CHECK_FALSE(sender.poll(no_limit));
  }
}

TEST_CASE("a callback may submit, flush, count, replace, and close") {
  for (const std::size_t workers : {0u, 1u, 4u}) {
    std::unique_ptr<reporter> sender;
    std::atomic<int> calls{0};
    std::promise<close_result> closed;
    auto closing = closed.get_future();
    async_options how;
    how.workers = workers;
    sender = std::make_unique<reporter>(inlong::endpoint_list{"a", "b"}, how,
                                        [&](const deliveries& those) {
                                          const auto start = std::chrono::steady_clock::now();
                                          if (++calls == 1) {
                                            CHECK(those.size() == 1);
                                            sender->submit({"other", "stream"}, "y");
                                            CHECK(sender->flush(10s));
                                            CHECK(std::chrono::steady_clock::now() - start < 5s);
                                            CHECK(counted(*sender).delivered >= 1);
                                            CHECK(sender->replace_endpoints({"b", "c"}) ==
                                                  errc::ok);
                                            static_cast<void>(sender->poll(0ms));
                                          } else {
                                            closed.set_value(sender->close(10s));
                                          }
                                        });
    CHECK(sender->submit(to, "x") == submit_status::accepted);
    while (workers == 0 && sender->poll(10s)) {
    }
    const close_result end = closing.get();
    const close_result again = sender->close(10s);
    CHECK(calls == 2);
    CHECK(took([&] { static_cast<void>(sender->flush(1s)); }) < 5s);
    CHECK(end.left.empty());
    CHECK(end.delivered == 2);
    CHECK(again.delivered == 2);
    CHECK(counted(*sender).pending == 0);
  }
}

#if INLONG_EXCEPTIONS
TEST_CASE("what a callback throws is counted, and goes no further") {
  for (const std::size_t workers : {0u, 2u}) {
    async_options how;
    how.workers = workers;
    how.max_batch_records = 1;
    reporter sender({"a"}, how, [](const deliveries&) { throw std::runtime_error("mine"); });
    for (int i = 0; i < 5; ++i) sender.submit(to, "x");
    CHECK(sender.flush(10s));
    CHECK(counted(sender).callback_exceptions == 5);
    CHECK(counted(sender).delivered == 5);
  }
}
#endif

TEST_CASE(
    "close in any state returns in time, and gives back what no callback got, byte for byte") {
  const std::string body = "100% \t&;#+=\xc3\xa9";
  enum state { idle, lingering, sending, backing_off, all_down };
  for (const state in : {idle, lingering, sending, backing_off, all_down}) {
    for (const std::chrono::milliseconds wait : {0ms, 1ms, 100ms}) {
      for (const std::size_t workers : {0u, 1u, 4u}) {
        CAPTURE(in);
        CAPTURE(wait.count());
        CAPTURE(workers);
        scripted_transport answers([&](const auto&) {
          return in == backing_off ? scripted_transport::code(1) : scripted_transport::not_sent();
        });
        const auto network = std::make_shared<gate>(answers);
        if (in == backing_off || in == all_down) network->open();
        collector got;
        async_options how;
        how.workers = workers;
        how.linger = in == lingering ? std::chrono::milliseconds(1h) : 0ms;
        inlong::basic_async_reporter<gated_transport> sender({"a", "b"}, how, got.callback(),
                                                             gated_transport(network));
        const inlong::time_point time(5ms);
        const std::uint64_t count = in == idle ? 0 : 3;
        for (std::uint64_t i = 0; i < count; ++i) {
          CHECK(sender.submit(to, {body + std::to_string(i), time, i}) == submit_status::accepted);
        }
        if (in == sending && workers != 0) REQUIRE(network->wait_for_held(1));
        if (in == backing_off || in == all_down) {
          while (network->passed() < 2 && sender.poll(100ms)) {
          }
        }
        close_result end;
        const auto time_taken = took([&] { end = sender.close(wait); });
        CHECK(time_taken < wait + 500ms);  // 50 ms on a machine that does nothing else
        if (in != idle && in != lingering) CHECK(time_taken >= wait);
        CHECK(end.delivered == 0);
        CHECK(end.failed == count);
        REQUIRE(end.left.size() == count);
        for (std::size_t i = 0; i < count; ++i) {
          const inlong::undelivered& left = end.left[i];
          CHECK(left.group_id == "group");
          CHECK(left.stream_id == "stream");
          CHECK(left.body == body + std::to_string(i));
          CHECK(left.time == time);
          CHECK(left.token == i);
          CHECK(left.error == errc::cancelled);
          if (in == backing_off || in == all_down) CHECK(left.known == certainty::not_stored);
        }
        if (in == sending && workers != 0) CHECK(end.left[0].known == certainty::maybe_stored);
        CHECK(got.size() == 0);
        CHECK(sender.submit(to, "x") == submit_status::closed);
        CHECK(sender.stream(to).submit("x") == submit_status::closed);
        const close_result again = sender.close(0ms);
        CHECK(again.failed == count);
        CHECK(again.left.empty());
        CHECK(counted(sender).pending == 0);
        CHECK(has_no_lanes(sender));
        CHECK(counted(sender).memory == 0);
      }
    }
  }
}

TEST_CASE("close has no time for batches that are open, and gives them back as well") {
  async_options how;
  how.workers = 2;
  how.linger = 1h;
  reporter sender({"a"}, how);
  constexpr std::uint64_t count = 5000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string group = "group&" + std::to_string(i % 2500);
    REQUIRE(sender.submit({group, "a=b"}, {"body", {}, i}) == submit_status::accepted);
  }
  const close_result end = sender.close(0ms);
  CHECK(end.delivered + end.failed == count);
  CHECK(end.failed == end.left.size());
  std::set<std::uint64_t> tokens;
  for (const inlong::undelivered& each : end.left) {
    tokens.insert(each.token);
    CHECK(each.group_id == "group&" + std::to_string(each.token % 2500));
    CHECK(each.stream_id == "a=b");
  }
  CHECK(tokens.size() == end.left.size());
  if (!end.left.empty()) CHECK(tokens.count(end.left[end.left.size() - 1].token) == 1);
  CHECK(has_no_lanes(sender));
  CHECK(counted(sender).memory == 0);
}

TEST_CASE("the destructor reports batches that it had no time to send") {
  collector got;
  constexpr std::uint64_t count = 5000;
  {
    async_options how;
    how.workers = 2;
    how.linger = 1h;
    reporter sender({"a"}, how, got.callback());
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string group = std::to_string(i % 2500);
      REQUIRE(sender.submit({group, "stream"}, {"body", {}, i}) == submit_status::accepted);
    }
  }
  CHECK(got.has_each_once(count));
}

TEST_CASE("what close gives back outlives the reporter, and copies of it") {
  std::optional<inlong::undelivered_records> kept;
  {
    async_options how;
    how.workers = 0;
    how.linger = 1h;
    reporter sender({"a"}, how);
    sender.submit(to, {"body", inlong::time_point(7ms), 1});
    const close_result end = sender.close(std::chrono::milliseconds(-1));
    kept = end.left;
  }
  const inlong::undelivered_records copy = *kept;
  kept.reset();
  REQUIRE(copy.size() == 1);
  CHECK(copy[0].body == "body");
  CHECK(copy[0].token == 1);
  CHECK(copy[0].time == inlong::time_point(7ms));
  CHECK(copy[0].known == certainty::not_stored);
  CHECK(copy.begin() != copy.end());
}

TEST_CASE("in four requests and 4 KiB the largest record has room, encoded in any way") {
  for (const std::size_t most : {200u, 500u, 1000u, 5000u, 60u * 1024u, 1024u * 1024u}) {
    async_options how;
    how.workers = 0;
    how.max_request_bytes = most;
    how.max_memory = 4 * most + 4096;
    REQUIRE(how.validate().empty());
    for (const char byte : {'x', '%'}) {
      for (const inlong::form each : {inlong::form::compact, inlong::form::strict}) {
        how.form = each;
        reporter sender({"a"}, how);
        const std::string around = "groupId=group&streamId=stream&body=&dt=1234567890123&cnt=1";
        const std::size_t room = most - around.size();
        CHECK(sender.submit(to, std::string(byte == '%' ? room / 3 : room, byte)) ==
              submit_status::accepted);
      }
    }
  }
}

TEST_CASE("a handle that outlives its reporter keeps no transport") {
  struct counted_transport : scripted_transport {
    std::shared_ptr<int> alive = std::make_shared<int>();
  };
  for (const std::size_t workers : {0u, 3u}) {
    counted_transport original;
    inlong::stream_handle handle;
    {
      async_options how;
      how.workers = workers;
      inlong::basic_async_reporter<counted_transport> sender({"a"}, how, {}, original);
      handle = sender.stream(to);
      CHECK(handle.submit("body") == submit_status::accepted);
      CHECK(sender.flush(10s));
      CHECK(original.alive.use_count() > 1);
    }
    CHECK(original.alive.use_count() == 1);
    CHECK(handle.submit("body") == submit_status::closed);
  }
}

TEST_CASE("close delivers what it can, however much time it has") {
  for (const std::chrono::milliseconds wait : {std::chrono::milliseconds(10s), no_limit}) {
    for (const std::size_t workers : {0u, 1u, 4u}) {
      collector got;
      async_options how;
      how.workers = workers;
      how.linger = 1h;
      reporter sender({"a"}, how, got.callback());
      for (std::uint64_t i = 0; i < 100; ++i) sender.submit(to, {"x", {}, i});
      const close_result end = sender.close(wait);
      CHECK(end.delivered == 100);
      CHECK(end.failed == 0);
      CHECK(end.left.empty());
      CHECK(got.has_each_once(100));
    }
  }
}

TEST_CASE("a transport that ignores cancel does not keep close, nor touch anything afterwards") {
  const auto network = std::make_shared<gate>();
  collector got;
  {
    async_options how;
    how.workers = 2;
    how.max_batch_records = 1;
    inlong::basic_async_reporter<deaf_transport> sender({"a", "b"}, how, got.callback(),
                                                        deaf_transport{network});
    network->let_through(1);
    for (std::uint64_t i = 0; i < 5; ++i) sender.submit(to, {"body " + std::to_string(i), {}, i});
    while (got.size() < 1) static_cast<void>(sender.poll(10ms));
    REQUIRE(network->wait_for_held(2));
    close_result end;
    CHECK(took([&] { end = sender.close(20ms); }) < 1s);
    CHECK(end.delivered == 1);
    CHECK(end.failed == 4);
    CHECK(end.left.size() == 4);
    std::set<std::uint64_t> tokens{got.all()[0].token};
    int unknown = 0;
    for (const inlong::undelivered& each : end.left) {
      CHECK(each.body == "body " + std::to_string(each.token));
      tokens.insert(each.token);
      unknown += each.known == certainty::maybe_stored ? 1 : 0;
    }
    CHECK(tokens.size() == 5);
    CHECK(unknown == 2);
  }
  network->open();
  CHECK(got.size() == 1);
}

TEST_CASE("without workers, nobody who waits for work keeps close from its end") {
  for (int round = 0; round < 10; ++round) {
    const auto network = std::make_shared<gate>();
    async_options how;
    how.workers = 0;
    how.linger = 0ms;
    inlong::basic_async_reporter<gated_transport> sender({"a"}, how, {}, gated_transport(network));
    sender.submit(to, "x");
    std::vector<std::thread> threads;
    threads.emplace_back([&] { static_cast<void>(sender.poll(10s)); });
    REQUIRE(network->wait_for_held(1));
    std::atomic<int> waiting{0};
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        ++waiting;
        static_cast<void>(sender.flush(3s));
      });
    }
    while (waiting < 3) std::this_thread::yield();
    CHECK(took([&] { static_cast<void>(sender.close(20ms)); }) < 1s);
    for (std::thread& each : threads) each.join();
  }
}

TEST_CASE("the destructor does not wait for such a transport, and reports its records") {
  const auto network = std::make_shared<gate>();
  collector got;
  CHECK(took([&] {
          async_options how;
          how.workers = 1;
          how.max_batch_records = 1;
          inlong::basic_async_reporter<deaf_transport> sender({"a"}, how, got.callback(),
                                                              deaf_transport{network});
          for (std::uint64_t i = 0; i < 3; ++i) sender.submit(to, {"x", {}, i});
          REQUIRE(network->wait_for_held(1));
        }) < 1s);
  CHECK(got.has_each_once(3));
  for (const told& each : got.all()) {
    CHECK(each.error == errc::cancelled);
    CHECK(each.body == "x");
    CHECK((each.known == certainty::maybe_stored) == (each.token == 0));
  }
  network->open();
}

/// Has returned from `post` at last, as on a machine that is busy with other things.
struct slow_to_heed {
  struct course {
    std::promise<void> begun;
    std::promise<void> cancelled;
    std::atomic<bool> returned{false};
  };
  static constexpr bool heeds_cancel = true;
  std::shared_ptr<course> all = std::make_shared<course>();

  inlong::exchange post(const inlong::request&) {
    all->begun.set_value();
    all->cancelled.get_future().wait();
    CHECK(::poll(nullptr, 0, 500) == 0);
    all->returned = true;
    return scripted_transport::maybe_sent(std::errc::operation_canceled);
  }
  void cancel() noexcept { all->cancelled.set_value(); }
};

TEST_CASE("the destructor waits for a transport that says that it heeds cancel") {
  const slow_to_heed original;
  {
    async_options how;
    how.workers = 1;
    inlong::basic_async_reporter<slow_to_heed> sender({"a"}, how, {}, original);
    sender.submit(to, "x");
    original.all->begun.get_future().wait();
  }
  CHECK(original.all->returned);
}

TEST_CASE("the destructor grants its wait, and what is left is reported all the same") {
  for (const std::size_t workers : {0u, 1u, 4u}) {
    collector got;
    {
      async_options how;
      how.workers = workers;
      how.close_wait = 10s;
      how.linger = 1h;
      reporter sender({"a"}, how, got.callback());
      for (std::uint64_t i = 0; i < 10; ++i) sender.submit(to, {"x", {}, i});
    }
    CHECK(got.has_each_once(10));
    for (const told& each : got.all()) CHECK(each.error == errc::ok);

    collector failed;
    scripted_transport dead([](const auto&) { return scripted_transport::not_sent(); });
    CHECK(took([&] {
            async_options how;
            how.workers = workers;
            reporter sender({"a"}, how, failed.callback(), dead);
            for (std::uint64_t i = 0; i < 10; ++i) sender.submit(to, {"x", {}, i});
          }) < 1s);
    CHECK(failed.has_each_once(10));
    for (const told& each : failed.all()) CHECK(each.error == errc::cancelled);
  }
}

TEST_CASE("close does not wait for a callback that sleeps, the destructor does") {
  std::promise<void> began;
  std::promise<void> wake;
  std::atomic<bool> over{false};
  std::atomic<int> calls{0};
  std::thread waker;
  {
    async_options how;
    how.max_batch_records = 1;
    reporter sender({"a"}, how, [&](const deliveries& those) {
      if (++calls != 1) return;
      began.set_value();
      wake.get_future().wait();
      CHECK((*those.begin()).body() == "body 0");  // still there
      over = true;
    });
    for (std::uint64_t i = 0; i < 5; ++i) {
      sender.submit(to, {"body " + std::to_string(i), {}, i});
      if (i == 0) began.get_future().wait();
    }
    close_result end;
    CHECK(took([&] { end = sender.close(50ms); }) < 1s);
    CHECK(end.delivered == 1);
    CHECK(end.failed == 4);
    REQUIRE(end.left.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(end.left[i].token == i + 1);
    CHECK(counted(sender).pending == 0);
    CHECK_FALSE(over);
    waker = std::thread([&] { wake.set_value(); });
  }
  CHECK(over);
  CHECK(calls == 1);
  waker.join();
}

TEST_CASE("several closes at once: one gives back what is left, all the same counts") {
  for (int round = 0; round < 20; ++round) {
    scripted_transport dead([](const auto&) { return scripted_transport::not_sent(); });
    reporter sender({"a"}, {}, {}, dead);
    for (int i = 0; i < 10; ++i) sender.submit(to, "x");
    std::atomic<std::size_t> left{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const close_result end = sender.close(10ms);
        left += end.left.size();
        if (!end.left.empty()) CHECK(end.failed == 10);
      });
    }
    for (std::thread& each : threads) each.join();
    CHECK(left == 10);
    CHECK(sender.close(1s).failed == 10);
  }
}

TEST_CASE(
    "whoever submits while it closes is accepted or refused, and all that was accepted is told") {
  for (int round = 0; round < 30; ++round) {
    collector got;
    std::atomic<std::size_t> accepted{0};
    std::atomic<int> running{0};
    std::vector<std::thread> threads;
    std::optional<reporter> sender;
    sender.emplace(inlong::endpoint_list{"a", "b"}, async_options{}, got.callback());
    std::vector<inlong::stream_handle> handles(4, sender->stream(to));
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        ++running;
        const inlong::stream_handle copy = handles[i];
        for (;;) {
          const submit_status status = copy.submit("x");
          if (status == submit_status::accepted) ++accepted;
          if (status == submit_status::closed) return;
        }
      });
    }
    while (running < 4) std::this_thread::yield();
    std::size_t left = 0;
    if (round % 2 == 0) left = sender->close(std::chrono::milliseconds(round)).left.size();
    sender.reset();
    for (std::thread& each : threads) each.join();
    CHECK(got.size() + left == accepted);
    for (const auto& each : handles) CHECK(each.submit("x") == submit_status::closed);
  }
}

TEST_CASE("handles come and go while the batches of their lanes do, and close loses none of them") {
  async_options how;
  how.linger = 0ms;
  for (std::size_t round = 0; round < 100; ++round) {
    collector got;
    std::atomic<std::size_t> accepted{0};
    std::optional<reporter> sender;
    sender.emplace(inlong::endpoint_list{"a", "b"}, how, got.callback());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int turn = i;; ++turn) {
          inlong::stream_handle handle = sender->stream({"group " + std::to_string(turn % 3), "s"});
          const inlong::stream_handle copy = handle;
          handle = inlong::stream_handle();
          const submit_status status = copy.submit("x");
          if (status == submit_status::accepted) ++accepted;
          if (status == submit_status::closed) return;
        }
      });
    }
    while (accepted < 10 * round) std::this_thread::yield();
    const std::size_t left = sender->close(std::chrono::milliseconds(round % 2)).left.size();
    for (std::thread& each : threads) each.join();
    CHECK(has_no_lanes(*sender));
    sender.reset();  // waits for a callback that is running
    CHECK(got.size() + left == accepted);
  }
}

TEST_CASE("max_memory is never passed, what it refuses counts, and deliveries make room again") {
  constexpr int threads_at_once = 8;
  constexpr int submits = 20'000;
  const auto network = std::make_shared<gate>();
  async_options how;
  how.max_memory = 512 * 1024;
  how.max_request_bytes = 32 * 1024;
  inlong::basic_async_reporter<gated_transport> sender({"a", "b"}, how, {},
                                                       gated_transport(network));
  std::atomic<std::uint64_t> full{0};
  std::atomic<std::uint64_t> others{0};
  std::atomic<int> running{threads_at_once};
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_at_once; ++i) {
    threads.emplace_back([&, i] {
      const std::string group = "group" + std::to_string(i % 3);
      for (int round = 0; round < submits; ++round) {
        const std::string body(static_cast<std::size_t>(1 + round % 300), 'x');
        const submit_status status = sender.submit({group, "stream"}, body);
        if (status == submit_status::full) ++full;
        if (status != submit_status::full && status != submit_status::accepted) ++others;
      }
      --running;
    });
  }
  std::size_t most = 0;
  while (running != 0) most = (std::max)(most, counted(sender).memory);
  for (std::thread& each : threads) each.join();
  CHECK(most <= how.max_memory);
  CHECK(most > how.max_memory / 4);
  CHECK(others == 0);
  const statistics pushed = counted(sender);
  CHECK(pushed.offered == threads_at_once * submits);
  CHECK(pushed.refused == full);
  CHECK(pushed.refused_full == full);
  CHECK(full > 0);

  network->open();
  CHECK(sender.submit_for(to, std::string(300, 'x'), 10s) == submit_status::accepted);
  CHECK(sender.flush(20s));
  CHECK(counted(sender).pending == 0);
  CHECK(counted(sender).memory <= how.max_memory / 8);
  CHECK(has_no_lanes(sender));
}

TEST_CASE("no wake-up of one who waits for room is lost") {
  // The smallest queue that there is, so that almost every submit has to wait for a delivery.
  for (const std::size_t workers : {1u, 3u}) {
    async_options how;
    how.workers = workers;
    how.max_request_bytes = 200;
    how.max_memory = 4 * 1024;
    how.linger = 0ms;
    reporter sender({"a"}, how);
    // Many rounds, and on a slow processor fewer.
    const auto enough = std::chrono::steady_clock::now() + 3s;
    std::atomic<std::uint64_t> offered{0};
    std::atomic<std::uint64_t> accepted{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 15'000; ++round) {
          if (round >= 1000 && std::chrono::steady_clock::now() >= enough) break;
          ++offered;
          const auto status = sender.submit_for(to, std::string(100, 'x'), 20s);
          if (status == submit_status::accepted) ++accepted;
        }
      });
    }
    for (std::thread& each : threads) each.join();
    CHECK(accepted == offered);
    CHECK(sender.flush(20s));
    CHECK(counted(sender).delivered == offered);
    CHECK(counted(sender).refused == 0);
  }
}

TEST_CASE("without workers, whoever waits for room makes it") {
  async_options how;
  how.workers = 0;
  how.max_request_bytes = 200;
  how.max_memory = 4 * 1024;
  reporter sender({"a"}, how);
  for (int i = 0; i < 1000; ++i) {
    CHECK(sender.submit_for(to, std::string(100, 'x'), 20s) == submit_status::accepted);
  }
  CHECK(sender.flush(20s));
  CHECK(counted(sender).offered == 1000);
  CHECK(counted(sender).delivered == 1000);
  const auto network = std::make_shared<gate>();
  network->open();
  network->answers = scripted_transport([](const auto&) { return scripted_transport::not_sent(); });
  inlong::basic_async_reporter<gated_transport> stuck({"a"}, how, {}, gated_transport(network));
  while (stuck.submit(to, std::string(100, 'x')) == submit_status::accepted) {
  }
  const auto time = took([&] {
    CHECK(stuck.submit_for(to, std::string(100, 'x'), 100ms) == submit_status::full);
  });
  CHECK(time >= 100ms);
  CHECK(time < 1s);
}

TEST_CASE("random group names leave nothing behind") {
  reporter sender({"a"});
  sender.submit(to, "x");
  CHECK(sender.flush(20s));
  const std::size_t before = counted(sender).memory;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10'000; ++i) {
      const std::string group = "group " + std::to_string(i * 7919 + round);
      REQUIRE(sender.submit_for({group, "stream"}, "x", 20s) == submit_status::accepted);
    }
    CHECK(sender.flush(20s));
    CHECK(has_no_lanes(sender));
    CHECK(counted(sender).memory <= before + 256 * 1024);
  }
}

TEST_CASE("an idle lane that a handle holds costs at most 256 bytes, and goes with it") {
  constexpr std::size_t count = 1000;
  reporter sender({"a"});
  sender.submit(to, "x");
  CHECK(sender.flush(20s));
  const std::size_t before = counted(sender).memory;
  {
    std::vector<inlong::stream_handle> handles;
    for (std::size_t i = 0; i < count; ++i) {
      handles.push_back(sender.stream({"a group of usual length " + std::to_string(i), "stream"}));
    }
    CHECK(counted(sender).lanes == count);
    CHECK(counted(sender).memory - before <= 256 * count);
    for (const auto& each : handles) CHECK(each.submit("x") == submit_status::accepted);
    CHECK(sender.flush(20s));
    CHECK(counted(sender).lanes == count);
    CHECK(counted(sender).memory - before <= 256 * count + 256 * 1024);
  }
  CHECK(has_no_lanes(sender));
  CHECK(counted(sender).memory <= before + 256 * 1024);
}

TEST_CASE(
    "another list of addresses takes effect while records flow, and one of no use changes "
    "nothing") {
  scripted_transport network([](const scripted_transport::posted& sent) {
    return sent.address[0] == 'x' ? scripted_transport::not_sent() : scripted_transport::code(0);
  });
  collector got;
  reporter sender({"x1", "x2"}, {}, got.callback(), network);
  CHECK(sender.submit(to, {"x", {}, 0}) == submit_status::accepted);
  CHECK_FALSE(sender.flush(30ms));
  CHECK(sender.replace_endpoints({"https://b"}) == errc::unsupported_scheme);
  CHECK(counted(sender).endpoints.size() == 2);
  CHECK(sender.replace_endpoints({"b", "c"}) == errc::ok);
  CHECK(took([&] { CHECK(sender.flush(20s)); }) < 3s);
  CHECK(got.has_each_once(1));
  const statistics all = counted(sender);
  REQUIRE(all.endpoints.size() == 2);
  CHECK(all.endpoints[0].address == "b:46802");
  CHECK(all.endpoints[0].delivered + all.endpoints[1].delivered == 1);
  CHECK(all.retries >= 1);
}

#if INLONG_EXCEPTIONS
TEST_CASE("an asynchronous reporter that can't work is not made") {
  const auto thrown = [](auto make, errc expected) -> std::string {
    try {
      make();
    } catch (const std::system_error& error) {
      CHECK(error.code() == expected);
      return error.what();
    }
    return "nothing thrown";
  };
  const std::string bad = thrown([] { reporter({"a", "b:0"}); }, errc::bad_address);
  CHECK(bad.find("addresses[1] \"b:0\"") == 0);
  CHECK(thrown([] { reporter(std::vector<std::string>{}); }, errc::no_endpoints).find("empty") !=
        std::string::npos);
  CHECK(thrown([] { reporter({"https://a"}); }, errc::unsupported_scheme).find("https://a") !=
        std::string::npos);
  async_options how;
  how.linger = -1ms;
  CHECK(thrown([&] { reporter({"a"}, how); }, errc::bad_option).find("async_options.linger") == 0);
}
#endif

TEST_CASE("once warm, submit asks for no memory") {
  if (!COUNTS_ALLOCATIONS) {
    MESSAGE("skipped: the sanitizer has allocation functions of its own");
    return;
  }
  {
    const std::size_t before = allocations;
    const std::unique_ptr<int> counted_one(new int(0));
    CHECK(allocations == before + 1);
  }
  for (const bool by_handle : {true, false}) {
    async_options how;
    how.max_batch_records = 400;
    how.linger = 1h;
    const auto network = std::make_shared<gate>();
    inlong::basic_async_reporter<gated_transport> sender({"a"}, how, {}, gated_transport(network));
    // It is never idle: it would give memory back then.
    CHECK(sender.submit({"another", "stream"}, "x") == submit_status::accepted);
    const auto handle = sender.stream(to);
    const std::string body(100, 'x');
    // How often a worker still holds the last buffer is chance; a record that needs memory is not.
    std::size_t least = SIZE_MAX;
    std::uint64_t submitted = 0;
    for (int round = 1; round <= 50; ++round) {
      // First several batches at once, the buffers of which stay.
      const std::uint64_t count = round == 1 ? 8 * 400 : 400;
      const std::size_t before = allocations;
      for (std::uint64_t i = 0; i < count; ++i) {
        if (by_handle) {
          static_cast<void>(handle.submit(body));
        } else {
          static_cast<void>(sender.submit(to, body));
        }
      }
      submitted += count;
      network->open();
      if (round > 1) least = (std::min)(least, allocations - before);
      while (sender.counters().delivered < submitted) static_cast<void>(sender.poll(10ms));
    }
    CHECK(least == 0);
  }
}

#if defined(__linux__)
namespace {

std::set<std::string> all_threads() {
  std::set<std::string> all;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
    all.insert(each.path().filename().string());
  }
  return all;
}

/// How often the threads of this process, but for those, have given up the processor of their own
/// accord: once for each time that they went to sleep.
std::uint64_t sleeps_of_others(const std::set<std::string>& but) {
  std::uint64_t all = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/task")) {
    if (but.count(each.path().filename().string()) != 0) continue;
    std::ifstream status(each.path() / "status");
    for (std::string line; std::getline(status, line);) {
      constexpr std::string_view name = "voluntary_ctxt_switches:";
      if (line.substr(0, name.size()) == name) all += std::stoull(line.substr(name.size()));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("an idle reporter never wakes") {
  async_options how;
  how.linger = 1ms;
  const std::set<std::string> others = all_threads();  // a sanitizer's own, too
  reporter sender({"a", "b"}, how);
  const auto handle = sender.stream(to);
  handle.submit("x");
  CHECK(sender.flush(10s));
  const auto rest = [](int milliseconds) { CHECK(::poll(nullptr, 0, milliseconds) == 0); };
  rest(100);  // whoever was busy looks once more
  const std::uint64_t before = sleeps_of_others(others);
  CHECK(before > 0);
  rest(400);
  CHECK(sleeps_of_others(others) == before);
  handle.submit("x");
  CHECK(sender.flush(10s));
  CHECK(sleeps_of_others(others) > before);
}
#endif
