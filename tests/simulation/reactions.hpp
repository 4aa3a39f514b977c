// SPDX-License-Identifier: Apache-2.0
// What a scripted endpoint may do with a request, what comes back, and what that means.
#ifndef INLONG_SIMULATION_REACTIONS_HPP
#define INLONG_SIMULATION_REACTIONS_HPP

#include <inlong/error.hpp>
#include <inlong/outcome.hpp>
#include <inlong/testing/scripted_transport.hpp>
#include <inlong/transport/exchange.hpp>

#include <climits>
#include <cstddef>

namespace simulation {

using inlong::certainty;
using inlong::errc;

enum class reaction {
  stores, loses_answer, refuses, hangs, closes, drained, not_ready, channel_full, overloaded,
  unknown_stream, too_large, bad_record, rejects, breaks, unheard_of, wrong_server, stale, count
};

/// What it says of the endpoint.
enum class standing { sound, neutral, failing };

/// Whether its records end: never, always, as the only record of a request, perhaps so, perhaps at
/// the second such answer, perhaps at the third.
enum class ending { never, always, alone, small, second, third };

struct meaning {
  errc error;
  certainty known;
  standing endpoint;
  ending end;
  bool is_silent;
};

inline meaning meaning_of(reaction how) {
  constexpr auto no = certainty::not_stored;
  constexpr auto maybe = certainty::maybe_stored;
  constexpr auto sound = standing::sound;
  constexpr auto neutral = standing::neutral;
  constexpr auto failing = standing::failing;
  static constexpr meaning rows[] = {
      {errc::ok, certainty::stored, sound, ending::always, false},
      {errc::connection_lost, maybe, failing, ending::never, true},
      {errc::unreachable, no, failing, ending::never, true},
      {errc::timeout, maybe, failing, ending::never, true},
      {errc::connection_lost, maybe, failing, ending::never, true},
      {errc::unavailable, no, failing, ending::never, false},
      {errc::unavailable, no, failing, ending::never, false},
      {errc::unavailable, maybe, failing, ending::never, false},
      {errc::unavailable, maybe, failing, ending::never, false},
      {errc::unknown_stream, no, sound, ending::never, false},
      {errc::too_large, no, sound, ending::small, false},
      {errc::rejected, no, sound, ending::alone, false},
      {errc::rejected, no, sound, ending::always, false},
      {errc::rejected, maybe, neutral, ending::third, false},
      {errc::rejected, maybe, neutral, ending::third, false},
      {errc::bad_reply, no, failing, ending::second, false},
      {errc::connection_lost, maybe, failing, ending::never, true},
  };
  return rows[static_cast<std::size_t>(how)];
}

inline inlong::exchange answer_of(reaction how) {
  using inlong::testing::scripted_transport;
  switch (how) {
    case reaction::stores:
    case reaction::count:
      return scripted_transport::code(0);
    case reaction::loses_answer:
      return scripted_transport::maybe_sent(std::errc::connection_aborted);
    case reaction::refuses:
      return scripted_transport::not_sent();
    case reaction::hangs:
      return scripted_transport::maybe_sent(std::errc::timed_out);
    case reaction::closes:
      return scripted_transport::maybe_sent();
    case reaction::drained:
      return scripted_transport::code(2);
    case reaction::not_ready:
      return scripted_transport::code(1);
    case reaction::channel_full:
      return scripted_transport::code(114);
    case reaction::overloaded: {
      inlong::exchange busy = scripted_transport::status(503);
      busy.retry_after = "3";
      return busy;
    }
    case reaction::unknown_stream:
      return scripted_transport::code(115);
    case reaction::too_large:
      return scripted_transport::status(413);
    case reaction::bad_record:
      return scripted_transport::code(111);
    case reaction::rejects:
      return scripted_transport::code(100);
    case reaction::breaks:
      return scripted_transport::code(INT_MAX);
    case reaction::unheard_of:
      return scripted_transport::code(4711);
    case reaction::wrong_server:
      return scripted_transport::status(302);
    case reaction::stale:
      break;
  }
  inlong::exchange stale = scripted_transport::maybe_sent();
  stale.stale = true;
  return stale;
}

}  // namespace simulation

#endif
