// SPDX-License-Identifier: Apache-2.0
// Tests code that reports against a DataProxy that lives in the test and does as it is told.
#include <inlong/report.hpp>
#include <inlong/testing/dataproxy.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using inlong::testing::dataproxy;
using inlong::testing::reaction;

/// The code under test: what could not be reported is reported with what comes next.
class thermometer {
 public:
  explicit thermometer(inlong::reporter& reporter) : reporter_(reporter) {}

  bool report(int degrees) {
    backlog_.push_back("temperature=" + std::to_string(degrees));
    const inlong::outcome sent = reporter_.report({"sensors", "temperature"}, backlog_);
    backlog_.erase(backlog_.begin(), backlog_.begin() + static_cast<long>(sent.delivered));
    return static_cast<bool>(sent);
  }

 private:
  inlong::reporter& reporter_;
  std::vector<std::string> backlog_;
};

void expect(bool holds, const std::string& what) {
  std::cout << (holds ? "ok: " : "FAILED: ") << what << '\n';
  if (!holds) std::exit(1);
}

int main() {
  dataproxy server;  // on a free port
  inlong::options how;
  how.delivery_timeout = std::chrono::seconds(2);
  inlong::reporter reporter(server.address(), how);
  thermometer outside(reporter);

  expect(outside.report(21), "a temperature is reported");
  expect(server.records() == std::vector<std::string>{"temperature=21"}, "it arrives as it was");
  expect(server.stored().front().group_id == "sensors", "it arrives in its group");

  server.next(reaction::code(1));
  expect(outside.report(22), "a server that is not ready is tried again by the library");

  server.next(reaction::code(115));
  expect(!outside.report(23), "a stream that is not there is noticed");
  expect(outside.report(24) && server.records().size() == 4, "and nothing was lost");

  server.next(reaction::reset());
  server.refuse();  // new connections, that is: the kept one has just gone
  expect(!outside.report(25), "a server that is down is noticed");
}
