// SPDX-License-Identifier: Apache-2.0
// The README's pieces that are not whole programs.
#include <inlong/core.hpp>

#include <string>
#include <vector>

struct my_transport {
  inlong::exchange post(const inlong::request&);  // blocks until answered, failed or past request.deadline
  void cancel() noexcept;                         // any thread; sticky: a post() that begins later returns at once
  static bool supports(const inlong::endpoint&);  // optional: which schemes it can do; without it, http
};

static_assert(inlong::is_transport<my_transport>);

bool report_all(inlong::basic_reporter<my_transport>& reporter, const std::vector<std::string>& lines) {
inlong::outcome sent = reporter.report({"my_group", "my_stream"}, lines);  // any range of texts
  return static_cast<bool>(sent);
}
