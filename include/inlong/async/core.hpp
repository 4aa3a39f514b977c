// SPDX-License-Identifier: Apache-2.0
// The dispatcher and those who drive it over a transport: worker threads, or whoever calls.
#ifndef INLONG_ASYNC_CORE_HPP
#define INLONG_ASYNC_CORE_HPP

#include <inlong/async/dispatcher.hpp>
#include <inlong/async/sleepers.hpp>
#include <inlong/async_options.hpp>
#include <inlong/config.hpp>
#include <inlong/delivery/attempt.hpp>
#include <inlong/delivery/deliveries.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/thread.hpp>
#include <inlong/error.hpp>
#include <inlong/record.hpp>
#include <inlong/transport/transport.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// Owned by the reporter, its stream handles, and each worker thread for as long as it runs: a
/// thread whose transport does not return still finds all that it touches.
template <class Transport>
class core final : public dispatcher, public std::enable_shared_from_this<core<Transport>> {
 public:
  core(const async_options& wanted, callback&& on_delivery, const Transport& original)
      : dispatcher(wanted, std::move(on_delivery)), close_wait_(wanted.close_wait) {
    const std::size_t count = wanted.workers == 0 ? 1 : wanted.workers;
    workers_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<worker>(original));
  }

  /// Starts as many threads as there are to be, or can be: the others later. Fails if there is none.
  std::error_code start(std::size_t threads);

  submit_status submit_patiently(const destination& to, const record& added, steady_time until);
  bool flush(steady_time until);
  bool poll(steady_time until);
  close_result close(steady_time deadline);
  /// For the destructor: closes, waits for a callback that is running on another thread, and
  /// reports what is left.
  void finish();

 private:
  struct worker {
    explicit worker(const Transport& original) : transport(original) {}

    std::optional<Transport> transport;  // until the end, which handles may outlive
    bed place;
    thread runner;
    std::shared_ptr<core> keeps;  // what it works for, until it has ended
    bool has_ended = true;
    bool is_driving = false;
  };
  static void* run(void* of) noexcept;
  std::error_code start_one();
  void start_missing(steady_time now);
  template <class Done>
  void drive(std::unique_lock<std::mutex>& lock, worker& by, steady_time until, const Done& done);
  template <class Done>
  void wait(std::unique_lock<std::mutex>& lock, steady_time until, const Done& done);
  worker* find_driver() noexcept;
  bool is_over(steady_time until) const noexcept {
    return ended_ || std::chrono::steady_clock::now() >= until;
  }
  bool all_quiet() const noexcept;
  bool end(std::unique_lock<std::mutex>& lock, steady_time deadline);
  void dismiss(bool is_last);

  const std::chrono::milliseconds close_wait_;
  std::vector<std::unique_ptr<worker>> workers_;
  // Guarded by `mutex`.
  std::size_t threads_ = 0;  // that were started, of those that there are to be
  std::size_t wanted_threads_ = 0;
  steady_time next_start_{};  // when it is tried again, if there are too few
  bool stopping_ = false;  // nothing is begun any more
  bool ended_ = false;     // nothing is told or reported any more
  steady_time last_deadline_ = (steady_time::max)();  // of all requests: when `close` will end them
  std::uint64_t steps_ = 0;
  worker* reporter_ = nullptr;
};

template <class Transport>
std::error_code core<Transport>::start(std::size_t threads) {
  const std::lock_guard lock(this->mutex);
  wanted_threads_ = threads;
  while (threads_ < wanted_threads_) {
    const std::error_code failed = start_one();
    if (failed) return threads_ == 0 ? failed : std::error_code();
  }
  return {};
}

template <class Transport>
std::error_code core<Transport>::start_one() {
  worker& next = *workers_[threads_];
  next.keeps = this->shared_from_this();
  next.has_ended = false;
  const std::error_code failed = next.runner.start(&run, &next);
  if (failed) {
    next.has_ended = true;
    next.keeps.reset();
  } else {
    this->count_workers(++threads_);
  }
  return failed;
}

/// Perhaps the system has more threads to give by now.
template <class Transport>
void core<Transport>::start_missing(steady_time now) {
  if (threads_ == wanted_threads_ || now < next_start_ || this->is_closing()) return;
  next_start_ = later(now, std::chrono::seconds(1));
  static_cast<void>(start_one());
}

template <class Transport>
void* core<Transport>::run(void* of) noexcept {
  worker& own = *static_cast<worker*>(of);
  std::shared_ptr<core> self;
  std::unique_lock<std::mutex> lock(own.keeps->mutex);
  self = std::move(own.keeps);
  self->drive(lock, own, (steady_time::max)(), [] { return false; });
  if (!self->home.is_here()) {  // a callback has forked, and this is the child: it is not ours
    new std::shared_ptr<core>(std::move(self));
    lock.release();
    return nullptr;
  }
  own.has_ended = true;
  self->progress.notify_all();
  lock.unlock();
  return nullptr;
}

/// Does what there is to do until `done` says so; then, or at `until`, or when everything stops, it
/// returns, as soon as the request that is under way has ended. Also in the child of a callback that
/// has forked; without the lock, which stays the parent's as everything here.
template <class Transport>
template <class Done>
void core<Transport>::drive(std::unique_lock<std::mutex>& lock, worker& by, steady_time until,
                            const Done& done) {
  const bool nested = std::exchange(by.is_driving, true);
  steady_time now = std::chrono::steady_clock::now();
  bool was_busy = true;
  while (!done() && !ended_) {
    const bool was_reporting = this->is_reporting();
    if (!was_reporting) reporter_ = &by;
    if (!stopping_ && this->do_chore(lock, now)) {
      if (!this->home.is_here()) return;
      ++steps_;
      was_busy = true;
      now = std::chrono::steady_clock::now();
      continue;
    }
    if (stopping_) break;
    if (std::optional<attempt> wanted = this->next(now)) {
      wanted->deadline = (std::min)(wanted->deadline, last_deadline_);
      lock.unlock();
      reply came = carry_out(*wanted, *by.transport, this->how());
      now = std::chrono::steady_clock::now();
      lock.lock();
      if (ended_) break;
      this->told(*wanted, std::move(came), now);
      start_missing(now);
      ++steps_;
      was_busy = true;
      continue;
    }
    if (this->has_report()) continue;  // time has passed for some
    now = std::chrono::steady_clock::now();
    if (now >= until) break;
    this->sleep(lock, by.place, now, until, std::exchange(was_busy, false));
    now = std::chrono::steady_clock::now();
  }
  by.is_driving = nested;
  this->progress.notify_all();
}

template <class Transport>
template <class Done>
void core<Transport>::wait(std::unique_lock<std::mutex>& lock, steady_time until,
                           const Done& done) {
  while (!done()) {
    if (until == (steady_time::max)()) {
      this->progress.wait(lock);
    } else if (this->progress.wait_until(lock, until) == std::cv_status::timeout) {
      return;
    }
  }
}

/// Who does the work on the calling thread: in a callback, the worker that called it, if there is no
/// other; without threads, the one that there is, unless another thread has it. Nobody when there is
/// no more work to do: whoever waits for some then must not keep the mutex from who ends all.
template <class Transport>
typename core<Transport>::worker* core<Transport>::find_driver() noexcept {
  if (stopping_) return nullptr;
  if (this->is_in_callback()) return threads_ > 1 ? nullptr : reporter_;
  if (threads_ != 0 || workers_[0]->is_driving) return nullptr;
  return workers_[0].get();
}

template <class Transport>
bool core<Transport>::flush(steady_time until) {
  std::unique_lock lock(this->mutex);
  const std::uint64_t last = this->last_opened();
  this->seal_up_to(lock, last, until);
  const auto done = [&] { return this->is_settled(last) || is_over(until); };
  while (!done()) {
    if (worker* const by = find_driver()) {
      drive(lock, *by, until, done);
      if (!this->home.is_here()) return false;
    } else {
      wait(lock, until, [&] { return done() || find_driver() != nullptr; });
    }
  }
  return this->is_settled(last);
}

template <class Transport>
bool core<Transport>::poll(steady_time until) {
  std::unique_lock lock(this->mutex);
  const std::uint64_t before = steps_;
  const auto is_empty = [&] { return this->is_settled((std::numeric_limits<std::uint64_t>::max)()); };
  const auto done = [&] { return is_empty() || ended_ || steps_ != before; };
  while (!done()) {
    if (worker* const by = find_driver()) {
      // First all that is due, one thing at least; if that was nothing, what becomes due first.
      drive(lock, *by, steady_time(), [&] { return is_empty() || (done() && is_over(until)); });
      if (this->home.is_here() && !done()) drive(lock, *by, until, done);
      if (!this->home.is_here()) return false;
      break;
    }
    wait(lock, until, [&] { return done() || find_driver() != nullptr; });
    if (is_over(until)) break;
  }
  return !is_empty() && !ended_;
}

template <class Transport>
submit_status core<Transport>::submit_patiently(const destination& to, const record& added,
                                                steady_time until) {
  if (wanted_threads_ != 0) return this->submit_for(to, added, until);
  // It is for the caller to make room.
  return this->offer_until(to, added, until, steps_, [&](std::unique_lock<std::mutex>& lock) {
    const auto has_moved = [this, before = steps_] { return steps_ != before; };
    if (worker* const by = find_driver()) {
      drive(lock, *by, until, has_moved);
    } else {
      wait(lock, until, [&] {
        return has_moved() || this->is_closing() || find_driver() != nullptr;
      });
    }
    return this->home.is_here();
  });
}

/// Whether nobody drives any more, but for one who is in the callback.
template <class Transport>
bool core<Transport>::all_quiet() const noexcept {
  return std::all_of(workers_.begin(), workers_.end(), [this](const auto& each) {
    const bool is_done = threads_ != 0 ? each->has_ended : !each->is_driving;
    return is_done || (this->is_reporting() && each.get() == reporter_);
  });
}

template <class Transport>
close_result core<Transport>::close(steady_time deadline) {
  std::unique_lock<std::mutex> lock(this->mutex, std::defer_lock);
  const bool first = end(lock, deadline);
  if (!this->home.is_here()) return {};
  if (!first) return this->totals();
  close_result result = this->hand_back(lock, this->shared_from_this());
  lock.unlock();
  this->tidy_up();
  dismiss(false);
  return result;
}

/// Everything ends, by the deadline. Returns with the lock; false: another one has seen to it.
template <class Transport>
bool core<Transport>::end(std::unique_lock<std::mutex>& lock, steady_time deadline) {
  // What a cancelled request may take to come back, so that the truth is told of its records.
  constexpr std::chrono::milliseconds grace(25);
  const bool first = this->stop_intake();
  lock.lock();
  if (!first) {
    wait(lock, deadline, [&] { return ended_ || this->is_in_callback(); });
    return false;
  }
  last_deadline_ = deadline;
  lock.unlock();
  static_cast<void>(flush(deadline));
  if (!this->home.is_here()) return false;
  lock.lock();
  stopping_ = true;
  this->call_all();
  for (const auto& each : workers_) each->transport->cancel();
  const steady_time patience = later((std::max)(deadline, std::chrono::steady_clock::now()), grace);
  wait(lock, patience, [&] { return all_quiet(); });
  ended_ = true;
  this->give_up();
  this->call_all();
  return true;
}

/// Joins the threads that have ended. The others are let go, if this is the last chance.
template <class Transport>
void core<Transport>::dismiss(bool is_last) {
  for (const auto& each : workers_) {
    std::unique_lock lock(this->mutex);
    const bool has_ended = each->has_ended;
    const bool is_free = has_ended && !each->is_driving;
    lock.unlock();
    if (has_ended) each->runner.join();
    if (is_free) {
      each->transport.reset();
    } else if (is_last) {
      each->runner.let_go();
    }
  }
}

template <class Transport>
void core<Transport>::finish() {
  // What threads may take to end on a busy machine. One that has not must not be in a plugin which
  // is unloaded next, and so this is long where all of them will end.
  constexpr std::chrono::milliseconds grace(heeds_cancel<Transport> ? 10'000 : 50);
  const steady_time now = std::chrono::steady_clock::now();
  std::unique_lock<std::mutex> lock(this->mutex, std::defer_lock);
  static_cast<void>(end(lock, later(now, close_wait_)));
  if (!this->home.is_here()) return;
  // Within a callback the process is ending, and this thread with it.
  wait(lock, (steady_time::max)(),
       [&] { return ended_ && (!this->is_reporting() || this->is_in_callback()); });
  if (!this->is_in_callback()) this->give_up_open(lock);
  while (!this->is_in_callback() &&
         this->do_chore(lock, std::chrono::steady_clock::now())) {  // nobody else will
    if (!this->home.is_here()) return;
  }
  wait(lock, later(std::chrono::steady_clock::now(), grace), [&] { return all_quiet(); });
  // Handles, and threads that were let go, keep the rest of this for longer.
  const callback gone = this->is_in_callback() ? callback() : this->take_callback();
  lock.unlock();
  dismiss(true);
}

}  // namespace detail

INLONG_NAMESPACE_END

#endif
