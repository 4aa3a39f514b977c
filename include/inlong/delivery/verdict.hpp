// SPDX-License-Identifier: Apache-2.0
// What an exchange means for the records in it: the one place that looks at HTTP statuses and
// server codes.
#ifndef INLONG_DELIVERY_VERDICT_HPP
#define INLONG_DELIVERY_VERDICT_HPP

#include <inlong/config.hpp>
#include <inlong/error.hpp>
#include <inlong/outcome.hpp>
#include <inlong/server_code.hpp>
#include <inlong/transport/exchange.hpp>
#include <inlong/wire/reply.hpp>

#include <optional>
#include <system_error>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What became of the records of a request: delivered if there is no error.
struct verdict {
  errc error;
  certainty known;
};

constexpr verdict judge_code(int code) noexcept;
constexpr verdict judge_status(int status) noexcept;
inline verdict judge_failure(transmission what, const std::error_code& error) noexcept;

/// The code that DataProxy answered. Only a 200 has one: DataProxy answers everything else with it,
/// and what comes with another status is not its own.
inline std::optional<int> find_code(const exchange& got) noexcept {
  if (got.what != transmission::answered || got.status != 200) return std::nullopt;
  return inlong::find_code(got.body);
}

inline verdict judge(const exchange& got, std::optional<int> code) noexcept {
  if (got.what != transmission::answered) return judge_failure(got.what, got.error);
  return code ? judge_code(*code) : judge_status(got.status);
}

struct code_verdict {
  int code;
  verdict what;
};

/// By server code, in ascending order. A code that is not here is `rejected`, and may have been
/// stored.
inline constexpr code_verdict code_verdicts[] = {
    {0, {errc::ok, certainty::stored}},
    {1, {errc::unavailable, certainty::not_stored}},
    {2, {errc::unavailable, certainty::not_stored}},
    {3, {errc::unavailable, certainty::not_stored}},
    {10, {errc::unavailable, certainty::not_stored}},
    {31, {errc::rejected, certainty::not_stored}},
    {32, {errc::rejected, certainty::not_stored}},
    {33, {errc::rejected, certainty::not_stored}},
    {34, {errc::rejected, certainty::not_stored}},
    {35, {errc::rejected, certainty::not_stored}},
    {36, {errc::rejected, certainty::not_stored}},
    {94, {errc::rejected, certainty::not_stored}},
    {95, {errc::rejected, certainty::not_stored}},
    {96, {errc::rejected, certainty::not_stored}},
    {100, {errc::rejected, certainty::not_stored}},
    {101, {errc::rejected, certainty::not_stored}},
    {102, {errc::rejected, certainty::not_stored}},
    {103, {errc::rejected, certainty::not_stored}},
    {104, {errc::too_large, certainty::not_stored}},
    {105, {errc::rejected, certainty::not_stored}},
    {106, {errc::rejected, certainty::not_stored}},
    {107, {errc::rejected, certainty::not_stored}},
    {108, {errc::rejected, certainty::not_stored}},
    {109, {errc::rejected, certainty::not_stored}},
    {110, {errc::rejected, certainty::not_stored}},
    {111, {errc::rejected, certainty::not_stored}},
    {112, {errc::rejected, certainty::not_stored}},
    {113, {errc::unknown_stream, certainty::not_stored}},
    {114,
     {errc::unavailable, certainty::maybe_stored}},  // one of several channels may have taken it
    {115, {errc::unknown_stream, certainty::not_stored}},
    {116, {errc::unavailable, certainty::not_stored}},
    {117, {errc::unavailable, certainty::not_stored}},
    {118, {errc::unavailable, certainty::not_stored}},
    {119, {errc::unavailable, certainty::not_stored}},
    {120, {errc::ok, certainty::stored}},
    {121, {errc::unknown_stream, certainty::not_stored}},
    {122, {errc::rejected, certainty::not_stored}},
    {123, {errc::rejected, certainty::not_stored}},
    {150, {errc::rejected, certainty::not_stored}},
    {151, {errc::rejected, certainty::not_stored}},
    {2147483647, {errc::rejected, certainty::maybe_stored}},
};

constexpr verdict judge_code(int code) noexcept {
  for (const code_verdict& row : code_verdicts) {
    if (row.code == code) return row.what;
  }
  return {errc::rejected, certainty::maybe_stored};
}

/// For an answer without a code, which is never DataProxy's own but for 413 and 417.
constexpr verdict judge_status(int status) noexcept {
  if (status == 413) return {errc::too_large, certainty::not_stored};
  if (status == 408 || status == 425 || status == 429)
    return {errc::unavailable, certainty::not_stored};
  if (status == 501 || status == 505) return {errc::rejected, certainty::not_stored};
  if (status == 404 || (status >= 300 && status < 400))
    return {errc::bad_reply, certainty::not_stored};
  if (status >= 400 && status < 500) return {errc::rejected, certainty::not_stored};
  if (status >= 500 && status < 600) return {errc::unavailable, certainty::maybe_stored};
  return {errc::bad_reply, certainty::maybe_stored};
}

/// For a request without an answer.
inline verdict judge_failure(transmission what, const std::error_code& error) noexcept {
  const certainty known =
      what == transmission::not_sent ? certainty::not_stored : certainty::maybe_stored;
  if (error == std::errc::timed_out) return {errc::timeout, known};
  if (error == std::errc::operation_canceled) return {errc::cancelled, known};
  if (error == std::errc::bad_message || error == std::errc::protocol_error)
    return {errc::bad_reply, known};
  if (what == transmission::maybe_sent || error == std::errc::connection_reset ||
      error == std::errc::broken_pipe) {
    return {errc::connection_lost, known};
  }
  return {errc::unreachable, known};
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
