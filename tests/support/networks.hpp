// SPDX-License-Identifier: Apache-2.0
// Transports without a network that keep their requests waiting, for tests of who waits for whom.
#ifndef TESTS_SUPPORT_NETWORKS_HPP
#define TESTS_SUPPORT_NETWORKS_HPP

#include <inlong/testing/scripted_transport.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

/// Holds requests until they are let through, and then answers from a script.
class gate {
 public:
  explicit gate(inlong::testing::scripted_transport script = {}) : answers(std::move(script)) {}

  inlong::testing::scripted_transport answers;

  /// Waits until so many requests are being held.
  bool wait_for_held(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return held_ >= count; });
  }
  void let_through(int count) {
    const std::lock_guard lock(mutex_);
    passes_ += count;
    changed_.notify_all();
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  /// How many requests have passed.
  int passed() {
    const std::lock_guard lock(mutex_);
    return passed_;
  }

  /// Until it is let through, cancelled, or past the deadline: false.
  bool hold(const std::atomic<bool>& cancelled, std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    ++held_;
    changed_.notify_all();
    const auto done = [&] { return is_open_ || passes_ > 0 || cancelled; };
    if (deadline == (std::chrono::steady_clock::time_point::max)()) {
      changed_.wait(lock, done);
    } else {
      changed_.wait_until(lock, deadline, done);
    }
    --held_;
    if (!is_open_ && passes_ == 0) return false;
    if (!is_open_) --passes_;
    ++passed_;
    return true;
  }
  void stir() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int passes_ = 0;
  int held_ = 0;
  int passed_ = 0;
  bool is_open_ = false;
};

/// Ends with the deadline, as each must, and when it is cancelled. All bytes had been taken.
struct gated_transport {
  std::shared_ptr<gate> at;
  std::atomic<bool> cancelled{false};

  explicit gated_transport(std::shared_ptr<gate> through) : at(std::move(through)) {}
  gated_transport(const gated_transport& other) : at(other.at) {}

  inlong::exchange post(const inlong::request& sent) {
    if (at->hold(cancelled, sent.deadline)) return at->answers.post(sent);
    return inlong::testing::scripted_transport::maybe_sent(
        cancelled ? std::errc::operation_canceled : std::errc::timed_out);
  }
  void cancel() noexcept {
    cancelled = true;
    at->stir();
  }
};

/// Knows neither deadline nor cancel, and returns when the gate lets it.
struct deaf_transport {
  std::shared_ptr<gate> at;

  inlong::exchange post(const inlong::request& sent) {
    at->hold(false, (std::chrono::steady_clock::time_point::max)());
    return at->answers.post(sent);
  }
  void cancel() noexcept {}
};

#endif
