// SPDX-License-Identifier: Apache-2.0
// The README's pieces that are not whole programs.
#include <inlong/core.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

// clang-format off
struct my_transport {
  inlong::exchange post(const inlong::request&);  // blocks until answered, failed or past its deadline
  void cancel() noexcept;                         // any thread; sticky: a later post() returns at once
  static bool supports(const inlong::endpoint&);  // optional: which schemes it can do; without it, http
  static constexpr bool heeds_cancel = true;      // optional: post() returns soon after cancel(), and the destructor waits for it
};
// clang-format on

static_assert(inlong::is_transport<my_transport>);

bool report_all(inlong::basic_reporter<my_transport>& reporter,
                const std::vector<std::string>& lines) {
inlong::outcome sent = reporter.report({"my_group", "my_stream"}, lines);  // any range of texts
  return static_cast<bool>(sent);
}

inlong::submit_status submit_measured(inlong::basic_async_reporter<my_transport>& reporter,
                                      const std::string& body, inlong::time_point measured,
                                      std::uint64_t row) {
  using namespace std::chrono_literals;
inlong::record record{body, measured, row};  // the data time and the token may be left out
auto status = reporter.submit_for({"my_group", "my_stream"}, record, 10s);  // waits where it is full
  return status;
}
