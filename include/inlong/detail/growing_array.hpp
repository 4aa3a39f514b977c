// SPDX-License-Identifier: Apache-2.0
// An array that grows in steps one can see, leaves new room uninitialised, and says so when it
// can't grow.
#ifndef INLONG_DETAIL_GROWING_ARRAY_HPP
#define INLONG_DETAIL_GROWING_ARRAY_HPP

#include <inlong/config.hpp>
#include <inlong/detail/memory_budget.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Owns room for `capacity()` elements, of which the first `size()` are its content. Unlike
/// std::vector it never throws, never fills what is about to be written, and gives its capacity
/// exactly.
template <class T>
class growing_array {
  static_assert(std::is_trivially_copyable_v<T>, "elements are moved as bytes");

 public:
  growing_array() = default;
  growing_array(growing_array&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)),
        budget_(other.budget_) {}
  growing_array& operator=(growing_array&& other) noexcept {
    growing_array taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    std::swap(capacity_, taken.capacity_);
    std::swap(budget_, taken.budget_);
    return *this;
  }
  ~growing_array() { reset(); }

  /// From now on its capacity is paid for from this budget, which must outlive it. Needs an array
  /// without capacity.
  void pay_from(memory_budget& budget) noexcept { budget_ = &budget; }
  /// The budget is given back what it paid, and what there is stays.
  void pay_no_more() noexcept {
    if (budget_ != nullptr) budget_->give_back(capacity_ * sizeof(T));
    budget_ = nullptr;
  }
  /// Gives its content and its capacity back.
  void reset() noexcept {
    if (budget_ != nullptr) budget_->give_back(capacity_ * sizeof(T));
    std::free(data_);
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

  const T* data() const noexcept { return data_; }
  const T& operator[](std::size_t index) const noexcept { return data_[index]; }
  T& operator[](std::size_t index) noexcept { return data_[index]; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }

  /// Makes room for `count` more elements. A new allocation at least doubles the capacity; where
  /// there is no memory for it, or none left of the budget, the answer is false and nothing has
  /// changed.
  [[nodiscard]] bool ensure_room(std::size_t count) noexcept {
    return count <= capacity_ - size_ || grow(count);
  }

  /// `elements` may not be part of this array.
  [[nodiscard]] bool append(const T* elements, std::size_t count) noexcept {
    if (!ensure_room(count)) return false;
    if (count != 0) std::memcpy(end(), elements, count * sizeof(T));
    size_ += count;
    return true;
  }

  /// Where the next element goes. Whoever writes there, in the room ensured, calls `extend_to`
  /// then.
  T* end() noexcept { return data_ + size_; }
  const T* end() const noexcept { return data_ + size_; }

  /// Adds what was written from `end()` up to `written` to the content.
  void extend_to(const T* written) noexcept { size_ = static_cast<std::size_t>(written - data_); }

  /// Keeps the first `size` elements, and the capacity.
  void truncate(std::size_t size) noexcept { size_ = size; }

 private:
  [[gnu::noinline]] bool grow(std::size_t count) noexcept {
    constexpr std::size_t most = PTRDIFF_MAX / sizeof(T);  // no object is larger
    if (count > most - size_) return false;
    const std::size_t doubled = capacity_ + (std::min)(capacity_, most - capacity_);
    constexpr std::size_t smallest = (64 + sizeof(T) - 1) / sizeof(T);  // a cache line
    const std::size_t grown = (std::max)({doubled, size_ + count, smallest});
    // For a moment there are both.
    if (budget_ != nullptr && !budget_->take(grown * sizeof(T))) return false;
    void* const moved = std::realloc(data_, grown * sizeof(T));
    if (moved == nullptr) {
      if (budget_ != nullptr) budget_->fail(grown * sizeof(T));
      return false;
    }
    if (budget_ != nullptr) budget_->give_back(capacity_ * sizeof(T));
    data_ = static_cast<T*>(moved);
    capacity_ = grown;
    return true;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  memory_budget* budget_ = nullptr;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
