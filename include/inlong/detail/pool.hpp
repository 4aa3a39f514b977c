// SPDX-License-Identifier: Apache-2.0
// Things that calls use one at a time and leave for the next call.
#ifndef INLONG_DETAIL_POOL_HPP
#define INLONG_DETAIL_POOL_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Hands out one T to each caller, the one used last first, so that a single caller always has the
/// same, and those that a crowd of callers left behind grow old and go. Thread safe; must outlive
/// its leases.
template <class T>
class pool {
 public:
  class lease {
   public:
    lease(pool& from, std::unique_ptr<T> leased) noexcept
        : from_(from), leased_(std::move(leased)) {}
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() { from_.put_back(std::move(leased_)); }

    T& operator*() const noexcept { return *leased_; }

   private:
    pool& from_;
    std::unique_ptr<T> leased_;
  };

  /// What nobody used for so long is dropped, one thing with each `take`.
  explicit pool(std::chrono::milliseconds keep) noexcept : keep_(keep) {}

  /// `make()` returns a new std::unique_ptr<T>; it is called, without a lock, where all are in use.
  template <class Make>
  lease take(const Make& make) {
    const steady_time now = std::chrono::steady_clock::now();
    std::unique_ptr<T> old;  // destroyed without the lock
    std::unique_lock lock(mutex_);
    if (!idle_.empty() && later(idle_.front().since, keep_) <= now) {
      old = std::move(idle_.front().thing);
      idle_.erase(idle_.begin());
      --made_;
    }
    if (idle_.empty()) {
      idle_.reserve(made_ + 1);  // here, so that putting back needs no memory
      ++made_;
      lock.unlock();
      return lease(*this, make());
    }
    std::unique_ptr<T> taken = std::move(idle_.back().thing);
    idle_.pop_back();
    lock.unlock();
    return lease(*this, std::move(taken));
  }

 private:
  struct idle_thing {
    std::unique_ptr<T> thing;
    steady_time since;
  };

  void put_back(std::unique_ptr<T> returned) noexcept {
    const std::lock_guard lock(mutex_);
    idle_.push_back({std::move(returned), std::chrono::steady_clock::now()});
  }

  const std::chrono::milliseconds keep_;
  std::mutex mutex_;
  std::vector<idle_thing> idle_;  // the one used last at the end
  std::size_t made_ = 0;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
