// SPDX-License-Identifier: Apache-2.0
// The threads that have nothing to do, and which of them is woken for what.
#ifndef INLONG_ASYNC_SLEEPERS_HPP
#define INLONG_ASYNC_SLEEPERS_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/linked_list.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Where one thread sleeps.
struct bed {
  std::condition_variable called;
  bool woken = false;
  steady_time until{};
  bed* previous = nullptr;
  bed* next = nullptr;
};

/// Wakes a thread when it goes: at once where nobody keeps it, but better without the mutex, which is
/// the first thing that the thread wants.
class wake_up {
 public:
  explicit wake_up(bed* one = nullptr) noexcept : bed_(one) {}
  wake_up(wake_up&& other) noexcept : bed_(std::exchange(other.bed_, nullptr)) {}
  wake_up& operator=(wake_up&& other) noexcept {
    std::swap(bed_, other.bed_);
    return *this;
  }
  ~wake_up() {
    if (bed_ != nullptr) bed_->called.notify_one();
  }

 private:
  bed* bed_;
};

/// Of the threads that sleep, one keeps the time for all; the others are woken when there is work.
/// Guarded by its owner's mutex, which `sleep` releases meanwhile.
class sleepers {
 public:
  /// Sleeps until it is woken, or until `latest`. One keeps the time: it also wakes at `alarm`.
  void sleep(std::unique_lock<std::mutex>& lock, bed& own, steady_time alarm, steady_time latest) {
    const bool keeps_time = keeper_ == nullptr;
    own.woken = false;
    own.until = keeps_time && alarm < latest ? alarm : latest;
    if (keeps_time) {
      keeper_ = &own;
    } else {
      others_.push_back(own);
      set_alarm(alarm);  // which the keeper may not know of
    }
    while (!own.woken) {
      const steady_time until = own.until;  // it may be set earlier meanwhile
      if (until == (steady_time::max)()) {
        own.called.wait(lock);
      } else if (own.called.wait_until(lock, until) == std::cv_status::timeout) {
        break;
      }
    }
    if (own.woken) return;
    forget(own);
  }
  /// There is work for one more thread. Its bed must outlive what is returned.
  wake_up call_one() noexcept {
    bed* const one = others_.first() != nullptr ? others_.first() : keeper_;
    return one != nullptr ? wake(*one) : wake_up();
  }
  void call_all() noexcept {
    while (!others_.empty()) wake(*others_.first());
    if (keeper_ != nullptr) wake(*keeper_);
  }
  /// Something is due at that time, perhaps earlier than the one who keeps the time knows of, if
  /// there is one. `max()`: nothing is.
  void set_alarm(steady_time due) noexcept {
    if (due == (steady_time::max)()) return;
    if (lack_keeper()) wake(*others_.first());
    if (keeper_ == nullptr || keeper_->until <= due) return;
    keeper_->until = due;
    keeper_->called.notify_one();
  }
  /// Whether somebody sleeps and nobody keeps the time.
  bool lack_keeper() const noexcept { return keeper_ == nullptr && !others_.empty(); }

 private:
  wake_up wake(bed& one) noexcept {
    one.woken = true;
    forget(one);
    return wake_up(&one);
  }
  void forget(bed& one) noexcept {
    if (keeper_ == &one) {
      keeper_ = nullptr;
    } else {
      others_.erase(one);
    }
  }

  bed* keeper_ = nullptr;
  linked_list<bed> others_;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
