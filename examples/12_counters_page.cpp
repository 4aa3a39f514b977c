// SPDX-License-Identifier: Apache-2.0
// Writes the counters as a page that Prometheus reads, in its text exposition format.
#include <inlong/core.hpp>
#include <inlong/testing/scripted_transport.hpp>

#include <chrono>
#include <iostream>
#include <ostream>
#include <string>

using network = inlong::testing::scripted_transport;

/// Between quotes the format wants a backslash before a backslash and a quote, and \n for LF.
std::string escaped(const std::string& label) {
  std::string text;
  for (const char c : label) {
    if (c == '\\' || c == '"') text += '\\';
    text += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return text;
}

void write_page(std::ostream& page, const inlong::statistics& all) {
  const auto metric = [&page](const char* name, const char* type, auto value) {
    page << "# TYPE inlong_" << name << ' ' << type << "\ninlong_" << name << ' ' << value << '\n';
  };
  metric("offered_total", "counter", all.offered);
  metric("refused_total", "counter", all.refused);
  metric("delivered_total", "counter", all.delivered);
  metric("failed_total", "counter", all.failed);
  metric("retries_total", "counter", all.retries);
  metric("pending", "gauge", all.pending);
  metric("memory_bytes", "gauge", all.memory);

  const auto per_endpoint = [&](const std::string& name, const char* type, auto value_of) {
    page << "# TYPE inlong_endpoint_" << name << ' ' << type << '\n';
    for (const inlong::endpoint_statistics& each : all.endpoints) {
      page << "inlong_endpoint_" << name << "{address=\"" << escaped(each.address) << "\"} "
           << value_of(each) << '\n';
    }
  };
  using endpoint = const inlong::endpoint_statistics&;
  per_endpoint("open", "gauge", [](endpoint e) { return e.state == inlong::endpoint_state::open; });
  per_endpoint("delivered_total", "counter", [](endpoint e) { return e.delivered; });
  per_endpoint("failures_total", "counter", [](endpoint e) { return e.failures; });
  per_endpoint("latency_seconds", "gauge",
               [](endpoint e) { return std::chrono::duration<double>(e.latency).count(); });
}

int main() {
  inlong::basic_async_reporter<network> reporter({"10.0.0.1", "http://gateway/a\"b"});
  for (int i = 0; i < 100; ++i) reporter.submit({"my_group", "my_stream"}, "a record");
  reporter.submit({"my_group", "my_stream"}, " ");  // blank, and so refused
  if (!reporter.flush(std::chrono::seconds(10))) return 1;
  write_page(std::cout, reporter.counters());  // a service answers GET /metrics with it
}
