// SPDX-License-Identifier: Apache-2.0
// The README's program with a queue.
#include <inlong/report.hpp>

#include <chrono>
#include <iostream>
#include <string>

int main() {
  using namespace std::chrono_literals;
  const auto on_delivery = [](const inlong::deliveries& batch) {
    for (const inlong::delivery& each : batch) {
      if (!each) std::cerr << each.body() << ": " << each.message() << '\n';
    }
  };
  inlong::async_reporter reporter({"10.0.0.1:46802", "10.0.0.2:46802"}, {}, on_delivery);
  const inlong::stream_handle events = reporter.stream({"my_group", "my_stream"});

  int refused = 0;
  for (int i = 1; i <= 1000; ++i) {
    if (events.submit("event " + std::to_string(i)) != inlong::submit_status::accepted) ++refused;
  }
  if (!reporter.flush(5s)) std::cerr << "some are still under way\n";

  const inlong::close_result end = reporter.close(5s);
  for (const inlong::undelivered& each : end.left) {
    if (each.known != inlong::certainty::stored) std::cerr << each.body << ": no time left\n";
  }
  return refused == 0 && end.failed == 0 ? 0 : 1;
}
