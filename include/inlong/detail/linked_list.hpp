// SPDX-License-Identifier: Apache-2.0
// A queue of things that are owned elsewhere, and hold the links themselves.
#ifndef INLONG_DETAIL_LINKED_LIST_HPP
#define INLONG_DETAIL_LINKED_LIST_HPP

#include <inlong/config.hpp>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Doubly linked. A thing has two members that are the list's, `T* previous` and `T* next` unless
/// others are named, and is in one such list at most.
template <class T, T* T::*Previous = &T::previous, T* T::*Next = &T::next>
class linked_list {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  T* first() const noexcept { return first_; }
  T* last() const noexcept { return last_; }

  void push_back(T& thing) noexcept {
    thing.*Previous = last_;
    thing.*Next = nullptr;
    (last_ != nullptr ? last_->*Next : first_) = &thing;
    last_ = &thing;
  }
  void push_front(T& thing) noexcept {
    thing.*Previous = nullptr;
    thing.*Next = first_;
    (first_ != nullptr ? first_->*Previous : last_) = &thing;
    first_ = &thing;
  }
  /// `other` is in the list; null: at the end.
  void insert_before(T& thing, T* other) noexcept {
    if (other == nullptr) return push_back(thing);
    if (other == first_) return push_front(thing);
    thing.*Previous = other->*Previous;
    thing.*Next = other;
    (other->*Previous)->*Next = &thing;
    other->*Previous = &thing;
  }
  void erase(T& thing) noexcept {
    (thing.*Previous != nullptr ? (thing.*Previous)->*Next : first_) = thing.*Next;
    (thing.*Next != nullptr ? (thing.*Next)->*Previous : last_) = thing.*Previous;
    thing.*Previous = thing.*Next = nullptr;
  }
  /// Null if there is none.
  T* pop_front() noexcept {
    T* const taken = first_;
    if (taken != nullptr) erase(*taken);
    return taken;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
