// SPDX-License-Identifier: Apache-2.0
// Gives records the time that they are of, where that is not the time of sending.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <chrono>
#include <iostream>
#include <string>

using network = inlong::testing::scripted_transport;  // remembers what it was given

int main() {
  const network script;
  inlong::basic_reporter<network> reporter("10.0.0.1:46802", {}, script);
  const inlong::destination to = {"my_group", "my_stream"};

  // From a clock. InLong partitions and audits by this time, so that what was measured yesterday
  // is yesterday's even if it is only sent today.
  const auto yesterday = std::chrono::system_clock::now() - std::chrono::hours(24);
  inlong::outcome sent = reporter.report(to, "measured yesterday", yesterday);
  if (!sent) return 1;

  // From milliseconds since 1970, which is what DataProxy is told.
  const inlong::time_point measured(std::chrono::milliseconds(1'700'000'000'000));
  sent = reporter.report(to, {"measured together", "at one time"}, measured);
  if (!sent) return 1;

  const std::string form = script.journal().back().body;
  std::cout << form.substr(form.find("&dt=") + 1) << '\n';
}
