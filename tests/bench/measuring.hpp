// SPDX-License-Identifier: Apache-2.0
// What the measurements of the asynchronous reporter share: log lines, clocks, and what is kept of
// many short runs.
#ifndef INLONG_TESTS_BENCH_MEASURING_HPP
#define INLONG_TESTS_BENCH_MEASURING_HPP

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bench {

inline void must(bool done) {
  if (!done) std::abort();
}

/// A thousand different lines of 100 bytes, the same in each run. One in four has a `key=value`,
/// where something is to be escaped.
inline std::vector<std::string> log_lines() {
  constexpr std::size_t size = 100;
  std::mt19937 engine(20240229);
  const auto number = [&](int first, int last) {
    return std::to_string(std::uniform_int_distribution<int>(first, last)(engine));
  };
  const auto one_of = [&](std::vector<std::string> choices) {
    return choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(engine)];
  };
  std::vector<std::string> lines(1024);
  for (std::string& line : lines) {
    line = "2026-02-" + number(10, 28) + "T" + number(10, 23) + ":" + number(10, 59) + ":" +
           number(10, 59) + "." + number(100, 999) + "Z ";
    line += one_of({"INFO ", "INFO ", "WARN ", "DEBUG"}) + " [worker-" + number(1, 32) + "] ";
    line += one_of({"orders.Service", "payments.Gateway", "cart.Store", "search.Index"}) + ": ";
    line += one_of({"order", "session", "request", "batch"}) + " " + number(1, 99999999) + " took ";
    line += number(1, 2000) + " ms";
    if (one_of({"yes", "no", "no", "no"}) == "yes") line += ", user=" + number(1, 9999);
    while (line.size() < size) line += " " + one_of({"cached", "shipped", "retried", "done"});
    line.resize(size);
    if (line.back() == ' ') line.back() = '.';
  }
  return lines;
}

inline double nanoseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}
/// What this thread has had of a processor, whatever else the machine is at.
inline double thread_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return nanoseconds(now);
}
/// What all threads of this process have had.
inline double process_nanoseconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}
inline double wall_nanoseconds() {
  return static_cast<double>(std::chrono::steady_clock::now().time_since_epoch().count());
}

/// One figure of many short runs.
class samples {
 public:
  void add(double one) { all_.push_back(one); }
  double least() const { return *std::min_element(all_.begin(), all_.end()); }
  double most() const { return *std::max_element(all_.begin(), all_.end()); }
  double median() {
    const auto middle = all_.begin() + static_cast<std::ptrdiff_t>(all_.size() / 2);
    std::nth_element(all_.begin(), middle, all_.end());
    return *middle;
  }

 private:
  std::vector<double> all_;
};

/// Calls `action(which)` on so many threads, which begin together.
template <class Action>
void side_by_side(std::size_t threads, const Action& action) {
  if (threads == 1) return action(std::size_t{0});
  std::atomic<std::size_t> absent{threads};
  std::vector<std::thread> all;
  for (std::size_t which = 0; which < threads; ++which) {
    all.emplace_back([&, which] {
      for (--absent; absent != 0;) std::this_thread::yield();
      action(which);
    });
  }
  for (std::thread& each : all) each.join();
}

}  // namespace bench

#endif
