// SPDX-License-Identifier: Apache-2.0
// What the stand-in has received and stored, for tests to look at and to wait for.
#ifndef INLONG_TESTING_DETAIL_JOURNAL_HPP
#define INLONG_TESTING_DETAIL_JOURNAL_HPP

#include <inlong/config.hpp>
#include <inlong/testing/detail/deadline.hpp>
#include <inlong/testing/received_request.hpp>
#include <inlong/testing/stored_message.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

INLONG_NAMESPACE_BEGIN

namespace testing {

namespace detail {

/// Thread safe.
class journal {
 public:
  explicit journal(bool keeps_requests) : keeps_requests_(keeps_requests) {}

  void store(stored_message&& message) {
    {
      const std::lock_guard lock(listener_mutex_);
      if (listener_) listener_(message);
    }
    const std::lock_guard lock(mutex_);
    records_ +=
        1 + static_cast<std::size_t>(std::count(message.body.begin(), message.body.end(), '\n'));
    stored_.push_back(std::move(message));
    changed_.notify_all();
  }
  void on_stored(std::function<void(const stored_message&)> listener) {
    const std::lock_guard lock(listener_mutex_);
    listener_ = std::move(listener);
  }

  void add(received_request&& request) {
    if (!keeps_requests_) return;
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    changed_.notify_all();
  }

  /// Says how many are open now.
  std::size_t opened() {
    const std::lock_guard lock(mutex_);
    ++accepted_;
    changed_.notify_all();
    return ++open_;
  }
  void closed() {
    const std::lock_guard lock(mutex_);
    --open_;
    changed_.notify_all();
  }

  std::vector<stored_message> stored() const {
    const std::lock_guard lock(mutex_);
    return stored_;
  }
  std::vector<received_request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::size_t accepted() const {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }
  std::size_t open() const {
    const std::lock_guard lock(mutex_);
    return open_;
  }

  bool wait_for_stored(std::size_t count, std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return stored_.size() >= count; });
  }
  bool wait_for_records(std::size_t count, std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return records_ >= count; });
  }
  bool wait_for_requests(std::size_t count, std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return requests_.size() >= count; });
  }
  bool wait_for_accepted(std::size_t count, std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return accepted_ >= count; });
  }
  bool wait_for_open(std::size_t count, std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return open_ == count; });
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    stored_.clear();
    requests_.clear();
    records_ = 0;
    accepted_ = 0;
  }

 private:
  template <class Condition>
  bool wait(std::chrono::milliseconds timeout, Condition condition) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, from_now(timeout), condition);
  }

  const bool keeps_requests_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<stored_message> stored_;
  std::vector<received_request> requests_;
  std::size_t records_ = 0;
  std::size_t accepted_ = 0;
  std::size_t open_ = 0;
  std::mutex listener_mutex_;
  std::function<void(const stored_message&)> listener_;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
