// SPDX-License-Identifier: Apache-2.0
// A plugin that carries the library: loaded, used and unloaded by process_cases.
#include "plugin.hpp"

#include <inlong/report.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <thread>

using namespace std::chrono_literals;

/// With a transport of its own, it also has code of its own, where it would share the program's.
class own_transport : public inlong::httplib_transport {};
using own_reporter = inlong::basic_async_reporter<own_transport>;

/// Destroyed before it is unloaded.
PLUGIN_EXPORT std::size_t report(const char* address, std::size_t first, std::size_t count) {
  const inlong::destination to{"group", "stream"};
  std::size_t delivered = 0;
  own_reporter queue({address});
  inlong::reporter blocking({address});
  auto handle = queue.stream(to);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string body = "plugin-" + std::to_string(first + i);
    if (i % 2 == 0) {
      handle.submit(body);
    } else {
      delivered += blocking.report(to, body).delivered;
    }
  }
  return queue.flush(20s) ? delivered + queue.counters().delivered : 0;
}

/// Destroyed with requests in flight, which nobody waits for.
PLUGIN_EXPORT std::size_t abandon(const char* address, std::size_t first, std::size_t count) {
  inlong::async_options how;
  how.max_batch_records = 1;
  own_reporter queue({address}, how);
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    accepted += queue.submit({"group", "stream"}, "plugin-" + std::to_string(first + i)) ==
                inlong::submit_status::accepted;
  }
  while (queue.counters().endpoints[0].requests == 0) std::this_thread::yield();
  return accepted;
}

/// Destroyed while it is unloaded, with records that are still to be sent.
PLUGIN_EXPORT std::size_t submit(const char* address, std::size_t first, std::size_t count) {
  static std::optional<own_reporter> queue = [address] {
    inlong::async_options how;
    how.linger = 1h;
    how.close_wait = 20s;
    return std::optional<own_reporter>(std::in_place, address, how);
  }();
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    accepted += queue->submit({"group", "stream"}, "plugin-" + std::to_string(first + i)) ==
                inlong::submit_status::accepted;
  }
  return accepted;
}
