// SPDX-License-Identifier: Apache-2.0
// The asynchronous reporter, as the interop tests use a reporter.
#ifndef INLONG_TESTS_INTEROP_QUEUED_HPP
#define INLONG_TESTS_INTEROP_QUEUED_HPP

#include <inlong/report.hpp>

#include "account.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace interop {

/// `inlong::async_reporter`, with the workers that it has unless told otherwise.
class queued {
 public:
  /// Batches overtake each other.
  static constexpr bool keeps_order = false;
  /// After each its only endpoint rests for some seconds.
  static constexpr std::size_t faults = 4;

  explicit queued(const std::string& address, const inlong::options& how = {})
      : reporter_({address}, in_queue(how),
                  [this](const inlong::deliveries& some) { take(some); }) {}

  /// Submits records one by one, and says in one what became of them.
  inlong::outcome report(inlong::destination to, const records& bodies,
                         std::optional<inlong::time_point> time = {}) {
    inlong::outcome all;
    if (bodies.empty()) all.error = inlong::errc::no_records;
    begin();
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      ++all.records;
      const auto status = reporter_.submit_for(to, {bodies[i], time, i}, patience);
      if (status == inlong::submit_status::accepted) continue;
      all.error = status == inlong::submit_status::too_large ? inlong::errc::too_large
                                                             : inlong::check(to, bodies[i]);
      if (all) all.error = inlong::errc::timeout;
      break;
    }
    if (!reporter_.flush(patience)) all.error = inlong::errc::timeout;
    const std::lock_guard lock(mutex_);
    all.delivered = delivered_;
    for (const fact& each : failed_) {
      all.error = each.error;
      all.known = each.known;
      all.server_code = each.server_code;
      all.http_status = each.http_status;
      all.attempts = each.attempts;
      all.detail = each.message;
      if (each.known == inlong::certainty::maybe_stored) ++all.in_doubt;
    }
    if (all) all.known = inlong::certainty::stored;
    return all;
  }

  /// Submits all, and what fails again until `until`; what may have been stored too.
  account deliver(inlong::destination to, const records& bodies, std::size_t,
                  std::chrono::steady_clock::time_point until) {
    account kept;
    std::vector<std::size_t> left(bodies.size());
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
    while (!left.empty() && std::chrono::steady_clock::now() < until) {
      begin();
      std::vector<std::size_t> again;
      for (const std::size_t index : left) {
        const auto status = reporter_.submit_for(to, {bodies[index], {}, index}, patience);
        if (status != inlong::submit_status::accepted) again.push_back(index);
      }
      if (!reporter_.flush(patience)) kept.message = "not flushed in time";
      const std::lock_guard lock(mutex_);
      kept.delivered += delivered_;
      kept.setbacks += failed_.size();
      for (const fact& each : failed_) {
        again.push_back(static_cast<std::size_t>(each.token));
        kept.message = each.message;
        if (each.known != inlong::certainty::maybe_stored) continue;
        ++kept.resent_in_doubt;
        kept.in_doubt.push_back(bodies[again.back()]);
      }
      std::sort(again.begin(), again.end());
      left = std::move(again);
    }
    return kept;
  }

 private:
  static constexpr std::chrono::milliseconds patience = std::chrono::seconds(60);

  struct fact {
    std::uint64_t token;
    inlong::errc error;
    inlong::certainty known;
    int server_code;
    int http_status;
    std::size_t attempts;
    std::string message;
  };

  static inlong::async_options in_queue(const inlong::options& how) {
    inlong::async_options queue;
    queue.connect_timeout = how.connect_timeout;
    queue.request_timeout = how.request_timeout;
    queue.delivery_timeout = how.delivery_timeout;
    queue.max_request_bytes = how.max_request_bytes;
    queue.keep_alive = how.keep_alive;
    queue.form = how.form;
    queue.unknown_stream_wait = std::chrono::milliseconds(0);
    at_most_once<inlong::async_options>::set(queue);
    return queue;
  }

  void begin() {
    const std::lock_guard lock(mutex_);
    delivered_ = 0;
    failed_.clear();
  }

  void take(const inlong::deliveries& some) {
    const std::lock_guard lock(mutex_);
    for (const inlong::delivery& each : some) {
      if (each) {
        ++delivered_;
      } else {
        failed_.push_back({each.token, each.error, each.known, each.server_code, each.http_status,
                           static_cast<std::size_t>(each.attempts), each.message()});
      }
    }
  }

  std::mutex mutex_;
  std::size_t delivered_ = 0;
  std::vector<fact> failed_;
  // The last member: its threads use the others.
  inlong::async_reporter reporter_;
};

}  // namespace interop

#endif
