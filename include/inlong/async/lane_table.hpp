// SPDX-License-Identifier: Apache-2.0
// All lanes of a reporter, found by destination and minute, under locks that few share.
#ifndef INLONG_ASYNC_LANE_TABLE_HPP
#define INLONG_ASYNC_LANE_TABLE_HPP

#include <inlong/config.hpp>
#include <inlong/delivery/lane.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/growing_array.hpp>
#include <inlong/detail/linked_list.hpp>
#include <inlong/detail/memory_budget.hpp>
#include <inlong/detail/words.hpp>
#include <inlong/record.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// What has been done with the records that came to one part of the table.
struct intake {
  std::uint64_t offered = 0;
  std::uint64_t refused = 0;
  std::uint64_t full = 0;
  std::uint64_t out_of_memory = 0;
};

/// A part of the table. All of it, and of its lanes, is guarded by its mutex, but for the number of a
/// lane's holders: that may change without it, though never from zero or to zero.
class lane_shard {
 public:
  explicit lane_shard(memory_budget& budget) noexcept : budget_(budget) { places_.pay_from(budget); }
  lane_shard(const lane_shard&) = delete;
  lane_shard& operator=(const lane_shard&) = delete;
  ~lane_shard() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i].held != nullptr) lane::destroy(places_[i].held, budget_);
    }
  }

  lane* find(const destination& to, std::int64_t minute, std::size_t hash) const noexcept {
    if (places_.size() == 0) return nullptr;
    for (std::size_t i = first_place(hash);; i = behind(i)) {
      lane* const each = places_[i].held;
      if (each == nullptr || (places_[i].hash == hash && each->is(to, minute))) return each;
    }
  }
  /// A new lane; null if there is no memory for it.
  lane* make(const destination& to, std::int64_t minute, std::size_t hash) noexcept {
    if (size_ >= places_.size() / 4 * 3) resize((std::max)(smallest, 2 * places_.size()));
    if (size_ + 1 >= places_.size()) return nullptr;  // one place is always free, where `find` ends
    lane* const made = lane::make(to, minute, hash, budget_);
    if (made != nullptr) {
      put({made, hash});
      ++size_;
    } else if (size_ == 0) {
      places_.reset();
    }
    return made;
  }

  /// To be called when a lane may have become of use, or of none.
  void look_after(lane& one, steady_time now) noexcept {
    const bool is_idle = one.holders == 0;
    if (is_idle == one.is_idle) return;
    one.is_idle = is_idle;
    one.idle_since = now;
    is_idle ? idle_.push_back(one) : idle_.erase(one);
  }
  /// The same, and a lane without use does not stay to see whether there will be some.
  void drop_if_idle(lane& one) noexcept {
    look_after(one, steady_time());
    if (!one.is_idle) return;
    idle_.erase(one);
    remove(one);
  }
  /// One holder less; without any the lane does not stay.
  void let_go(lane& one) noexcept {
    --one.holders;
    drop_if_idle(one);
  }
  /// Ends lanes that have been of no use since then.
  void forget(steady_time since) noexcept {
    while (lane* const first = idle_.first()) {
      if (first->idle_since > since) return;
      idle_.erase(*first);
      remove(*first);
    }
  }

  std::size_t size() const noexcept { return size_; }

  std::mutex mutex;
  intake counted;

 private:
  static constexpr std::size_t smallest = 4;
  /// The hash stands beside its lane, as another lane, which would be looked at in vain, is seldom in
  /// a cache.
  struct place {
    lane* held = nullptr;
    std::size_t hash = 0;
  };

  /// Behind the last place comes the first.
  std::size_t wrapped(std::size_t index) const noexcept { return index & (places_.size() - 1); }
  std::size_t behind(std::size_t index) const noexcept { return wrapped(index + 1); }
  /// Where a lane is looked for: here, and then place by place up to one that is free.
  std::size_t first_place(std::size_t hash) const noexcept {
    return wrapped(hash >> 8);  // the lowest bits chose the shard
  }
  void put(const place& one) noexcept {
    std::size_t i = first_place(one.hash);
    while (places_[i].held != nullptr) i = behind(i);
    places_[i] = one;
  }
  void remove(lane& gone) noexcept {
    std::size_t hole = first_place(gone.hash);
    while (places_[hole].held != &gone) hole = behind(hole);
    // Whoever would not be found any more, because of the hole on the way, moves into it.
    for (std::size_t i = behind(hole); places_[i].held != nullptr; i = behind(i)) {
      const std::size_t way = wrapped(i - first_place(places_[i].hash));
      if (way >= wrapped(i - hole)) places_[std::exchange(hole, i)] = places_[i];
    }
    places_[hole] = {};
    --size_;
    lane::destroy(&gone, budget_);
    if (size_ == 0) {
      places_.reset();
    } else if (size_ < places_.size() / 8) {
      resize(places_.size() / 2);
    }
  }
  /// Without memory for it the ways just get longer.
  void resize(std::size_t size) noexcept {
    growing_array<place> others;
    others.pay_from(budget_);
    if (!others.ensure_room(size)) return;
    std::fill_n(others.end(), size, place());
    others.extend_to(others.end() + size);
    std::swap(places_, others);
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (others[i].held != nullptr) put(others[i]);
    }
  }

  memory_budget& budget_;
  growing_array<place> places_;  // as many as a power of two
  std::size_t size_ = 0;
  linked_list<lane> idle_;  // the longest idle first
};

/// The parts of the table.
class lane_table {
 public:
  static constexpr std::size_t shards = 32;

  explicit lane_table(memory_budget& budget) noexcept
      : lane_table(budget, std::make_index_sequence<shards>()) {}

  static std::size_t hash(const destination& to, std::int64_t minute) noexcept {
    // The names side by side, as one behind the other would take longer.
    const std::uint64_t group = mix(static_cast<std::uint64_t>(minute), to.group_id);
    const std::uint64_t stream = mix(0, to.stream_id);
    const std::uint64_t both = mix(group ^ (stream << 32 | stream >> 32));
    return static_cast<std::size_t>(both ^ both >> 32);
  }
  lane_shard& of(std::size_t hash) noexcept { return shards_[hash % shards]; }
  std::array<lane_shard, shards>& all() noexcept { return shards_; }

 private:
  template <std::size_t... Index>
  lane_table(memory_budget& budget, std::index_sequence<Index...>) noexcept
      : shards_{((void)Index, lane_shard(budget))...} {}

  std::array<lane_shard, shards> shards_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
