// SPDX-License-Identifier: Apache-2.0
// Things that calls use one at a time and leave for the next call.
#ifndef INLONG_DETAIL_POOL_HPP
#define INLONG_DETAIL_POOL_HPP

#include <inlong/config.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Hands out one T to each caller, the one used last first, so that a single caller always has the
/// same. Thread safe; must outlive its leases.
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

  /// `make()` returns a new std::unique_ptr<T>; it is called, without a lock, where all are in use.
  template <class Make>
  lease take(const Make& make) {
    std::unique_lock lock(mutex_);
    if (idle_.empty()) {
      ++made_;
      idle_.reserve(made_);  // here, so that putting back needs no memory
      lock.unlock();
      return lease(*this, make());
    }
    std::unique_ptr<T> taken = std::move(idle_.back());
    idle_.pop_back();
    return lease(*this, std::move(taken));
  }

 private:
  void put_back(std::unique_ptr<T> returned) noexcept {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(returned));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> idle_;
  std::size_t made_ = 0;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
