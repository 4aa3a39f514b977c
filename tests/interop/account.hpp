// SPDX-License-Identifier: Apache-2.0
// What the kinds of reporter have in common in the interop tests.
#ifndef INLONG_TESTS_INTEROP_ACCOUNT_HPP
#define INLONG_TESTS_INTEROP_ACCOUNT_HPP

#include <cstddef>
#include <string>
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

}  // namespace interop

#endif
