// SPDX-License-Identifier: Apache-2.0
// Bounds the retries of all batches together, so that servers in trouble are not hammered.
#ifndef INLONG_DELIVERY_RETRY_BUDGET_HPP
#define INLONG_DELIVERY_RETRY_BUDGET_HPP

#include <inlong/config.hpp>
#include <inlong/detail/deadline.hpp>

#include <algorithm>
#include <chrono>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// A bucket of tokens, of which each retry takes one. Some come with time, so that a retry is never
/// out of the question, and more with every success, so that a cluster that is back gets all that
/// has piled up.
class retry_budget {
 public:
  static constexpr double capacity = 32;
  static constexpr double per_second = 4;
  static constexpr double per_success = 2;

  bool has(steady_time now) noexcept {
    fill(now);
    return tokens_ >= 1;
  }
  /// Takes a token if there is one.
  bool take(steady_time now) noexcept {
    fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  /// Whether there was none when it was last looked at.
  bool is_empty() const noexcept { return tokens_ < 1; }
  /// When there will be one, without any success.
  steady_time available() const noexcept {
    if (tokens_ >= 1) return filled_;
    const double seconds = (1 - tokens_) / per_second;
    return later(filled_, std::chrono::milliseconds(1 + static_cast<int>(seconds * 1000)));
  }
  void succeed() noexcept { tokens_ = (std::min)(capacity, tokens_ + per_success); }

 private:
  void fill(steady_time now) noexcept {
    if (now <= filled_) return;
    const std::chrono::duration<double> passed = now - filled_;
    tokens_ = (std::min)(capacity, tokens_ + passed.count() * per_second);
    filled_ = now;
  }

  double tokens_ = capacity;
  steady_time filled_{};
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
