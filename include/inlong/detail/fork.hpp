// SPDX-License-Identifier: Apache-2.0
// Tells the copy of an object in a forked child from the original.
#ifndef INLONG_DETAIL_FORK_HPP
#define INLONG_DETAIL_FORK_HPP

#include <inlong/config.hpp>

#include <atomic>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

INLONG_NAMESPACE_BEGIN

namespace detail {

/// How many forks lie between the first process and this one, counted from the first `process_mark`
/// on.
inline std::atomic<unsigned> fork_generation{0};

/// Remembers the process that it was made in. What is shared with a parent, its connections above
/// all, must not be used in the child: both would write into one stream. A child made by vfork or a
/// raw clone is not noticed.
class process_mark {
 public:
  process_mark() noexcept : made_in_((watch(), fork_generation.load(std::memory_order_relaxed))) {}

  bool is_here() const noexcept {
    return made_in_ == fork_generation.load(std::memory_order_relaxed);
  }

 private:
  static void watch() noexcept {
#if defined(__unix__) || defined(__APPLE__)
    // Only in the child: a handler in the parent would have to take locks that the application may
    // hold.
    [[maybe_unused]] static const int registered = pthread_atfork(
        nullptr, nullptr, [] { fork_generation.fetch_add(1, std::memory_order_relaxed); });
#endif
  }

  unsigned made_in_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
