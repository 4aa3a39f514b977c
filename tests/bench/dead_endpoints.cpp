// SPDX-License-Identifier: Apache-2.0
// What four dead endpoints of five cost: median, 95th percentile and maximum of a small report in
// microseconds, beside those of a reporter that knows the living one alone, and how many times its
// median and 95th percentile they are. Measured once each dead one has failed, in turns.
#include <inlong/report.hpp>

#include "../wire/dead_endpoints.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr std::size_t turns = 600;
constexpr std::size_t reports_a_turn = 100;

class timed_reporter {
 public:
  explicit timed_reporter(const std::vector<std::string>& addresses)
      : reporter_(addresses, hasty()) {
    times_.reserve(turns * reports_a_turn);
  }

  double report() {
    const auto start = std::chrono::steady_clock::now();
    if (!reporter_.report({"group", "stream"}, record_)) std::abort();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
        .count();
  }
  void take_turn() {
    for (std::size_t i = 0; i < reports_a_turn; ++i) times_.push_back(report());
  }
  /// Until so many endpoints have failed.
  void warm_up(std::ptrdiff_t dead) {
    const auto has_failed = [](const inlong::endpoint_statistics& each) {
      return each.last_error != inlong::errc::ok;
    };
    for (std::ptrdiff_t failed = -1; failed < dead;) {
      report();
      const auto all = reporter_.counters().endpoints;
      failed = std::count_if(all.begin(), all.end(), has_failed);
    }
  }
  double percentile(double which) {
    const auto place = static_cast<std::ptrdiff_t>(static_cast<double>(times_.size() - 1) * which);
    std::nth_element(times_.begin(), times_.begin() + place, times_.end());
    return times_[static_cast<std::size_t>(place)];
  }

 private:
  static inlong::options hasty() {
    inlong::options how;
    how.connect_timeout = std::chrono::milliseconds(500);
    how.request_timeout = std::chrono::milliseconds(500);
    return how;
  }

  const std::string record_ = std::string(200, 'r');
  inlong::reporter reporter_;
  std::vector<double> times_;
};

void four_of_five_dead(benchmark::State& state) {
  wire::one_of_five servers;
  timed_reporter alone({servers.alive().address()});
  timed_reporter among_dead(servers.addresses());
  alone.warm_up(0);
  among_dead.warm_up(4);
  bool first = true;  // neither of the two always comes behind the other
  for (auto _ : state) {
    (first ? alone : among_dead).take_turn();
    (first ? among_dead : alone).take_turn();
    first = !first;
    servers.alive().clear();
  }
  const double median = alone.percentile(0.5);
  const double p95 = alone.percentile(0.95);
  state.counters["alone_median_us"] = median;
  state.counters["alone_p95_us"] = p95;
  state.counters["alone_max_us"] = alone.percentile(1);
  state.counters["dead_median_us"] = among_dead.percentile(0.5);
  state.counters["dead_p95_us"] = among_dead.percentile(0.95);
  state.counters["dead_max_us"] = among_dead.percentile(1);
  state.counters["median_times"] = among_dead.percentile(0.5) / median;
  state.counters["p95_times"] = among_dead.percentile(0.95) / p95;
}

BENCHMARK(four_of_five_dead)->Iterations(turns)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
