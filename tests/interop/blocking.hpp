// SPDX-License-Identifier: Apache-2.0
// The blocking reporter, as the interop tests use a reporter.
#ifndef INLONG_TESTS_INTEROP_BLOCKING_HPP
#define INLONG_TESTS_INTEROP_BLOCKING_HPP

#include <inlong/report.hpp>

#include "account.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace interop {

/// `inlong::reporter`.
class blocking {
 public:
  /// Whether records are stored in the order in which they are reported.
  static constexpr bool keeps_order = true;
  /// How many faults in a row a test may wait for.
  static constexpr std::size_t faults = 20;
  explicit blocking(const std::string& address, inlong::options how = {})
      : reporter_({address}, cautious(std::move(how))) {}

  /// Hands over records as one call, and says what became of them.
  inlong::outcome report(inlong::destination to, const records& bodies,
                         std::optional<inlong::time_point> time = {}) {
    return reporter_.report(to, bodies, time);
  }

  /// Delivers all, so many at once, and sends what fails again until `until`; what may have been
  /// stored too.
  account deliver(inlong::destination to, const records& bodies, std::size_t at_once,
                  std::chrono::steady_clock::time_point until) {
    account kept;
    while (kept.delivered < bodies.size() && std::chrono::steady_clock::now() < until) {
      const std::size_t left = bodies.size() - kept.delivered;
      const std::string* const first = bodies.data() + kept.delivered;
      const slice some{first, left < at_once ? left : at_once};
      const inlong::outcome sent = reporter_.report(to, some);
      kept.delivered += sent.delivered;
      if (sent) continue;
      ++kept.setbacks;
      kept.message = sent.message();
      kept.resent_in_doubt += sent.in_doubt;
      const std::string* const doubtful = first + sent.delivered;
      kept.in_doubt.insert(kept.in_doubt.end(), doubtful, doubtful + sent.in_doubt);
    }
    return kept;
  }

 private:
  struct slice {
    const std::string* first;
    std::size_t count;

    const std::string* begin() const { return first; }
    const std::string* end() const { return first + count; }
  };

  static inlong::options cautious(inlong::options how) {
    at_most_once<inlong::options>::set(how);
    return how;
  }

  inlong::reporter reporter_;
};

}  // namespace interop

#endif
