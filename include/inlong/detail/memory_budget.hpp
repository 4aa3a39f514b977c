// SPDX-License-Identifier: Apache-2.0
// How much memory may be in use, and how much is.
#ifndef INLONG_DETAIL_MEMORY_BUDGET_HPP
#define INLONG_DETAIL_MEMORY_BUDGET_HPP

#include <inlong/config.hpp>

#include <atomic>
#include <cstddef>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Bytes that are taken and given back, by any thread. Never more than `most` are out at a time.
class memory_budget {
 public:
  explicit memory_budget(std::size_t most) noexcept : most_(most) {}

  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    std::size_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > most_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void give_back(std::size_t bytes) noexcept {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  /// The system did not have the memory that was taken for: gives that back.
  void fail(std::size_t bytes) noexcept {
    failures_.fetch_add(1, std::memory_order_relaxed);
    give_back(bytes);
  }
  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// How often the system did not have it.
  std::size_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> used_{0};
  std::atomic<std::size_t> failures_{0};
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
