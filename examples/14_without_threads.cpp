// SPDX-License-Identifier: Apache-2.0
// Reports from a program with one thread: it lends that to the reporter when it has time.
#include <inlong/report.hpp>

#include <chrono>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  if (argc != 2) {
    std::cerr << "usage: 14_without_threads HOST:PORT[,HOST:PORT...]\n";
    return 2;
  }
  int failed = 0;
  const auto on_delivery = [&failed](const inlong::deliveries& batch) {  // called from within poll
    for (const inlong::delivery& each : batch) {
      if (!each) ++failed;
    }
  };
  inlong::async_options how;
  how.workers = 0;
  how.request_timeout = 500ms;  // what a poll may take beyond its time, as nobody else can end it
  inlong::async_reporter reporter(argv[1], how, on_delivery);

  for (int second = 1; second <= 100; ++second) {
    const std::string reading = "temperature " + std::to_string(20 + second % 5);
    if (reporter.submit({"my_group", "my_stream"}, reading) != inlong::submit_status::accepted) {
      ++failed;
    }
    static_cast<void>(reporter.poll(0ms));  // what is due by now: at most a batch
  }
  while (reporter.poll(100ms)) {
    // Something is pending still. A program with more to do would do that here.
  }
  const inlong::statistics now = reporter.counters();
  std::cout << now.delivered << " delivered, " << failed << " failed, by " << now.workers
            << " threads\n";
  return failed == 0 ? 0 : 1;
}
