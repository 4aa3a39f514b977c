// SPDX-License-Identifier: Apache-2.0
// Logs from a service that must not wait, and keeps in a file what could not be delivered.
#include <inlong/report.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: 10_service_log HOST:PORT[,HOST:PORT...] FILE\n";
    return 2;
  }
  std::ofstream kept(argv[2]);

  // Called by one thread at a time, for each batch, once it is delivered or given up.
  const auto keep_what_failed = [&kept](const inlong::deliveries& batch) {
    for (const inlong::delivery& each : batch) {
      if (each) continue;
      std::cerr << each.message() << '\n';
      kept << each.body() << '\n';
    }
  };
  inlong::async_reporter reporter(argv[1], {}, keep_what_failed);
  const inlong::stream_handle log = reporter.stream({"my_group", "service_log"});

  std::vector<std::thread> service;
  for (int thread = 1; thread <= 4; ++thread) {
    service.emplace_back([log, thread] {  // a handle may be copied, and outlive the reporter
      for (int i = 1; i <= 250; ++i) {
        const std::string record =
            "thread " + std::to_string(thread) + " handled request " + std::to_string(i);
        // Never waits. What is refused comes to no callback: it is lost, and counted.
        const inlong::submit_status status = log.submit(record);
        if (status == inlong::submit_status::full) continue;  // rather than slow the service down
        if (status != inlong::submit_status::accepted) return;
      }
    });
  }
  for (std::thread& each : service) each.join();

  // Every accepted record has had its delivery when this is over: it lasts as long as it has to.
  const auto end = reporter.close(std::chrono::milliseconds::max());
  std::cout << end.delivered << " delivered, " << end.failed << " failed, "
            << reporter.counters().refused << " refused\n";
  return end.delivered == 1000 ? 0 : 1;
}
