// SPDX-License-Identifier: Apache-2.0
// The kinds of reporter that the interop tests are run with, behind one interface.
#ifndef INLONG_TESTS_INTEROP_KINDS_HPP
#define INLONG_TESTS_INTEROP_KINDS_HPP

#include <inlong/report.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace interop {

using records = std::vector<std::string>;

/// What became of some records.
struct account {
  std::size_t delivered = 0;
  /// Records that were sent again although they may have been stored, each time counted.
  std::size_t resent_in_doubt = 0;
  /// Of those the last time.
  std::vector<std::string> in_doubt;
  /// How often it did not work the first time.
  std::size_t setbacks = 0;
  /// What the last one said.
  std::string message;
};

/// What may have been stored is not sent again without the caller's wish, where a reporter would.
template <class Options, class = void>
struct at_most_once {
  static void set(Options&) {}
};
template <class Options>
struct at_most_once<Options, std::void_t<decltype(std::declval<Options&>().resend_unknown)>> {
  static void set(Options& how) { how.resend_unknown = false; }
};

/// `inlong::reporter`. Another kind of reporter is another class of these members.
class blocking {
 public:
  explicit blocking(const std::string& address, inlong::options how = {})
      : reporter_({address}, at_most(std::move(how))) {}

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

  static inlong::options at_most(inlong::options how) {
    at_most_once<inlong::options>::set(how);
    return how;
  }

  inlong::reporter reporter_;
};

}  // namespace interop

/// Every test is run with each of these.
#define INTEROP_KINDS interop::blocking

#endif
