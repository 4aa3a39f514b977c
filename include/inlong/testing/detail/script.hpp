// SPDX-License-Identifier: Apache-2.0
// Which reaction is whose turn.
#ifndef INLONG_TESTING_DETAIL_SCRIPT_HPP
#define INLONG_TESTING_DETAIL_SCRIPT_HPP

#include <inlong/config.hpp>
#include <inlong/testing/reaction.hpp>
#include <inlong/testing/received_request.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

INLONG_NAMESPACE_BEGIN

namespace testing {
namespace detail {

/// Two queues, of reactions to requests and of reactions to connections; whoever comes next takes
/// the first of its queue. What to do when a queue is empty stands beside it. Thread safe.
class script {
 public:
  using rule = std::function<reaction(const received_request&)>;

  void next(std::size_t count, const reaction& what) {
    const std::lock_guard lock(mutex_);
    auto& queue = what.on_accept ? connections_.queue : requests_.queue;
    queue.insert(queue.end(), count, what);
  }

  void always(const reaction& what) {
    const std::lock_guard lock(mutex_);
    (what.on_accept ? connections_ : requests_).otherwise = what;
    if (!what.on_accept) rule_ = nullptr;
  }
  void decide_by(rule decide) {
    const std::lock_guard lock(mutex_);
    rule_ = std::move(decide);
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    connections_ = {};
    requests_ = {};
    rule_ = nullptr;
  }

  /// What becomes of a connection that has just been accepted.
  reaction at_accept() {
    const std::lock_guard lock(mutex_);
    return connections_.take();
  }

  /// What becomes of a request that begins to arrive; nothing: that is decided when it has arrived.
  std::optional<reaction> at_begin() {
    const std::lock_guard lock(mutex_);
    if (requests_.queue.empty() && rule_) return std::nullopt;
    return requests_.take();
  }
  reaction at_end(const received_request& request) {
    std::unique_lock lock(mutex_);
    if (!rule_) return requests_.otherwise;
    const rule decide = rule_;
    lock.unlock();
    return decide(request);
  }

 private:
  struct turns {
    std::deque<reaction> queue;
    reaction otherwise = reaction::proper();

    reaction take() {
      if (queue.empty()) return otherwise;
      reaction first = std::move(queue.front());
      queue.pop_front();
      return first;
    }
  };

  std::mutex mutex_;
  turns connections_;
  turns requests_;
  rule rule_;
};

}  // namespace detail
}  // namespace testing

INLONG_NAMESPACE_END

#endif
