// SPDX-License-Identifier: Apache-2.0
// Gives records the time that they are of, where that is not the time of sending.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <chrono>
#include <iostream>
#include <string>

int main() {
  using std::chrono::system_clock;
  const inlong::testing::scripted_transport script;  // a network that remembers what it was given
  inlong::basic_reporter<inlong::testing::scripted_transport> reporter("10.0.0.1:46802", {},
                                                                       script);
  const inlong::destination to = {"my_group", "my_stream"};

  // From a clock, of any resolution. InLong partitions and audits by this time, so that yesterday's
  // records are yesterday's even if they are only sent today.
  const system_clock::time_point yesterday = system_clock::now() - std::chrono::hours(24);
  (void)reporter.report(to, "measured yesterday", yesterday);

  // From milliseconds since 1970, which is what DataProxy is told.
  const inlong::time_point measured(std::chrono::milliseconds(1'700'000'000'000));
  (void)reporter.report(to, {"measured together", "at one time"}, measured);

  const std::string form = script.journal().back().body;
  std::cout << form.substr(form.find("&dt=") + 1) << '\n';
}
