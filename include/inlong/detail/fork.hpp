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

/// Remembers the process that it was made in. What is shared with a parent, its connections above
/// all, must not be used in the child: both would write into one stream. A child made by vfork or a
/// raw clone is not noticed.
class process_mark {
 public:
  process_mark() noexcept : forks_(watch()), made_at_(forks_.load(std::memory_order_relaxed)) {}

  bool is_here() const noexcept { return made_at_ == forks_.load(std::memory_order_relaxed); }

 private:
#if defined(__unix__) || defined(__APPLE__)
  /// Counts the forks between the first process and this one. Hidden, so that every program and
  /// library counts for itself: what a plugin has registered goes when it is unloaded.
  __attribute__((visibility("hidden"))) static const std::atomic<unsigned>& watch() noexcept {
    static std::atomic<unsigned> forks{0};
    // Only in the child: a handler in the parent would have to take locks that the application may
    // hold.
    [[maybe_unused]] static const int registered =
        pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
    return forks;
  }
#else
  static const std::atomic<unsigned>& watch() noexcept {
    static const std::atomic<unsigned> none{0};
    return none;
  }
#endif

  const std::atomic<unsigned>& forks_;  // of the library that has made this
  const unsigned made_at_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
