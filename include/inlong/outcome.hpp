// SPDX-License-Identifier: Apache-2.0
// What became of a blocking call.
#ifndef INLONG_OUTCOME_HPP
#define INLONG_OUTCOME_HPP

#include <inlong/config.hpp>
#include <inlong/error.hpp>
#include <inlong/server_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

INLONG_NAMESPACE_BEGIN

/// What is known of a record.
enum class certainty {
  /// Never wholly sent, or refused by an answer that excludes storing.
  not_stored,
  /// Wholly sent, and then nothing that tells.
  maybe_stored,
  /// DataProxy answered that it is in its channel; the interface has no stronger acknowledgement.
  stored,
};

/// What became of one call of `report`; true if every record was delivered.
struct [[nodiscard]] outcome {
  /// Why not every record was delivered.
  errc error = errc::ok;
  /// How many records were: always the first so many of the call.
  std::size_t delivered = 0;
  /// How many records the call was given; if one was refused, those up to it.
  std::size_t records = 0;
  /// What is known of the first record that was not delivered.
  certainty known = certainty::not_stored;
  /// How many records are `maybe_stored`: that first one, and those in the same request. What comes
  /// behind them was never sent.
  std::size_t in_doubt = 0;
  /// The last answer's code, or `no_server_code`; `describe(server_code)` says what it means.
  int server_code = no_server_code;
  /// The last answer's HTTP status; 0 if there was no answer.
  int http_status = 0;
  /// How many requests were tried.
  std::size_t attempts = 0;
  /// The endpoint that was tried last; empty if none was.
  std::string address;
  std::chrono::milliseconds elapsed{0};
  /// What the address, option, record or connection in question was, in words.
  std::string detail;

  explicit operator bool() const noexcept { return error == errc::ok; }

  /// All of it in one line for people: how far the call came, what went wrong, and what to do about
  /// it.
  std::string message() const;
};

namespace detail {

inline std::string counted(std::uint64_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

/// `12.4 s`, `350 ms`
inline std::string in_words(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count < 1000) return std::to_string(count) + " ms";
  return std::to_string(count / 1000) + '.' + std::to_string(count % 1000 / 100) + " s";
}

/// Why a record was not delivered, in words.
struct explanation {
  explanation(errc error, int server_code, int http_status, const std::string& address,
              const std::string& last) {
    const auto split = [this](std::string_view text, std::string_view mark) {
      const std::size_t end = text.find(mark);
      meaning = text.substr(0, end);
      if (end != std::string_view::npos) remedy = text.substr(end + mark.size());
    };
    if (server_code != no_server_code && server_code != 0) {
      split(describe(server_code), "; ");
      meaning += " (code " + std::to_string(server_code) + " from " + address + ')';
      return;
    }
    split(describe(error), ": ");
    std::string facts = last;
    const auto add = [&facts](const std::string& fact) {
      if (!fact.empty()) facts += (facts.empty() ? "" : ", ") + fact;
    };
    if (http_status != 0) add("HTTP status " + std::to_string(http_status));
    if (facts.find(address) == std::string::npos) add(address);
    if (!facts.empty()) meaning += " (" + facts + ')';
  }

  std::string meaning;
  std::string remedy;
};

}  // namespace detail

inline std::string outcome::message() const {
  if (attempts == 0 && error != errc::timeout) {  // refused, or the reporter could not be made
    return (detail.empty() ? "" : detail + ": ") + std::string(describe(error)) +
           (error == errc::ok ? "" : " (nothing was sent)");
  }
  const std::string effort =
      " after " + detail::counted(attempts, "attempt") + " in " + detail::in_words(elapsed);
  if (error == errc::ok) return detail::counted(delivered, "record") + " delivered" + effort;
  const detail::explanation why(error, server_code, http_status, address, detail);
  std::string message = std::to_string(delivered) + " of " + detail::counted(records, "record") +
                        " delivered; then: " + why.meaning + effort;
  if (in_doubt != 0) {
    message += "; whether the next " +
               (in_doubt == 1 ? "record was" : detail::counted(in_doubt, "record") + " were") +
               " stored is not known";
  }
  return why.remedy.empty() ? message : message + "; " + why.remedy;
}

INLONG_NAMESPACE_END

#endif
