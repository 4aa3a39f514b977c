// SPDX-License-Identifier: Apache-2.0
// What an exchange means, for the records in it and for the endpoint: the one place that looks at
// HTTP statuses and server codes.
#ifndef INLONG_DELIVERY_VERDICT_HPP
#define INLONG_DELIVERY_VERDICT_HPP

#include <inlong/config.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/outcome.hpp>
#include <inlong/server_code.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/wire/reply.hpp>

#include <climits>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

INLONG_NAMESPACE_BEGIN

/// What is done with the records of a request. Whatever sends them again does so until
/// `delivery_timeout`, and not at all if they are `maybe_stored` and `options.resend_unknown` is
/// false.
enum class action {
  /// Nothing more: the server has them.
  deliver,
  /// They are sent again at once, to the same endpoint on a fresh connection, which costs nothing.
  /// After that, the same again is a `retry`.
  resend,
  /// They are sent again: at once if it was the endpoint's fault and another one is open, or else
  /// after a back-off.
  retry,
  /// As `retry`, elsewhere if possible, but three times in all; then they fail.
  retry_few,
  /// As `retry_few`; but then the one record whose fault it is is searched for.
  suspect,
  /// Another endpoint is asked, if one is open; if that says the same, they fail.
  second_opinion,
  /// All open endpoints are asked, and again until `options.unknown_stream_wait` is over.
  await_stream,
  /// They are divided by size, and the endpoint's limit is remembered. One alone: as
  /// `second_opinion`.
  shrink,
  /// They are divided until the one record whose fault it is has been found, which fails.
  bisect,
  /// They fail.
  fail,
};

/// What the exchange says of its endpoint.
enum class standing {
  /// It works.
  sound,
  /// Nothing.
  neutral,
  /// It works and can't take records: it is closed for up to some seconds.
  strained,
  /// It does not work: it is closed, for ever longer each time.
  failing,
  /// The same, and for longer from the start.
  resting,
};

/// What an exchange means.
struct verdict {
  action what = action::fail;
  /// Why the records were not delivered.
  errc error = errc::rejected;
  /// What is known of the records after this exchange alone.
  certainty known = certainty::maybe_stored;
  standing endpoint = standing::neutral;
};

constexpr bool operator==(const verdict& a, const verdict& b) noexcept {
  return a.what == b.what && a.error == b.error && a.known == b.known && a.endpoint == b.endpoint;
}
constexpr bool operator!=(const verdict& a, const verdict& b) noexcept { return !(a == b); }

namespace detail {

/// What a row of the table is about: the kind of thing that came back.
enum class finding {
  code,            ///< a 200 with a code, by that
  kept_code,       ///< the same, on a connection that may have been used before
  farewell,        ///< what DataProxy says when it closes an idle connection; by 0
  status,          ///< any other answer, by its HTTP status
  stale_unsent,    ///< a kept connection had ended, and not all bytes were taken; by 0
  stale_unknown,   ///< it ended when all had been taken, before a byte of an answer; by 0
  not_sent,        ///< not all bytes were taken, by `mishap`
  maybe_sent,      ///< all bytes were taken, by `mishap`
};

/// Why there is no answer, by what a transport says in `exchange::error`.
enum class mishap { timed_out, cancelled, ended, cut_short, malformed, no_memory, other };

struct verdict_row {
  finding what;
  int first;
  int last;
  verdict means;
};

constexpr verdict_row on(finding what, int first, int last, verdict means) {
  return {what, first, last, means};
}
constexpr verdict_row on(finding what, int number, verdict means) {
  return on(what, number, number, means);
}
constexpr verdict_row on(finding what, mishap why, verdict means) {
  return on(what, static_cast<int>(why), means);
}

/// The first row that fits counts. The codes are those of DataProxy 1.4 to 2.4 (its StatusCode and
/// DataProxyErrCode, and where its HttpMessageHandler uses them); the statuses but 413 and 417 are
/// those of whatever stands in front.
inline constexpr verdict_row verdict_rows[] = {
    // In the channel; 120 is a duplicate of what is.
    on(finding::code, 0, {action::deliver, errc::ok, certainty::stored, standing::sound}),
    on(finding::code, 120, {action::deliver, errc::ok, certainty::stored, standing::sound}),

    // The node takes nothing: no message queue yet (1), stopped by its operator (2), not configured
    // (3), this caller not allowed (10).
    on(finding::code, 1,
       {action::retry, errc::unavailable, certainty::not_stored, standing::strained}),
    on(finding::code, 2,
       {action::retry, errc::unavailable, certainty::not_stored, standing::resting}),
    on(finding::code, 3,
       {action::retry, errc::unavailable, certainty::not_stored, standing::strained}),
    on(finding::code, 10,
       {action::retry, errc::unavailable, certainty::not_stored, standing::resting}),

    // Not decodable: perhaps for what an earlier request has left on the connection.
    on(finding::kept_code, 31,
       {action::resend, errc::rejected, certainty::not_stored, standing::neutral}),
    on(finding::code, 31,
       {action::fail, errc::rejected, certainty::not_stored, standing::neutral}),

    // Method, path or content type: this is another server, or something in between changes them.
    on(finding::code, 32, 36,
       {action::second_opinion, errc::rejected, certainty::not_stored, standing::failing}),

    // The size of the body.
    on(finding::code, 104,
       {action::shrink, errc::too_large, certainty::not_stored, standing::sound}),

    // A record in it: blank (111), or its items are invalid (123).
    on(finding::code, 111,
       {action::bisect, errc::rejected, certainty::not_stored, standing::sound}),
    on(finding::code, 123,
       {action::bisect, errc::rejected, certainty::not_stored, standing::sound}),

    // A group or stream that has not reached this node yet, or never will.
    on(finding::code, 113,
       {action::await_stream, errc::unknown_stream, certainty::not_stored, standing::sound}),
    on(finding::code, 115,
       {action::await_stream, errc::unknown_stream, certainty::not_stored, standing::sound}),
    on(finding::code, 121,
       {action::await_stream, errc::unknown_stream, certainty::not_stored, standing::sound}),

    // Overloaded or a full disk; one of several channels may have taken the records.
    on(finding::code, 114,
       {action::retry, errc::unavailable, certainty::maybe_stored, standing::strained}),

    // Its message queue.
    on(finding::code, 116, 119,
       {action::retry, errc::unavailable, certainty::not_stored, standing::strained}),

    // The form's fields, and what belongs to other protocols: every node says the same.
    on(finding::code, 94, 96,
       {action::fail, errc::rejected, certainty::not_stored, standing::sound}),
    on(finding::code, 100, 103,
       {action::fail, errc::rejected, certainty::not_stored, standing::sound}),
    on(finding::code, 105, 110,
       {action::fail, errc::rejected, certainty::not_stored, standing::sound}),
    on(finding::code, 112,
       {action::fail, errc::rejected, certainty::not_stored, standing::sound}),
    on(finding::code, 122,
       {action::fail, errc::rejected, certainty::not_stored, standing::sound}),
    on(finding::code, 150, 151,
       {action::fail, errc::rejected, certainty::not_stored, standing::sound}),

    // Any exception while the request was processed. The farewell is not about a request.
    on(finding::farewell, 0,
       {action::resend, errc::connection_lost, certainty::not_stored, standing::neutral}),
    on(finding::code, INT_MAX,
       {action::suspect, errc::rejected, certainty::maybe_stored, standing::neutral}),

    // A code that this version does not know.
    on(finding::code, INT_MIN, INT_MAX,
       {action::retry_few, errc::rejected, certainty::maybe_stored, standing::neutral}),

    on(finding::status, 413,
       {action::shrink, errc::too_large, certainty::not_stored, standing::sound}),

    // Come again.
    on(finding::status, 408,
       {action::retry, errc::unavailable, certainty::not_stored, standing::strained}),
    on(finding::status, 425,
       {action::retry, errc::unavailable, certainty::not_stored, standing::strained}),
    on(finding::status, 429,
       {action::retry, errc::unavailable, certainty::not_stored, standing::strained}),

    // Not DataProxy: its path is unknown there, or it is elsewhere.
    on(finding::status, 300, 399,
       {action::second_opinion, errc::bad_reply, certainty::not_stored, standing::failing}),
    on(finding::status, 404,
       {action::second_opinion, errc::bad_reply, certainty::not_stored, standing::failing}),

    on(finding::status, 400, 499,
       {action::fail, errc::rejected, certainty::not_stored, standing::neutral}),

    // Not implemented, or not in this version of HTTP.
    on(finding::status, 501,
       {action::fail, errc::rejected, certainty::not_stored, standing::neutral}),
    on(finding::status, 505,
       {action::fail, errc::rejected, certainty::not_stored, standing::neutral}),

    // A gateway's trouble; what is behind it may have the records.
    on(finding::status, 500, 599,
       {action::retry, errc::unavailable, certainty::maybe_stored, standing::strained}),

    // A 200 without a code, and what no server should say.
    on(finding::status, INT_MIN, INT_MAX,
       {action::second_opinion, errc::bad_reply, certainty::maybe_stored, standing::failing}),

    on(finding::stale_unsent, 0,
       {action::resend, errc::connection_lost, certainty::not_stored, standing::neutral}),
    on(finding::stale_unknown, 0,
       {action::resend, errc::connection_lost, certainty::maybe_stored, standing::neutral}),

    on(finding::not_sent, mishap::timed_out,
       {action::retry, errc::timeout, certainty::not_stored, standing::failing}),
    on(finding::not_sent, mishap::cancelled,
       {action::fail, errc::cancelled, certainty::not_stored, standing::neutral}),
    // Accepted and closed at once: the node has too many connections, or does not like this caller.
    on(finding::not_sent, mishap::ended,
       {action::retry, errc::connection_lost, certainty::not_stored, standing::resting}),
    on(finding::not_sent, mishap::cut_short,
       {action::retry, errc::connection_lost, certainty::not_stored, standing::failing}),
    on(finding::not_sent, mishap::malformed,
       {action::second_opinion, errc::bad_reply, certainty::not_stored, standing::failing}),
    on(finding::not_sent, mishap::no_memory,
       {action::retry_few, errc::out_of_memory, certainty::not_stored, standing::neutral}),
    on(finding::not_sent, mishap::other,
       {action::retry, errc::unreachable, certainty::not_stored, standing::failing}),

    on(finding::maybe_sent, mishap::timed_out,
       {action::retry, errc::timeout, certainty::maybe_stored, standing::failing}),
    on(finding::maybe_sent, mishap::cancelled,
       {action::fail, errc::cancelled, certainty::maybe_stored, standing::neutral}),
    on(finding::maybe_sent, mishap::ended,
       {action::retry, errc::connection_lost, certainty::maybe_stored, standing::resting}),
    on(finding::maybe_sent, mishap::cut_short,
       {action::retry, errc::connection_lost, certainty::maybe_stored, standing::failing}),
    on(finding::maybe_sent, mishap::malformed,
       {action::second_opinion, errc::bad_reply, certainty::maybe_stored, standing::failing}),
    on(finding::maybe_sent, mishap::no_memory,
       {action::retry_few, errc::out_of_memory, certainty::maybe_stored, standing::neutral}),
    on(finding::maybe_sent, mishap::other,
       {action::retry, errc::connection_lost, certainty::maybe_stored, standing::failing}),
};

/// What came back, as the table has it.
struct sighting {
  finding what;
  int number;
};

/// What holds for a code, holds for it on a kept connection too, unless a row above says otherwise.
/// Everything that comes back has a row; what had none would be what the last one says.
constexpr const verdict_row& find_verdict(sighting seen) noexcept {
  const verdict_row* row = std::begin(verdict_rows);
  for (const verdict_row* const last = std::end(verdict_rows) - 1; row != last; ++row) {
    const bool fits = row->what == seen.what ||
                      (row->what == finding::code && seen.what == finding::kept_code);
    if (fits && row->first <= seen.number && seen.number <= row->last) break;
  }
  return *row;
}

/// The code that DataProxy answered. Only a 200 has one: DataProxy answers everything else with it,
/// and what comes with another status is not its own.
inline std::optional<int> find_code(const exchange& got) noexcept {
  if (got.what != transmission::answered || got.status != 200) return std::nullopt;
  return inlong::find_code(got.body);
}

inline mishap find_mishap(const std::error_code& error) noexcept {
  if (error == std::errc::timed_out) return mishap::timed_out;
  if (error == std::errc::operation_canceled) return mishap::cancelled;
  if (error == std::errc::connection_reset || error == std::errc::broken_pipe) return mishap::ended;
  if (error == std::errc::connection_aborted) return mishap::cut_short;
  if (error == std::errc::not_enough_memory) return mishap::no_memory;
  if (error == std::errc::bad_message || error == std::errc::protocol_error) {
    return mishap::malformed;
  }
  return mishap::other;
}

/// `fresh`: the request was made on a connection that nothing else had been sent on.
inline sighting look_at(const exchange& got, std::optional<int> code, bool fresh) noexcept {
  if (got.what != transmission::answered) {
    const bool unsent = got.what == transmission::not_sent;
    if (got.stale && !fresh) return {unsent ? finding::stale_unsent : finding::stale_unknown, 0};
    return {unsent ? finding::not_sent : finding::maybe_sent,
            static_cast<int>(find_mishap(got.error))};
  }
  if (!code) return {finding::status, got.status};
  // ReadTimeoutException has no message. On a fresh connection the text is another exception's.
  constexpr std::string_view farewell = "\"Process message failure: null\"";
  if (*code == INT_MAX && !fresh && got.body.find(farewell) != std::string::npos) {
    return {finding::farewell, 0};
  }
  return {fresh ? finding::code : finding::kept_code, *code};
}

inline verdict judge(const exchange& got, std::optional<int> code, bool fresh) noexcept {
  verdict means = find_verdict(look_at(got, code, fresh || !got.reused)).means;
  if (!got.cut_off) return means;
  // Whatever it says, nobody can have stored what was not wholly sent: a success is not this one's.
  if (means.what == action::deliver) means = find_verdict({finding::status, got.status}).means;
  means.known = certainty::not_stored;
  return means;
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
