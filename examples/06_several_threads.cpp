// SPDX-License-Identifier: Apache-2.0
// Shares one reporter among threads: their calls run side by side, each on a connection of its own.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <atomic>
#include <cstddef>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using network = inlong::testing::scripted_transport;  // answers everything with success

int main() {
  inlong::basic_reporter<network> reporter({"10.0.0.1", "10.0.0.2"});
  std::atomic<std::size_t> delivered{0};

  std::vector<std::thread> workers;
  for (int worker = 1; worker <= 4; ++worker) {
    workers.emplace_back([&, worker] {
      const std::string name = "worker " + std::to_string(worker);
      for (int i = 1; i <= 250; ++i) {
        const std::string record = name + ", step " + std::to_string(i);
        delivered += reporter.report({"my_group", "my_stream"}, record).delivered;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();  // before the reporter goes

  std::cout << delivered << " of 1000 records delivered\n";
  return delivered == 1000 ? 0 : 1;
}
