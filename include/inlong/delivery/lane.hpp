// SPDX-License-Identifier: Apache-2.0
// The records of one destination and data-time minute on their way into batches.
#ifndef INLONG_DELIVERY_LANE_HPP
#define INLONG_DELIVERY_LANE_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/batch.hpp>
#include <inlong/delivery/parcel.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/growing_array.hpp>
#include <inlong/detail/memory_budget.hpp>
#include <inlong/detail/prefetch.hpp>
#include <inlong/detail/words.hpp>
#include <inlong/error.hpp>
#include <inlong/options.hpp>
#include <inlong/record.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>

INLONG_NAMESPACE_BEGIN

namespace detail {

struct lane;

/// The minute of a data time, by which DataProxy audits; records without a time have one of their
/// own.
inline constexpr std::int64_t no_minute = (std::numeric_limits<std::int64_t>::min)();
inline std::int64_t minute_of(const std::optional<time_point>& time) noexcept {
  if (!time) return no_minute;
  const std::int64_t milliseconds = time->milliseconds();
  return milliseconds / 60'000 - (milliseconds % 60'000 < 0 ? 1 : 0);
}

/// A batch of a lane: first open, and filled; then sealed, and on its way; then finished.
struct lane_batch {
  explicit lane_batch(memory_budget& budget) noexcept {
    records.pay_from(budget);
    tokens.pay_from(budget);
    times.pay_from(budget);
  }

  /// Adds a record. When it is refused, nothing has changed.
  [[gnu::always_inline]] errc append(const record& added) noexcept {
    if (const errc error = records.append(added.body); error != errc::ok) return error;
    const std::int64_t time = added.time ? added.time->milliseconds() : 0;
    const bool marked =
        (added.token == 0 || mark(added.token)) && (!added.time || times.append(&time, 1));
    if (marked) return errc::ok;
    drop_last();
    return errc::out_of_memory;
  }
  void drop_last() noexcept {
    records.drop_last();
    if (tokens.size() > records.size()) tokens.truncate(records.size());
    if (times.size() > records.size()) times.truncate(records.size());
  }
  /// What it holds is its owner's from now on.
  void pay_no_more() noexcept {
    records.pay_no_more();
    tokens.pay_no_more();
    times.pay_no_more();
  }
  /// Whether one request can carry all of its records, of which there are some.
  bool fits(std::size_t max_request_bytes) const noexcept {
    return records.most_request_bytes() <= max_request_bytes ||
           records.request_bytes(0, records.size()) <= max_request_bytes;
  }
  std::uint64_t token_of(std::size_t record) const noexcept {
    return record < tokens.size() ? tokens[record] : 0;
  }
  std::optional<time_point> time_of(std::size_t record) const noexcept {
    if (times.size() == 0) return std::nullopt;
    return time_point(std::chrono::milliseconds(times[record]));
  }
  /// All that it holds, in bytes.
  std::size_t cost() const noexcept {
    return overhead() + records.capacity() + tokens.capacity() * sizeof(std::uint64_t) +
           times.capacity() * sizeof(std::int64_t);
  }
  /// What one costs beside its buffers.
  static constexpr std::size_t overhead() noexcept {
    return sizeof(lane_batch);
  }

  batch records;
  growing_array<std::uint64_t> tokens;  // up to the last that is not zero
  growing_array<std::int64_t> times;  // empty if its records have none
  lane* home = nullptr;
  parcel* prepared = nullptr;  // for the queue, so that sealing can't fail
  steady_time opened{};
  std::uint64_t sequence = 0;  // in order of opening

  parcel* results = nullptr;  // what became of it, in order of its records
  std::size_t finished = 0;   // how many records those are of

  lane_batch* previous = nullptr;  // among all that are not reported yet, or among the spare ones
  lane_batch* next = nullptr;
  lane_batch* previous_in_stage = nullptr;  // among those in the same stage
  lane_batch* next_in_stage = nullptr;

 private:
  /// Of the last record.
  [[gnu::noinline]] bool mark(std::uint64_t token) noexcept {
    if (!tokens.ensure_room(records.size() - tokens.size())) return false;
    while (tokens.size() + 1 < records.size()) {
      *tokens.end() = 0;
      tokens.extend_to(tokens.end() + 1);
    }
    return tokens.append(&token, 1);
  }
};

/// One destination and minute. Its key stands behind it in one piece of memory.
struct lane {
  static lane* make(const destination& to, std::int64_t minute, std::size_t hash,
                    memory_budget& budget) noexcept;
  static void destroy(lane* gone, memory_budget& budget) noexcept;

  destination to() const noexcept { return {{key(), group_size}, {key() + group_size, stream_size}}; }
  bool is(const destination& asked, std::int64_t asked_minute) const noexcept {
    return minute == asked_minute && equal(to().group_id, asked.group_id) &&
           equal(to().stream_id, asked.stream_id);
  }

  /// Asks for all that the next record needs. Each of these says where the next one is, and where
  /// there are many lanes none is in a cache: one after the other they would take several times as
  /// long as the rest of `submit`.
  [[gnu::always_inline]] void prefetch_next() const noexcept {
    prefetch(open, 128);
    prefetch(next_written[0], 128);
    prefetch(next_written[1], 1);
  }

  /// Takes one holder away, by any thread without a lock, unless that is the last one: false then.
  bool let_go_unless_last() noexcept {
    std::size_t now = holders;
    while (now > 1) {
      if (holders.compare_exchange_weak(now, now - 1)) return true;
    }
    return false;
  }

  std::size_t hash = 0;
  std::int64_t minute = no_minute;
  lane_batch* open = nullptr;
  std::array<const void*, 2> next_written{};  // in that, or in the last one
  // Handles, batches that are not reported yet, and whoever is about to seal one.
  std::atomic<std::size_t> holders{0};
  bool is_busy = false;        // its last batch was large: the next one starts with a large buffer
  bool is_idle = false;
  steady_time idle_since{};
  lane* previous = nullptr;    // among the idle ones
  lane* next = nullptr;
  std::uint32_t group_size = 0;
  std::uint32_t stream_size = 0;

 private:
  static std::size_t cost(const destination& to) noexcept {
    return sizeof(lane) + to.group_id.size() + to.stream_id.size();
  }
  const char* key() const noexcept { return reinterpret_cast<const char*>(this + 1); }
};

inline lane* lane::make(const destination& to, std::int64_t minute, std::size_t hash,
                        memory_budget& budget) noexcept {
  if (!budget.take(cost(to))) return nullptr;
  void* const memory = std::malloc(cost(to));
  if (memory == nullptr) {
    budget.fail(cost(to));
    return nullptr;
  }
  lane* const made = new (memory) lane;
  made->hash = hash;
  made->minute = minute;
  made->group_size = static_cast<std::uint32_t>(to.group_id.size());
  made->stream_size = static_cast<std::uint32_t>(to.stream_id.size());
  char* const end = to.group_id.copy(static_cast<char*>(memory) + sizeof(lane), made->group_size) +
                    static_cast<char*>(memory) + sizeof(lane);
  to.stream_id.copy(end, made->stream_size);
  return made;
}

inline void lane::destroy(lane* gone, memory_budget& budget) noexcept {
  budget.give_back(cost(gone->to()));
  gone->~lane();
  std::free(gone);
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
