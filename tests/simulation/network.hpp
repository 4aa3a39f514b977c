// SPDX-License-Identifier: Apache-2.0
// A network without a network: virtual time, and servers that do what a script says.
#ifndef INLONG_SIMULATION_NETWORK_HPP
#define INLONG_SIMULATION_NETWORK_HPP

#include <inlong/detail/deadline.hpp>
#include <inlong/detail/random.hpp>
#include <inlong/testing/scripted_transport.hpp>
#include <inlong/transport/exchange.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace simulation {

using inlong::exchange;
using inlong::transmission;
using inlong::detail::steady_time;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// What a server gets to see.
struct request_seen {
  steady_time now;
  bool is_heartbeat;
  bool fresh;
  std::size_t bytes;
  const std::vector<std::size_t>& records;  // their numbers
};

/// What it does: it may store the records, and so much later something comes back.
struct response {
  exchange got;
  nanoseconds takes{0};
  bool stores = false;
};

using behaviour = std::function<response(const request_seen&)>;

struct server {
  behaviour does;
  std::vector<steady_time> requests;  // when each began
  std::vector<steady_time> heartbeats;
  std::uint64_t stored = 0;
};

/// Virtual time, the servers, and what they have stored.
class network {
 public:
  explicit network(std::uint64_t seed) : random(seed) {}

  steady_time now() const noexcept { return now_; }
  nanoseconds elapsed() const noexcept { return now_ - start; }

  void at(steady_time when, std::function<void()> what) {
    events_.push({when < now_ ? now_ : when, ++count_, std::move(what)});
  }
  void after(nanoseconds wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }

  /// Everything that happens by then.
  void run_until(steady_time end) {
    while (!events_.empty() && events_.top().when <= end) step();
    now_ = end;
  }
  void run_for(nanoseconds duration) { run_until(now_ + duration); }
  /// Until nothing happens any more, or for so long.
  void run_out(nanoseconds longest = std::chrono::hours(24 * 365)) {
    const steady_time end = now_ + longest;
    while (!events_.empty() && events_.top().when <= end) step();
  }

  server& operator[](const std::string& address) { return servers_[address]; }
  std::map<std::string, server>& servers() noexcept { return servers_; }

  response handle(const std::string& address, const request_seen& request) {
    server& at = servers_[address];
    (request.is_heartbeat ? at.heartbeats : at.requests).push_back(now_);
    response result = at.does(request);
    if (result.stores && !request.is_heartbeat) {
      at.stored += request.records.size();
      for (const std::size_t record : request.records) ++copies(record);
    }
    return result;
  }
  /// How often a record has been stored, by all servers together.
  unsigned& copies(std::size_t record) {
    if (record >= stored_.size()) stored_.resize(record + 1);
    return stored_[record];
  }
  std::size_t new_record() noexcept { return records_++; }

  inlong::detail::random_sequence random;
  static constexpr steady_time start = steady_time() + std::chrono::hours(1);

 private:
  struct event {
    steady_time when;
    std::uint64_t number;
    std::function<void()> what;
    bool operator<(const event& other) const noexcept {
      return when != other.when ? when > other.when : number > other.number;
    }
  };

  void step() {
    const event next = events_.top();
    events_.pop();
    now_ = next.when;
    next.what();
  }

  steady_time now_ = start;
  std::uint64_t count_ = 0;
  std::priority_queue<event> events_;
  std::map<std::string, server> servers_;
  std::vector<unsigned> stored_;
  std::size_t records_ = 0;
};

// ---- behaviours. Where a message is not answered, or not well, a heartbeat fares alike unless the
// name says otherwise.

inline response stored(response with, const request_seen&) {
  with.stores = true;
  return with;
}

inline exchange code(int number) { return inlong::testing::scripted_transport::code(number); }

/// Stores, and answers so.
inline behaviour works(nanoseconds latency = milliseconds(2)) {
  return [=](const request_seen&) { return response{code(0), latency, true}; };
}

inline behaviour refuses(nanoseconds latency = std::chrono::microseconds(200)) {
  return [=](const request_seen&) {
    return response{inlong::testing::scripted_transport::not_sent(), latency, false};
  };
}

/// No answer to a SYN.
inline behaviour blackhole(milliseconds connect_timeout = milliseconds(2000)) {
  return [=](const request_seen&) {
    return response{inlong::testing::scripted_transport::not_sent(std::errc::timed_out),
                    connect_timeout, false};
  };
}

/// Accepts, reads all, and says nothing for longer than anybody waits.
inline behaviour silent(bool stores = false) {
  return [=](const request_seen&) {
    return response{inlong::testing::scripted_transport::maybe_sent(std::errc::timed_out),
                    std::chrono::hours(1), stores};
  };
}

/// The connection ends before a byte of an answer.
inline behaviour closes(bool stores = false, transmission what = transmission::maybe_sent,
                        nanoseconds latency = milliseconds(1)) {
  return [=](const request_seen&) {
    exchange got = inlong::testing::scripted_transport::maybe_sent(std::errc::connection_reset);
    got.what = what;
    return response{got, latency, stores && what == transmission::maybe_sent};
  };
}

/// Answers messages with a code. What it stores it stores truthfully if the code is 0 or 120.
inline behaviour answers(int number, bool stores = false, bool heartbeats_too = false,
                         nanoseconds latency = milliseconds(2)) {
  return [=](const request_seen& request) {
    if (request.is_heartbeat && !heartbeats_too) return response{code(0), latency, false};
    return response{code(number), latency, stores};
  };
}

/// Answers everything with an HTTP status.
inline behaviour says(int status, std::string retry_after = {}, bool stores = false,
                      std::string body = {}) {
  return [=](const request_seen&) {
    response result{inlong::testing::scripted_transport::status(status, body), milliseconds(2),
                    stores};
    result.got.retry_after = retry_after;
    return result;
  };
}

/// One of two, each time anew.
inline behaviour sometimes(network& with, unsigned percent, behaviour then, behaviour otherwise) {
  return [=, &with](const request_seen& request) {
    return with.random.below(100u) < percent ? then(request) : otherwise(request);
  };
}

}  // namespace simulation

#endif
