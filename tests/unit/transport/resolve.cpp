// SPDX-License-Identifier: Apache-2.0
#include <inlong/transport/resolve.hpp>

#include "peers.hpp"

#include <doctest/doctest.h>

#include <netdb.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace inlong::detail;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr steady_time never = (steady_time::max)();

struct prepared_cancellation : cancellation {
  prepared_cancellation() { REQUIRE_FALSE(prepare()); }
};

std::vector<std::string> texts(const std::vector<socket_address>& addresses) {
  std::vector<std::string> all;
  for (const socket_address& address : addresses) all.push_back(to_text(address));
  return all;
}

// Lookups that the tests script; resolver takes a plain function, as getaddrinfo is one.
std::atomic<int> calls{0};
std::atomic<bool> held{false};

int two_addresses(const char*, const char* port, const addrinfo* hints, addrinfo** found) {
  ++calls;
  addrinfo numeric = *hints;
  numeric.ai_flags |= AI_NUMERICHOST;
  if (const int error = ::getaddrinfo("::1", port, &numeric, found)) return error;
  return ::getaddrinfo("127.0.0.1", port, &numeric, &(*found)->ai_next);
}

int two_addresses_once_released(const char* host, const char* port, const addrinfo* hints,
                                addrinfo** found) {
  while (held) std::this_thread::yield();
  return two_addresses(host, port, hints, found);
}

int no_such_name(const char*, const char*, const addrinfo*, addrinfo**) { return EAI_NONAME; }

int broken_system(const char*, const char*, const addrinfo*, addrinfo**) {
  errno = EMFILE;
  return EAI_SYSTEM;
}

std::atomic<bool> all_signals_blocked{false};
int look_at_signals(const char*, const char*, const addrinfo*, addrinfo**) {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  all_signals_blocked = ::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGPROF) == 1 &&
                        ::sigismember(&mask, SIGPIPE) == 1;
  return EAI_AGAIN;
}

}  // namespace

TEST_CASE("an address is read on the spot, and no thread is asked") {
  resolver names(&no_such_name);
  const prepared_cancellation cancel;
  failure why;
  CHECK(texts(names.resolve("10.1.2.3", 80, cancel, never, why)) ==
        std::vector<std::string>{"10.1.2.3:80"});
  CHECK(texts(names.resolve("2001:db8::1", 46802, cancel, never, why)) ==
        std::vector<std::string>{"[2001:db8::1]:46802"});
  CHECK(texts(names.resolve("fe80::1%lo", 1, cancel, never, why)) ==
        std::vector<std::string>{"[fe80::1%lo]:1"});
  CHECK_FALSE(why.error);
}

TEST_CASE("an address in a zone that is not here fails without a look-up") {
  calls = 0;
  resolver names(&two_addresses);
  const prepared_cancellation cancel;
  failure why;
  CHECK(names.resolve("fe80::1%no-such-zone", 80, cancel, never, why).empty());
  CHECK(why.error == std::errc::host_unreachable);
  CHECK(why.text.find("fe80::1%no-such-zone") != std::string::npos);
  CHECK(calls == 0);
}

TEST_CASE("the machine's own name resolver is asked") {
  resolver names;
  const prepared_cancellation cancel;
  failure why;
  const auto all = texts(names.resolve("localhost", 46802, cancel, never, why));
  REQUIRE_FALSE(all.empty());
  for (const std::string& each : all) CHECK((each == "127.0.0.1:46802" || each == "[::1]:46802"));
}

TEST_CASE("all addresses of a name are told, in the resolver's order") {
  resolver names(&two_addresses);
  const prepared_cancellation cancel;
  failure why;
  CHECK(texts(names.resolve("two.test", 80, cancel, never, why)) ==
        std::vector<std::string>{"[::1]:80", "127.0.0.1:80"});
}

TEST_CASE("a name without an address is told with the reason") {
  const prepared_cancellation cancel;
  failure why;
  CHECK(resolver(&no_such_name).resolve("nowhere.test", 80, cancel, never, why).empty());
  CHECK(why.error == std::errc::host_unreachable);
  CHECK(why.text ==
        "name not found: nowhere.test (" + std::string(::gai_strerror(EAI_NONAME)) + ")");

  CHECK(resolver(&broken_system).resolve("nowhere.test", 80, cancel, never, why).empty());
  CHECK(why.text == "name not found: nowhere.test (" +
                        std::error_code(EMFILE, std::generic_category()).message() + ")");
}

TEST_CASE("a slow look-up ends at the deadline, and the next call gets its answer") {
  calls = 0;
  held = true;
  resolver names(&two_addresses_once_released);
  const prepared_cancellation cancel;
  failure why;
  const auto deadline = steady_clock::now() + 30ms;
  CHECK(names.resolve("slow.test", 80, cancel, deadline, why).empty());
  CHECK(why.error == std::errc::timed_out);
  CHECK(why.text == "timed out while looking up the name slow.test");
  CHECK(steady_clock::now() >= deadline);

  CHECK(names.resolve("slow.test", 80, cancel, steady_clock::now() + 5ms, why).empty());
  held = false;
  CHECK(names.resolve("slow.test", 80, cancel, never, why).size() == 2);
  CHECK(calls == 1);
  CHECK(names.resolve("slow.test", 80, cancel, never, why).size() == 2);
  CHECK(calls == 2);
}

TEST_CASE("an answer that nobody waited for any more is used for some time, and not for ever") {
  for (const std::chrono::milliseconds keep : {10'000ms, 0ms}) {
    CAPTURE(keep.count());
    calls = 0;
    held = true;
    resolver names(&two_addresses_once_released, keep);
    const prepared_cancellation cancel;
    failure why;
    const std::size_t before = peers::open_descriptors();
    CHECK(names.resolve("slow.test", 80, cancel, (steady_time::min)(), why).empty());
    held = false;
    peers::wait_until([&] { return calls == 1; });
    // Another name's call comes by and finds it, once it has been answered altogether.
    peers::wait_until([&] {
      names.resolve("other.test", 80, cancel, never, why);
      return keep != 0ms || peers::open_descriptors() <= before;
    });
    calls = 0;
    CHECK(names.resolve("slow.test", 80, cancel, never, why).size() == 2);
    CHECK(calls == (keep == 0ms ? 1 : 0));
  }
}

TEST_CASE("cancelling ends a slow look-up") {
  calls = 0;
  held = true;
  resolver names(&two_addresses_once_released);
  prepared_cancellation cancel;
  std::thread other([&] { cancel.raise(); });
  failure why;
  CHECK(names.resolve("slow.test", 80, cancel, never, why).empty());
  CHECK(why.error == std::errc::operation_canceled);
  other.join();
  held = false;
  peers::wait_until([&] { return calls == 1; });
}

TEST_CASE(
    "an answer that comes when nobody waits any more harms nothing and leaves nothing behind") {
  const std::size_t before = peers::open_descriptors();
  calls = 0;
  held = true;
  {
    resolver names(&two_addresses_once_released);
    const prepared_cancellation cancel;
    failure why;
    CHECK(names.resolve("slow.test", 80, cancel, (steady_time::min)(), why).empty());
  }
  held = false;
  peers::wait_until([&] { return calls == 1 && peers::open_descriptors() <= before; });
}

TEST_CASE("the thread of a look-up takes no signals, and the caller's mask stays as it was") {
  sigset_t own;
  ::sigemptyset(&own);
  ::sigaddset(&own, SIGUSR2);
  sigset_t before;
  REQUIRE(::pthread_sigmask(SIG_SETMASK, &own, &before) == 0);
  resolver names(&look_at_signals);
  const prepared_cancellation cancel;
  failure why;
  CHECK(names.resolve("slow.test", 80, cancel, never, why).empty());
  CHECK(all_signals_blocked);
  sigset_t after;
  REQUIRE(::pthread_sigmask(SIG_SETMASK, &before, &after) == 0);
  for (int signal = 1; signal < SIGRTMAX; ++signal) {
    CHECK(::sigismember(&after, signal) == (signal == SIGUSR2 ? 1 : 0));
  }
}
