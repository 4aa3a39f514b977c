// SPDX-License-Identifier: Apache-2.0
// Who knows what of which record: the account that chaos tests keep of their own.
#ifndef TESTS_CHAOS_LEDGER_HPP
#define TESTS_CHAOS_LEDGER_HPP

#include <inlong/counters.hpp>
#include <inlong/delivery/deliveries.hpp>
#include <inlong/record.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>

namespace chaos {

using random_engine = std::mt19937_64;

inline std::size_t below(random_engine& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}
inline bool chance(random_engine& random, std::size_t percent) {
  return below(random, 100) < percent;
}

/// A number from the environment, for runs on demand.
inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The body of the record with that token: its number, and what forms and UTF-8 find difficult.
inline std::string body_of(std::uint64_t token) {
  static constexpr std::string_view difficult[] = {
      "%41", "a=b&c;d#e+f", "\xc3\xa9\xe4\xb8\xad", "\t", "\xf0\x9f\x98\x80", "plain text of a log line"};
  std::string body = std::to_string(token) + '|';
  for (std::uint64_t i = 0; i < token % 7; ++i) body += difficult[(token / 7 + i) % 6];
  return body;
}

/// Thread safe.
class ledger {
 public:
  /// Before a record is submitted, since its delivery may come before `submit` returns.
  std::uint64_t begin() {
    const std::lock_guard lock(mutex_);
    const std::uint64_t token = next_++;
    entries_[token];
    return token;
  }
  void submitted(std::uint64_t token, inlong::submit_status status) {
    const std::lock_guard lock(mutex_);
    ++offered_;
    if (status == inlong::submit_status::accepted) {
      ++accepted_;
      entries_[token].accepted = true;
    } else {
      entries_[token].refused = true;
    }
  }
  /// A delivery of it, or that it is among what is left.
  void told(std::uint64_t token, std::string_view body, inlong::certainty known) {
    const std::lock_guard lock(mutex_);
    entry& one = entries_[token];
    ++one.told;
    one.known = known;
    one.spoiled = one.spoiled || body != body_of(token);
  }
  /// The server has it. `in_doubt`: and does not say so.
  void stored(std::string_view body, bool in_doubt) {
    const std::uint64_t token = std::strtoull(std::string(body).c_str(), nullptr, 10);
    const std::lock_guard lock(mutex_);
    entry& one = entries_[token];
    ++one.stored;
    one.spoiled = one.spoiled || body != body_of(token);
    if (in_doubt) ++stored_in_doubt_;
  }

  std::uint64_t offered() const { return offered_; }
  std::uint64_t accepted() const { return accepted_; }

  /// How often the server has a record once more than once.
  std::uint64_t duplicates() const {
    const std::lock_guard lock(mutex_);
    return count_duplicates();
  }

  /// When all is over.
  void check(bool resend_unknown) const {
    const std::lock_guard lock(mutex_);
    std::size_t unaccounted = 0;
    std::size_t twice = 0;
    std::size_t wrong = 0;
    std::size_t spoiled = 0;
    std::size_t from_nowhere = 0;
    for (const auto& [token, one] : entries_) {
      if (one.accepted && one.told == 0) ++unaccounted;
      if (one.told > 1) ++twice;
      if (!one.accepted && (one.told != 0 || one.stored != 0)) ++from_nowhere;
      if (one.known == inlong::certainty::stored && one.stored == 0) ++wrong;
      if (one.known == inlong::certainty::not_stored && one.stored != 0) ++wrong;
      if (one.spoiled) ++spoiled;
    }
    CHECK(unaccounted == 0);
    CHECK(twice == 0);
    CHECK(from_nowhere == 0);
    CHECK(wrong == 0);
    CHECK(spoiled == 0);
    CHECK(count_duplicates() <= (resend_unknown ? stored_in_doubt_ : 0));
  }

 private:
  struct entry {
    bool accepted = false;
    bool refused = false;
    bool spoiled = false;
    unsigned told = 0;
    unsigned stored = 0;
    std::optional<inlong::certainty> known;
  };

  std::uint64_t count_duplicates() const {
    std::uint64_t all = 0;
    for (const auto& [token, one] : entries_) all += one.stored > 1 ? one.stored - 1 : 0;
    return all;
  }

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, entry> entries_;
  std::uint64_t next_ = 0;
  std::uint64_t offered_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t stored_in_doubt_ = 0;
};

/// Snapshots that must add up, and only grow.
class watch {
 public:
  void look_at(const inlong::statistics& now, std::size_t max_memory) {
    CHECK(now.offered == now.refused + now.delivered + now.failed + now.pending);
    CHECK(now.memory <= max_memory);
    CHECK(now.offered >= last_.offered);
    CHECK(now.refused >= last_.refused);
    CHECK(now.refused_full >= last_.refused_full);
    CHECK(now.refused_out_of_memory == 0);
    CHECK(now.delivered >= last_.delivered);
    CHECK(now.failed >= last_.failed);
    CHECK(now.retries >= last_.retries);
    CHECK(now.callback_exceptions >= last_.callback_exceptions);
    last_ = now;
  }

 private:
  inlong::statistics last_;
};

}  // namespace chaos

#endif
