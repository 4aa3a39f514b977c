// SPDX-License-Identifier: Apache-2.0
// The raw requests that are sent to both the stand-in and the judge.
#ifndef INLONG_TESTS_INTEROP_DIFFERENTIAL_CASES_HPP
#define INLONG_TESTS_INTEROP_DIFFERENTIAL_CASES_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace interop {

enum class node_state { normal, not_ready, stopped };

/// What is sent on one connection: see `conversation`.
struct request_case {
  std::string name;
  std::vector<std::string> steps;
  node_state state = node_state::normal;
  bool is_mutation = false;
};

/// Small, so that a request line can be too long for a body.
inline constexpr std::size_t message_limit = 3000;

/// Every trap that protocol.md names, and what is next to it. The servers know the stream "s" of
/// the group "g", and all streams of "w". No two have one name.
std::vector<request_case> listed_cases();

/// So many variations of listed ones, by chance, of which `seed` is the only source.
std::vector<request_case> mutated_cases(const std::vector<request_case>& listed, std::uint64_t seed,
                                        std::size_t count);

}  // namespace interop

#endif
