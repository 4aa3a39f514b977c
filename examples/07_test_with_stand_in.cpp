// SPDX-License-Identifier: Apache-2.0
// Tests code that reports against a DataProxy that lives in the test and does as it is told.
#include <inlong/report.hpp>
#include <inlong/testing/dataproxy.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using inlong::testing::dataproxy;
using inlong::testing::reaction;

/// The code under test: reports a temperature, and tries a second time if the first fails.
bool report_temperature(inlong::reporter& reporter, int degrees) {
  const std::string record = "temperature=" + std::to_string(degrees);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    if (reporter.report({"sensors", "temperature"}, record)) return true;
  }
  return false;
}

void expect(bool holds, const std::string& what) {
  std::cout << (holds ? "ok: " : "FAILED: ") << what << '\n';
  if (!holds) std::exit(1);
}

int main() {
  dataproxy server;  // on a free port
  inlong::reporter reporter(server.address());

  expect(report_temperature(reporter, 21), "a temperature is reported");
  expect(server.records() == std::vector<std::string>{"temperature=21"}, "it arrives as it was");
  expect(server.stored().front().group_id == "sensors", "it arrives in its group");

  server.next(reaction::code(1));
  expect(report_temperature(reporter, 22), "one refusal does no harm");

  server.next(2, reaction::reset());
  expect(!report_temperature(reporter, 23), "two broken connections are one too many");

  server.refuse();
  expect(!report_temperature(reporter, 24), "a server that is down is noticed");
}
