// SPDX-License-Identifier: Apache-2.0
// What is known of one endpoint: whether it is used, since when, and how fast it is.
#ifndef INLONG_ENDPOINT_HEALTH_HPP
#define INLONG_ENDPOINT_HEALTH_HPP

#include <inlong/config.hpp>
#include <inlong/counters.hpp>
#include <inlong/detail/deadline.hpp>
#include <inlong/detail/random.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// How an endpoint rests after a failure: for a while that doubles with each failure, halves with
/// each success, and is random in its upper half.
struct rest {
  std::chrono::milliseconds first;
  std::chrono::milliseconds longest;
};

/// After a failure to connect or to answer.
inline constexpr rest usual_rest{std::chrono::milliseconds(500), std::chrono::seconds(30)};
/// Of a node that is alive and says that it can't take records now.
inline constexpr rest short_rest{std::chrono::milliseconds(500), std::chrono::seconds(4)};
/// Of a node that accepts connections and ends them, or that its operator has stopped.
inline constexpr rest long_rest{std::chrono::seconds(2), std::chrono::seconds(30)};

/// The state of one endpoint. It is told what happened and when.
class health {
 public:
  endpoint_state state() const noexcept { return state_; }
  steady_time since() const noexcept { return since_; }
  /// When it may be tried again; of use only while it is closed.
  steady_time rested() const noexcept { return rested_; }
  /// It is open, and has taken a request since it was opened.
  bool is_proven() const noexcept { return state_ == endpoint_state::open && proven_; }
  std::chrono::nanoseconds latency() const noexcept { return latency_; }
  /// When it last answered as it should; of use only once it is proven.
  steady_time last_success() const noexcept { return measured_; }
  /// `latency`, halved for each ten seconds without a success: what was slow gets another chance.
  std::chrono::nanoseconds expected_latency(steady_time now) const noexcept {
    const std::int64_t halvings = (now - measured_) / std::chrono::seconds(10);
    return latency_ / (std::int64_t{1} << (std::clamp<std::int64_t>)(halvings, 0, 40));
  }

  /// A request was answered, and took so long.
  void succeed(steady_time started, steady_time now) noexcept {
    reopen(now);
    proven_ = true;
    if (failures_ != 0) --failures_;
    const std::chrono::nanoseconds took = now - started;
    const std::chrono::nanoseconds before = expected_latency(now);
    latency_ = latency_.count() == 0 ? took : before + (took - before) / 8;
    measured_ = now;
  }
  /// It lives, but has not taken a request yet.
  void reopen(steady_time now) noexcept {
    if (state_ == endpoint_state::open) return;
    state_ = endpoint_state::open;
    since_ = now;
    proven_ = false;
  }
  /// A request that was begun at `started` failed. It rests for `at_least` if that is longer.
  void fail(const rest& how, std::chrono::milliseconds at_least, steady_time started,
            steady_time now, random_sequence& random) noexcept {
    // Several requests that were under way together fail for one reason.
    const bool known_already = state_ == endpoint_state::closed && started <= since_;
    if (!known_already && failures_ < most_failures) ++failures_;
    const std::int64_t longest = how.longest.count();
    const int doublings = (std::max)(failures_, 1) - 1;
    const bool saturated = how.first.count() > (longest >> doublings);
    const std::int64_t full = saturated ? longest : how.first.count() << doublings;
    const std::int64_t half = full / 2;
    const auto lasting = std::chrono::milliseconds(
        half + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(half) + 1)));
    const steady_time until = later(now, (std::max)(lasting, at_least));
    rested_ = known_already ? (std::max)(rested_, until) : until;
    if (state_ != endpoint_state::closed) since_ = now;
    state_ = endpoint_state::closed;
    proven_ = false;
  }

 private:
  /// After so many no rest gets any longer.
  static constexpr int most_failures = 7;

  endpoint_state state_ = endpoint_state::untried;
  bool proven_ = false;
  int failures_ = 0;  // that no success has made up for
  steady_time since_{};
  steady_time rested_{};
  std::chrono::nanoseconds latency_{0};
  steady_time measured_{};
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
