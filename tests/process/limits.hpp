// SPDX-License-Identifier: Apache-2.0
// A system that has no more threads, descriptors or ports to give, for a while.
#ifndef INLONG_TESTS_PROCESS_LIMITS_HPP
#define INLONG_TESTS_PROCESS_LIMITS_HPP

#include "support.hpp"

#include <inlong/testing/dataproxy.hpp>

#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sched.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/// From now on, until the limit is lifted, so many threads may be started. Root, who has no limit,
/// becomes a user without other processes. False: that can't be.
inline bool limit_threads(std::size_t more) {
  constexpr uid_t nobody_else = 64'291;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NPROC, &limit) != 0) return false;
  limit.rlim_cur = threads() + more;
  if (limit.rlim_cur >= limit.rlim_max || ::setrlimit(RLIMIT_NPROC, &limit) != 0) return false;
  // Who is not root has reached it, perhaps with other processes.
  return ::geteuid() == 0 ? ::setuid(nobody_else) == 0 : more == 0;
}

inline void lift_thread_limit() {
  rlimit limit{};
  EXPECT(::getrlimit(RLIMIT_NPROC, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  EXPECT(::setrlimit(RLIMIT_NPROC, &limit) == 0);
}

inline int no_thread() {
  if (!limit_threads(0)) return 77;
  try {
    const async_reporter queue({address()});
    constexpr bool is_refused = false;
    EXPECT(is_refused);
  } catch (const std::system_error& why) {
    EXPECT(why.code() == make_error_code(errc::no_thread));
    EXPECT(std::string(why.what()).find(std::generic_category().message(EAGAIN)) !=
           std::string::npos);
  }
  const std::size_t open = descriptors();
  EXPECT(threads() == 1 || is_tsan);

  async_options how;
  how.workers = 0;
  async_reporter without({address()}, how);
  EXPECT(without.submit(to, body("record", 0)) == submit_status::accepted);
  EXPECT(without.flush(20s));
  EXPECT(without.counters().workers == 0);
  EXPECT(without.close(0ms).left.empty());
  reporter blocking({address()});
  EXPECT(blocking.report(to, body("record", 1)));
  promise("record", 2);
  EXPECT(descriptors() >= open);
  return status();
}

inline int few_threads() {
  if (!limit_threads(2)) return 77;
  {
    async_reporter queue({address()});
    EXPECT(queue.counters().workers == 2);
    for (std::size_t i = 0; i < 1000; ++i) {
      EXPECT(queue.submit(to, body("record", i)) == submit_status::accepted);
    }
    EXPECT(queue.flush(20s));
    EXPECT(queue.counters().delivered == 1000);
  }
  async_reporter again({address()});  // those of the first are free again
  EXPECT(again.counters().workers == 2);
  lift_thread_limit();
  std::size_t late = 0;
  await([&] {  // the others come as there is work
    EXPECT(again.submit(to, body("late", late++)) == submit_status::accepted);
    EXPECT(again.flush(20s));
    return again.counters().workers == 4;
  });
  EXPECT(threads() == 1 + 4);
  promise("record", 1000);
  promise("late", late);
  return status();
}

inline int no_descriptor() {
  rlimit before{};
  EXPECT(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  async_options how;
  how.delivery_timeout = (std::chrono::milliseconds::max)();
  async_reporter queue({address()}, how);
  options how_blocking;
  how_blocking.delivery_timeout = 100ms;
  reporter blocking({address()}, how_blocking);
  const std::size_t open = descriptors();
  const rlimit none{0, before.rlim_max};
  EXPECT(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT(queue.submit(to, body("record", i)) == submit_status::accepted);
  }
  const inlong::outcome refused = blocking.report(to, "refused");
  EXPECT(refused.error == errc::timeout);
  EXPECT(refused.known == inlong::certainty::not_stored);
  EXPECT(refused.message().find(std::generic_category().message(EMFILE)) != std::string::npos);
  await([&] { return queue.counters().endpoints[0].failures != 0; });
  EXPECT(queue.counters().endpoints[0].last_error_text.find(
             std::generic_category().message(EMFILE)) != std::string::npos);
  EXPECT(queue.counters().pending == 100);

  EXPECT(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  EXPECT(queue.flush(20s));
  EXPECT(queue.counters().delivered == 100);
  await([&] { return blocking.report(to, body("late", 0)).error == errc::ok; });
  promise("record", 100);
  promise("late", 1);
  EXPECT(queue.close(0ms).left.empty());
  EXPECT(descriptors() <= open + 3 + 4 * 3);  // of a transport: a pipe and a connection
  return status();
}

/// A network of this process alone, so that its ports can be few. False: that can't be.
inline bool have_own_network() {
  if (::unshare(CLONE_NEWNET) != 0) return false;
  const int any = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq loopback{};
  loopback.ifr_name[0] = 'l';
  loopback.ifr_name[1] = 'o';
  loopback.ifr_flags = IFF_UP;
  const bool is_up = ::ioctl(any, SIOCSIFFLAGS, &loopback) == 0;
  ::close(any);
  return is_up;
}
inline bool set_ports(const std::string& range) {
  std::ofstream file("/proc/sys/net/ipv4/ip_local_port_range");
  return static_cast<bool>(file << range << std::flush);
}

inline int no_port() {
  if (!have_own_network()) return 77;
  inlong::testing::dataproxy server;
  if (!set_ports("40000 40001")) return 77;
  async_options how;
  how.delivery_timeout = (std::chrono::milliseconds::max)();
  async_reporter queue({server.address()}, how);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.sin_port = htons(server.port());
  std::vector<int> occupants;
  for (;;) {
    const int one = ::socket(AF_INET, SOCK_STREAM, 0);
    occupants.push_back(one);
    if (::connect(one, reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) break;
  }
  EXPECT(occupants.size() == 3);
  EXPECT(queue.submit(to, "record") == submit_status::accepted);
  await([&] { return queue.counters().endpoints[0].failures != 0; });
  EXPECT(queue.counters().endpoints[0].last_error_text.find(
             std::generic_category().message(EADDRNOTAVAIL)) != std::string::npos);
  EXPECT(!queue.flush(0ms));
  EXPECT(set_ports("40000 41000"));
  EXPECT(queue.flush(40s));
  EXPECT(server.records() == std::vector<std::string>{"record"});
  for (const int each : occupants) ::close(each);
  return status();
}

#endif
