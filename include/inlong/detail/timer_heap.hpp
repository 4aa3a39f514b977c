// SPDX-License-Identifier: Apache-2.0
// Things that are due at some time, the earliest at hand.
#ifndef INLONG_DETAIL_TIMER_HEAP_HPP
#define INLONG_DETAIL_TIMER_HEAP_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/growing_array.hpp>

#include <cstddef>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// A binary heap of things that are owned elsewhere. A thing has two members that are the heap's:
/// `steady_time due` and `std::size_t heap_place`, and is in one heap at most.
template <class T>
class timer_heap {
 public:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  bool empty() const noexcept { return things_.size() == 0; }
  T& first() const noexcept { return *things_[0]; }
  /// Some thing, which `erase` takes out at once.
  T& last() const noexcept { return *things_[things_.size() - 1]; }

  /// Gives back all room. Needs a heap without things.
  void reset() noexcept { things_.reset(); }
  /// Makes sure that so many things have room. False: no memory.
  [[nodiscard]] bool reserve(std::size_t count) noexcept {
    return count <= things_.size() || things_.ensure_room(count - things_.size());
  }
  /// Needs room.
  void insert(T& thing, steady_time due) noexcept {
    thing.due = due;
    things_.extend_to(things_.end() + 1);
    rise(thing, things_.size() - 1);
  }
  void erase(T& thing) noexcept {
    const std::size_t place = thing.heap_place;
    thing.heap_place = nowhere;
    T& last = *things_[things_.size() - 1];
    things_.truncate(things_.size() - 1);
    if (&last == &thing) return;
    rise(last, place);
    sink(last, last.heap_place);
  }

 private:
  void put(T& thing, std::size_t place) noexcept {
    things_[place] = &thing;
    thing.heap_place = place;
  }
  void rise(T& thing, std::size_t place) noexcept {
    for (; place != 0; place = (place - 1) / 2) {
      T& above = *things_[(place - 1) / 2];
      if (!(thing.due < above.due)) break;
      put(above, place);
    }
    put(thing, place);
  }
  void sink(T& thing, std::size_t place) noexcept {
    for (;;) {
      std::size_t below = 2 * place + 1;
      if (below >= things_.size()) break;
      if (below + 1 < things_.size() && things_[below + 1]->due < things_[below]->due) ++below;
      if (!(things_[below]->due < thing.due)) break;
      put(*things_[below], place);
      place = below;
    }
    put(thing, place);
  }

  growing_array<T*> things_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
