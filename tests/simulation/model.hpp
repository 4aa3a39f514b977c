// SPDX-License-Identifier: Apache-2.0
// A reference model of the engine: what it must do, may do and must not do, record by record.
#ifndef INLONG_SIMULATION_MODEL_HPP
#define INLONG_SIMULATION_MODEL_HPP

#include "reactions.hpp"

#include <inlong/counters.hpp>
#include <inlong/delivery/parcel.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

using inlong::endpoint_state;
using inlong::detail::steady_time;

class model {
 public:
  static constexpr std::size_t endpoints = 4;

  struct record {
    bool pending = true;
    bool flies = false;
    steady_time deadline{};
    certainty known = certainty::not_stored;
    std::uint64_t attempts = 0;
    int few_tries = 0;
    std::optional<steady_time> unknown_since;
    std::optional<errc> must;  // end, with this
    std::optional<errc> may;   // the same, this time
  };
  struct endpoint {
    bool listed = false;
    endpoint_state state = endpoint_state::untried;
    bool proven = false;
    steady_time since{};
    steady_time failed{};
    std::size_t in_flight = 0;
    std::size_t lost = 0;  // of these, begun before it was closed last
    unsigned closings = 0;
  };

  model(bool strict, bool at_most_once, std::chrono::milliseconds unknown_wait)
      : strict_(strict), at_most_once_(at_most_once), unknown_wait_(unknown_wait) {}

  std::vector<record> records;
  std::array<endpoint, endpoints> at;
  std::string fault;  // the first that was found
  steady_time now{};
  steady_time healed = (steady_time::max)();  // from then on all is well

  void expect(bool holds, const char* what) {
    if (!holds && fault.empty()) fault = what;
  }

  void replace(unsigned mask) {
    for (std::size_t i = 0; i < endpoints; ++i) {
      const bool listed = (mask >> i & 1u) != 0;
      if (at[i].listed != listed) at[i] = endpoint();
      at[i].listed = listed;
    }
  }
  void abandon() {
    for (record& one : records) {
      if (one.pending && !one.flies) one.must = errc::cancelled;
    }
  }

  /// A request is begun; `first` and `count` of a heartbeat are 0.
  void begins(std::size_t where, std::size_t first, std::size_t count, bool resent) {
    endpoint& to = at[where];
    expect(to.listed, "sent to an endpoint that is not in the list");
    const bool any_proven = any([](const endpoint& each) { return each.proven; });
    const bool closed = to.state == endpoint_state::closed;
    if (count == 0) {
      expect(to.state != endpoint_state::open, "a heartbeat where there is no need for one");
      expect(!closed || now >= to.failed + std::chrono::milliseconds(250), "no rest at all");
    }
    expect(count == 0 || resent || !closed || !any_proven, "sent to a closed endpoint");
    if (!strict_ && !resent) {
      expect(to.proven || to.in_flight == to.lost, "two requests at an unproven endpoint");
    }
    ++to.in_flight;
    for (std::size_t i = first; i < first + count; ++i) {
      record& one = records[i];
      expect(one.pending && !one.flies, "sent twice at a time, or after its end");
      expect(one.deadline > now, "sent after its deadline");
      expect(!at_most_once_ || one.known == certainty::not_stored, "sent again though in doubt");
      one.flies = true;
      ++one.attempts;
    }
  }

  /// It has ended. `known_endpoint`: the endpoint has not been taken out of the list meanwhile.
  /// `closings`: how often the endpoint had been closed when it began.
  void ends(std::size_t where, bool known_endpoint, unsigned closings, steady_time started,
            std::size_t first, std::size_t count, reaction how, bool fresh, bool late) {
    if (known_endpoint) {
      const bool lost = closings != at[where].closings;
      --at[where].in_flight;
      if (lost) --at[where].lost;
      note_endpoint(at[where], lost, started, count == 0, how, fresh, late);
    }
    for (std::size_t i = first; i < first + count; ++i) note_record(records[i], how, count);
  }

  /// The queue says what became of some records.
  void finished(std::size_t first, std::size_t count, const inlong::detail::facts& said) {
    using inlong::detail::later;
    for (std::size_t i = first; i < first + count; ++i) {
      record& one = records[i];
      expect(one.pending && !one.flies, "reported twice, or while in flight");
      const bool expired = said.error == errc::timeout && now >= one.deadline;
      expect(!one.must || said.error == *one.must, "ended with the wrong error");
      expect(one.must || expired || one.may == said.error, "ended, and need not have");
      expect(one.must || !expired || one.deadline < later(healed, std::chrono::seconds(90)),
             "not delivered although all is well");
      expect(said.known == one.known, "the wrong certainty");
      expect(said.attempts == one.attempts, "the wrong number of attempts");
      one.pending = false;
    }
  }
  /// Everything was taken, and `next` was asked until it had nothing.
  void settled(const std::vector<inlong::endpoint_statistics>& seen, bool has_idle_worker) {
    for (const record& one : records) {
      expect(!one.pending || !one.must, "must have ended");
      expect(!one.pending || one.flies || !has_idle_worker || one.deadline > now,
             "past its deadline");
    }
    std::size_t next = 0;
    for (const endpoint& each : at) {
      if (!each.listed) continue;
      expect(seen[next].state == each.state, "another state of an endpoint");
      expect(seen[next].in_flight == each.in_flight, "another number of requests in flight");
      ++next;
    }
  }

 private:
  void note_endpoint(endpoint& one, bool lost, steady_time started, bool heartbeat, reaction how,
                     bool fresh, bool late) {
    standing means = meaning_of(how).endpoint;
    if (how == reaction::stale ? !fresh : how == reaction::hangs && late) means = standing::neutral;
    if (heartbeat && !(how == reaction::hangs && late)) {  // any answer but a refusal will do
      const bool refused = how == reaction::drained || how == reaction::not_ready;
      means = refused || meaning_of(how).is_silent ? standing::failing : standing::sound;
    }
    if (means == standing::failing) {
      if (one.state != endpoint_state::closed) {
        if (lost) return;  // it has come back since
        one.since = now;
        one.lost = one.in_flight;
        ++one.closings;
      }
      one.state = endpoint_state::closed;
      one.proven = false;
      one.failed = now;
    } else if (means == standing::sound) {
      const bool old_news = one.state == endpoint_state::closed && started <= one.since;
      if (!heartbeat && old_news && any([](const endpoint& each) {
            return each.state != endpoint_state::closed;
          })) {
        return;
      }
      one.proven = one.proven || !heartbeat;
      if (one.state != endpoint_state::open) one.since = now;
      one.state = endpoint_state::open;
    }
  }

  void note_record(record& one, reaction how, std::size_t count) {
    const meaning means = meaning_of(how);
    one.flies = false;
    one.may.reset();
    one.known = (std::max)(one.known, means.known);
    const bool gives_up = at_most_once_ && one.known == certainty::maybe_stored;
    const bool last = means.end == ending::always || (means.end == ending::alone && count == 1);
    if (last || gives_up) one.must = means.error;
    if (how == reaction::unknown_stream) {
      if (!one.unknown_since) one.unknown_since = now;
      if (now >= *one.unknown_since + unknown_wait_) one.may = means.error;
    }
    if (means.end == ending::third && ++one.few_tries >= 3) one.may = means.error;
    if (means.end == ending::second || (means.end == ending::small && count == 1)) {
      one.may = means.error;
    }
  }

  template <class Condition>
  bool any(Condition holds) const {
    return std::any_of(at.begin(), at.end(),
                       [=](const endpoint& each) { return each.listed && holds(each); });
  }

  const bool strict_;
  const bool at_most_once_;
  const std::chrono::milliseconds unknown_wait_;
};

}  // namespace simulation

#endif
