// SPDX-License-Identifier: Apache-2.0
// What must hold after every call of a reporter, whatever its servers did: the promises, checked
// against the servers' own journals.
#ifndef INLONG_TESTS_WIRE_ACCOUNT_HPP
#define INLONG_TESTS_WIRE_ACCOUNT_HPP

#include <inlong/counters.hpp>
#include <inlong/delivery/verdict.hpp>
#include <inlong/options.hpp>
#include <inlong/outcome.hpp>
#include <inlong/testing/dataproxy.hpp>
#include <inlong/transport/exchange.hpp>

#include <dirent.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace wire {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// A call with a deadline returns by it and 50 ms; the rest is for a machine that does much else.
inline constexpr milliseconds grace = milliseconds(50) + milliseconds(sanitized ? 2000 : 500);

/// How many entries a folder of /proc has.
inline std::size_t entries(const char* folder) {
  DIR* const directory = ::opendir(folder);
  if (directory == nullptr) throw std::runtime_error(folder);
  std::size_t count = 0;
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}
inline std::size_t descriptors() { return entries("/proc/self/fd"); }
inline std::size_t threads() { return entries("/proc/self/task"); }

/// Whether it becomes true within some seconds.
inline bool soon(const std::function<bool()>& condition) {
  const auto end = steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Sees every exchange of a reporter, and leaves its meaning alone.
class witness {
 public:
  inlong::classifier hook() { return {&witness::see, this}; }
  std::vector<inlong::exchange> exchanges() const {
    const std::lock_guard lock(mutex_);
    return exchanges_;
  }
  /// How many exchanges have left it open whether the server stored what they carried.
  std::size_t unknown() const {
    const std::lock_guard lock(mutex_);
    return unknown_;
  }

 private:
  static inlong::verdict see(void* self, const inlong::exchange& got,
                             const inlong::verdict& proposed) {
    witness& mine = *static_cast<witness*>(self);
    const std::lock_guard lock(mine.mutex_);
    mine.exchanges_.push_back(got);
    if (proposed.known == inlong::certainty::maybe_stored) ++mine.unknown_;
    return proposed;
  }

  mutable std::mutex mutex_;
  std::vector<inlong::exchange> exchanges_;
  std::size_t unknown_ = 0;
};

/// The calls of one reporter. Every body that it is given is used once in all.
template <class Reporter>
class account {
 public:
  account(std::vector<std::string> addresses, inlong::options how = {})
      : how_(with_hook(std::move(how))), reporter_(addresses, how_) {}

  /// Reports, and notes whatever is wrong with that.
  inlong::outcome report(const std::vector<std::string>& bodies) {
    const std::size_t unknown_before = seen_.unknown();
    const auto start = steady_clock::now();
    const inlong::outcome sent = bodies.size() == 1
                                     ? reporter_.report({"group", "stream"}, bodies[0])
                                     : reporter_.report({"group", "stream"}, bodies);
    const auto spent = steady_clock::now() - start;
    calls_.push_back({bodies, sent, seen_.unknown() - unknown_before});
    if (how_.delivery_timeout != (milliseconds::max)() && spent > how_.delivery_timeout + grace) {
      fault() << "took " << std::chrono::duration_cast<milliseconds>(spent).count() << " ms";
    }
    return sent;
  }
  inlong::outcome report(const std::string& body) {
    return report(std::vector<std::string>{body});
  }

  Reporter& reporter() { return reporter_; }
  const witness& seen() const { return seen_; }
  inlong::endpoint_statistics endpoint(std::size_t index) const {
    return reporter_.counters().endpoints.at(index);
  }

  /// What does not hold, in words; empty if all is well. The servers must not be storing any more.
  std::string faults(const std::vector<const inlong::testing::dataproxy*>& servers) {
    std::map<std::string, std::size_t> stored;
    for (const auto* server : servers) {
      for (const std::string& record : server->records()) ++stored[record];
    }
    std::size_t offered = 0;
    std::size_t delivered = 0;
    for (const call& each : calls_) {
      check(each, stored);
      offered += each.bodies.size();
      delivered += each.sent.delivered;
    }
    const inlong::statistics all = reporter_.counters();
    if (all.offered != all.refused + all.delivered + all.failed + all.pending || all.pending != 0 ||
        all.refused != 0 || all.offered != offered || all.delivered != delivered) {
      fault() << "counters: " << all.offered << " offered, " << all.refused << " refused, "
              << all.delivered << " delivered, " << all.failed << " failed, " << all.pending
              << " pending, where " << offered << " were offered and " << delivered
              << " delivered";
    }
    for (const inlong::endpoint_statistics& each : all.endpoints) {
      if (each.in_flight != 0) fault() << each.in_flight << " in flight to " << each.address;
    }
    return faults_.str();
  }

 private:
  struct call {
    std::vector<std::string> bodies;
    inlong::outcome sent;
    std::size_t unknown;
  };

  inlong::options with_hook(inlong::options how) {
    how.classify = seen_.hook();
    return how;
  }
  std::ostream& fault() { return faults_ << "\n"; }

  void check(const call& each, const std::map<std::string, std::size_t>& stored) {
    const inlong::outcome& sent = each.sent;
    const std::string what = each.bodies[0] + " (" + sent.message() + "): ";
    if (static_cast<bool>(sent) != (sent.delivered == each.bodies.size()) || sent.records != each.bodies.size()) {
      fault() << what << sent.delivered << " delivered of " << each.bodies.size();
    }
    const bool in_doubt = !sent && sent.known == inlong::certainty::maybe_stored;
    if (in_doubt != (sent.in_doubt != 0) || 
        static_cast<bool>(sent) != (sent.known == inlong::certainty::stored)) {
      fault() << what << "known is " << static_cast<int>(sent.known) << ", in doubt "
              << sent.in_doubt;
    }
    for (std::size_t i = 0; i < each.bodies.size(); ++i) {
      const auto found = stored.find(each.bodies[i]);
      const std::size_t times = found == stored.end() ? 0 : found->second;
      if (i < sent.delivered ? times == 0 : times != 0 && i >= sent.delivered + sent.in_doubt) {
        fault() << what << "record " << i << " is stored " << times << " times, where "
                << sent.delivered << " are delivered and " << sent.in_doubt << " in doubt";
      }
      // Of those that told what became of them, only the last can have stored it.
      const std::size_t most = each.unknown + (i < sent.delivered ? 1 : 0);
      if (times > (how_.resend_unknown ? most : 1)) {
        fault() << what << "record " << i << " is stored " << times << " times after "
                << each.unknown << " unknown outcomes";
      }
    }
  }

  witness seen_;
  const inlong::options how_;
  Reporter reporter_;
  std::vector<call> calls_;
  std::ostringstream faults_;
};

}  // namespace wire

#endif
