// SPDX-License-Identifier: Apache-2.0
// What a pending record of 100 bytes, and an idle lane that a handle holds, take of memory: as the
// reporter counts it for `max_memory`, and as the heap does.
#include <inlong/core.hpp>

#include "measuring.hpp"

#include <benchmark/benchmark.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace {

using bench::must;

/// Bytes that are in use; 0 where that can't be said.
std::size_t heap() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  const auto all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
#else
  return 0;
#endif
}

/// Never answers, until it is cancelled.
class dead_transport {
 public:
  dead_transport() = default;
  dead_transport(const dead_transport&) noexcept {}

  inlong::exchange post(const inlong::request&) {
    std::unique_lock lock(mutex_);
    called_.wait(lock, [this] { return cancelled_; });
    inlong::exchange none;
    none.error = std::make_error_code(std::errc::operation_canceled);
    return none;
  }
  void cancel() noexcept {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    called_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable called_;
  bool cancelled_ = false;
};
using reporter = inlong::basic_async_reporter<dead_transport>;

/// The default options, and as many records as they take.
void pending_record(benchmark::State& state) {
  const auto lanes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::string> lines = bench::log_lines();
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < lanes; ++i) groups.push_back("group-" + std::to_string(i));
  for (auto _ : state) {
    inlong::async_options how;
    how.linger = std::chrono::hours(1);
    reporter full("http://127.0.0.1:1", how);
    const std::size_t before = heap();
    std::size_t i = 0;
    const auto submit = [&] {
      return full.submit({groups[i % lanes], "stream"}, lines[i % lines.size()]);
    };
    while (submit() == inlong::submit_status::accepted) ++i;
    const auto records = static_cast<double>(i);
    state.counters["records"] = records;
    state.counters["counted_bytes"] = static_cast<double>(full.counters().memory) / records;
    state.counters["heap_bytes"] = static_cast<double>(heap() - before) / records;
    state.counters["max_memory_bytes"] = static_cast<double>(how.max_memory) / records;
    state.PauseTiming();
    static_cast<void>(full.close(std::chrono::milliseconds(0)));
    state.ResumeTiming();
  }
}

BENCHMARK(pending_record)->ArgName("lanes")->Arg(1)->Arg(100)->Arg(10'000)->Iterations(1)->Unit(
    benchmark::kMillisecond);

/// Of a group and a stream with names of 12 and 6 characters.
void idle_lane(benchmark::State& state) {
  constexpr std::size_t count = 100'000;
  for (auto _ : state) {
    reporter idle("http://127.0.0.1:1");
    std::vector<inlong::stream_handle> handles;
    handles.reserve(count);
    const std::size_t counted = idle.counters().memory;
    const std::size_t before = heap();
    for (std::size_t i = 0; i < count; ++i) {
      handles.push_back(idle.stream({"group-" + std::to_string(100'000 + i), "stream"}));
    }
    const auto per_lane = [](std::size_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(count);
    };
    must(idle.counters().lanes == count);
    state.counters["counted_bytes"] = per_lane(idle.counters().memory - counted);
    state.counters["heap_bytes"] = per_lane(heap() - before);
    state.counters["handle_bytes"] = static_cast<double>(sizeof(inlong::stream_handle));
  }
}

BENCHMARK(idle_lane)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
