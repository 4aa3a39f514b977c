// SPDX-License-Identifier: Apache-2.0
// What `submit` of a log line of 100 bytes costs whoever calls it, beside appending the same line
// to a vector under a mutex, and beside spdlog's asynchronous queue. README.md says how to read it.
#include <inlong/core.hpp>

#include "measuring.hpp"

#include <benchmark/benchmark.h>

#if __has_include(<spdlog/async.h>)
#define HAS_SPDLOG 1
#include <spdlog/async.h>
#include <spdlog/sinks/null_sink.h>
#else
#define HAS_SPDLOG 0
#endif

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Counts what the threads that submit allocate: the library takes its buffers from malloc, so that
// an operator new would not see them.
static thread_local std::size_t allocations = 0;
#if defined(__GLIBC__)
extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* old, std::size_t size) noexcept;
void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  ++allocations;
  return __libc_realloc(old, size);
}
}
#endif

namespace {

using bench::must;

const std::vector<std::string> lines = bench::log_lines();
std::string_view line(std::size_t which) { return lines[which % 1024]; }

/// Answers at once.
struct instant_transport {
  inlong::exchange post(const inlong::request&) {
    inlong::exchange answer;
    answer.what = inlong::transmission::answered;
    answer.status = 200;
    answer.body = R"({"code":"0"})";
    return answer;
  }
  void cancel() noexcept {}
};
using reporter = inlong::basic_async_reporter<instant_transport>;

/// Bytes behind bytes in one buffer, as large as a request, that is used again when it is full: no
/// checks, no escapes, nobody who takes them out.
class appender {
 public:
  appender() { bytes_.reserve(capacity); }
  void append(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (capacity - bytes_.size() < text.size()) bytes_.clear();
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }

 private:
  static constexpr std::size_t capacity = 60 * 1024;
  std::mutex mutex_;
  std::vector<char> bytes_;
};

#if HAS_SPDLOG
/// With the queue, the policy and the thread that spdlog has by default, and a sink that does
/// nothing.
class spdlog_queue {
 public:
  void log(std::string_view text) {
    logger_.log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
  }

 private:
  std::shared_ptr<spdlog::details::thread_pool> pool_ =
      std::make_shared<spdlog::details::thread_pool>(spdlog::details::default_async_q_size, 1U);
  std::shared_ptr<spdlog::async_logger> shared_ = std::make_shared<spdlog::async_logger>(
      "bench", std::make_shared<spdlog::sinks::null_sink_mt>(), pool_);
  spdlog::async_logger& logger_ = *shared_;
};
#endif

/// What one way to get rid of a record costs: the processor time of the threads that do it.
class costs {
 public:
  explicit costs(std::size_t threads) : threads_(threads) {}

  /// Calls `send(thread, number)` so many times on each thread.
  template <class Send>
  void take_turn(std::size_t each, const Send& send) {
    std::vector<double> spent(threads_);
    std::vector<std::size_t> allocated(threads_);
    bench::side_by_side(threads_, [&](std::size_t thread) {
      const std::size_t allocations_before = allocations;
      const double start = bench::thread_nanoseconds();
      for (std::size_t i = 0; i < each; ++i) send(thread, i);
      spent[thread] = bench::thread_nanoseconds() - start;
      allocated[thread] = allocations - allocations_before;
    });
    double sum = 0;
    for (std::size_t thread = 0; thread < threads_; ++thread) {
      sum += spent[thread];
      allocations_ += allocated[thread];
    }
    records_ += threads_ * each;
    spent_.add(sum / static_cast<double>(threads_ * each));
  }
  double least() const { return spent_.least(); }
  double median() { return spent_.median(); }
  double allocated() const {
    return static_cast<double>(allocations_) / static_cast<double>(records_);
  }
  void tell(benchmark::State& state, const std::string& name, costs& beside) {
    state.counters[name + "_ns"] = least();
    state.counters[name + "_times"] = least() / beside.least();
    state.counters[name + "_median_ns"] = median();
    state.counters[name + "_median_times"] = median() / beside.median();
  }

 private:
  const std::size_t threads_;
  bench::samples spent_;
  std::size_t allocations_ = 0;
  std::size_t records_ = 0;
};

/// The workers, which get little of a busy machine, shall never make it full; and what is not full
/// yet shall stay open, so that the reporter is never idle and gives nothing back.
inlong::async_options patient(std::chrono::milliseconds linger) {
  inlong::async_options how;
  how.linger = linger;
  how.max_memory = std::size_t{4} << 30;
  return how;
}

/// Waits until so many records are pending at most.
void settle(const reporter& to, std::uint64_t records) {
  while (to.counters().pending > records) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

void accept(inlong::submit_status status) { must(status == inlong::submit_status::accepted); }

constexpr std::size_t records_a_turn = 10'000;  // of each thread
constexpr std::size_t records_of_a_batch = 1000;  // no fewer than there are
constexpr int warm_up = 30;

/// By so many threads into one lane.
void one_lane(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  // Several threads do not begin in the same microsecond: most of a turn is to be done together.
  const std::size_t a_turn = threads == 1 ? records_a_turn : 10 * records_a_turn;
  appender vector;
#if HAS_SPDLOG
  spdlog_queue queue;
  costs of_spdlog(threads);
#endif
  reporter async("http://127.0.0.1:1", patient(std::chrono::seconds(10)));
  inlong::stream_handle handle = async.stream({"group", "stream"});
  costs warming(threads);
  costs of_vector(threads);
  costs of_handle(threads);
  costs of_submit(threads);
  const auto by_handle = [&](std::size_t, std::size_t i) { accept(handle.submit(line(i))); };
  for (int i = 0; i < warm_up; ++i) {
    settle(async, records_of_a_batch);
    warming.take_turn(a_turn, by_handle);
  }
  for (auto _ : state) {  // in turns, so that whatever else the machine does is the same for all
    of_vector.take_turn(a_turn,
                        [&](std::size_t, std::size_t i) { vector.append(line(i)); });
    settle(async, records_of_a_batch);
    of_handle.take_turn(a_turn, by_handle);
    settle(async, records_of_a_batch);
    of_submit.take_turn(a_turn, [&](std::size_t, std::size_t i) {
      accept(async.submit({"group", "stream"}, line(i)));
    });
#if HAS_SPDLOG
    of_spdlog.take_turn(a_turn, [&](std::size_t, std::size_t i) { queue.log(line(i)); });
#endif
  }
  state.counters["vector_ns"] = of_vector.least();
  state.counters["vector_median_ns"] = of_vector.median();
  of_handle.tell(state, "handle", of_vector);
  of_submit.tell(state, "submit", of_vector);
  state.counters["handle_allocations"] = of_handle.allocated();
  state.counters["submit_allocations"] = of_submit.allocated();
#if HAS_SPDLOG
  of_spdlog.tell(state, "spdlog", of_vector);
#endif
}

BENCHMARK(one_lane)->ArgName("threads")->Arg(1)->Arg(2)->Arg(8)->Iterations(100)->Unit(
    benchmark::kMillisecond);

/// By so many threads into so many lanes at random, beside one lane. Each lane has an open batch
/// already, with room for most of what comes: what is measured is `submit`, and not what it costs to
/// begin a batch or to send one that holds a record or two.
void many_lanes(benchmark::State& state) {
  const auto destinations = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<std::size_t>(state.range(1));
  reporter of_one("http://127.0.0.1:1", patient(std::chrono::seconds(10)));
  reporter of_many("http://127.0.0.1:1", patient(std::chrono::hours(1)));
  std::vector<std::string> groups;
  std::vector<inlong::stream_handle> handles;
  for (std::size_t i = 0; i < destinations; ++i) {
    groups.push_back("group-" + std::to_string(i));
    handles.push_back(of_many.stream({groups.back(), "stream"}));
  }
  std::mt19937 engine(20240229);
  std::uniform_int_distribution<std::uint32_t> any(0, static_cast<std::uint32_t>(destinations) - 1);
  std::vector<std::uint32_t> order(16 * records_a_turn);
  for (std::uint32_t& each : order) each = any(engine);
  std::size_t turn = 0;
  const auto choice = [&](std::size_t thread, std::size_t i) -> std::size_t {
    return order[(thread + turn) % 16 * records_a_turn + i];
  };

  costs single(threads);
  costs of_handle(threads);
  costs of_submit(threads);
  std::size_t pending = (std::numeric_limits<std::size_t>::max)();
  constexpr std::size_t most = 800'000;
  constexpr std::size_t first = 17;  // of these lines: the buffer has just been doubled
  for (auto _ : state) {
    if (pending > most) {
      must(of_many.flush((std::chrono::milliseconds::max)()));
      for (std::size_t i = 0; i < first * destinations; ++i) {
        accept(of_many.submit({groups[i % destinations], "stream"}, line(i)));
      }
      pending = 0;
    }
    settle(of_one, records_of_a_batch);
    single.take_turn(records_a_turn, [&](std::size_t, std::size_t i) {
      accept(of_one.submit({"group", "stream"}, line(i)));
    });
    ++turn;
    of_handle.take_turn(records_a_turn, [&](std::size_t thread, std::size_t i) {
      accept(handles[choice(thread, i)].submit(line(i)));
    });
    ++turn;
    of_submit.take_turn(records_a_turn, [&](std::size_t thread, std::size_t i) {
      accept(of_many.submit({groups[choice(thread, i)], "stream"}, line(i)));
    });
    pending += 2 * threads * records_a_turn;
  }
  state.counters["one_ns"] = single.least();
  state.counters["one_median_ns"] = single.median();
  of_handle.tell(state, "handle", single);
  of_submit.tell(state, "submit", single);
  state.counters["handle_allocations"] = of_handle.allocated();
  state.counters["submit_allocations"] = of_submit.allocated();
}

BENCHMARK(many_lanes)->ArgNames({"lanes", "threads"})
    ->ArgsProduct({{100, 100'000}, {1, 2, 8}})->Iterations(60)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
