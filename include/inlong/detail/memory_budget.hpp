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
  std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// Whether so many bytes could not be taken now.
  bool lacks(std::size_t bytes) const noexcept { return bytes > most_ - used(); }

 private:
  const std::size_t most_;
  std::atomic<std::size_t> used_{0};
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
