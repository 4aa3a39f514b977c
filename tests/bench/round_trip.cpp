// SPDX-License-Identifier: Apache-2.0
// How long a small report takes, beside the same bytes over a bare socket: the medians in
// microseconds, and how many times the bare socket's the transport's and the reporter's are. All of
// it runs on one processor, where a bare socket is fastest and nothing depends on who wakes whom.
#include <inlong/report.hpp>

#include <benchmark/benchmark.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t turns = 100;
constexpr std::size_t requests_a_turn = 100;
constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: 23\r\n\r\n"
    R"({"code":"0","msg":"Ok"})";

void must(bool done) {
  if (!done) std::abort();
}

/// Answers each request, which comes in one piece, at once.
class sink {
 public:
  sink() : door_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    must(::bind(door_, reinterpret_cast<sockaddr*>(&any), size) == 0 && ::listen(door_, 1) == 0);
    must(::getsockname(door_, reinterpret_cast<sockaddr*>(&address_), &size) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~sink() {
    thread_.join();
    ::close(door_);
  }

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  std::string text() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }

 private:
  /// Serves one connection, to its end.
  void serve() const {
    const int link = ::accept(door_, nullptr, nullptr);
    const int on = 1;
    ::setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::array<char, 4096> bytes;
    while (::recv(link, bytes.data(), bytes.size(), 0) > 0) {
      must(::send(link, answer.data(), answer.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(answer.size()));
    }
    ::close(link);
  }

  int door_;
  sockaddr_in address_{};
  std::thread thread_;
};

class bare_socket {
 public:
  explicit bare_socket(const sink& to) : link_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const int on = 1;
    ::setsockopt(link_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    must(::connect(link_, to.address(), sizeof(sockaddr_in)) == 0);
  }
  ~bare_socket() { ::close(link_); }

  void post(std::string_view request) const {
    std::array<char, 4096> bytes;
    must(::send(link_, request.data(), request.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(request.size()));
    must(::recv(link_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(answer.size()));
  }

 private:
  int link_;
};

class stopwatch {
 public:
  stopwatch() { times_.reserve(turns * requests_a_turn); }

  template <class Action>
  void take_turn(Action action) {
    for (std::size_t i = 0; i < requests_a_turn; ++i) {
      const auto start = std::chrono::steady_clock::now();
      action();
      times_.push_back(
          std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
              .count());
    }
  }
  double median() {
    const auto middle = times_.begin() + static_cast<std::ptrdiff_t>(times_.size() / 2);
    std::nth_element(times_.begin(), middle, times_.end());
    return *middle;
  }

 private:
  std::vector<double> times_;
};

/// Of this thread, and of those that it will start.
void stay_on_one_processor() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
  must(::sched_setaffinity(0, sizeof one, &one) == 0);
}

void round_trip(benchmark::State& state) {
  stay_on_one_processor();
  const std::string record(200, 'r');
  sink behind_socket;
  sink behind_transport;
  sink behind_reporter;
  const bare_socket bare(behind_socket);
  inlong::httplib_transport transport;
  inlong::reporter reporter(behind_reporter.text());

  const inlong::endpoint to(behind_transport.text());
  const std::vector<inlong::header> no_headers;
  const std::array<std::string_view, 3> body{"groupId=group&streamId=stream&body=", record,
                                             "&dt=1700000000000&cnt=1"};
  std::string request = "POST /dataproxy/message HTTP/1.1\r\nHost: " + behind_socket.text() +
                        "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ";
  request += std::to_string(body[0].size() + body[1].size() + body[2].size()) + "\r\n\r\n";
  for (const std::string_view piece : body) request += piece;

  stopwatch of_socket;
  stopwatch of_transport;
  stopwatch of_reporter;
  for (auto _ : state) {  // in turns, so that whatever else the machine does is the same for all
    of_socket.take_turn([&] { bare.post(request); });
    of_transport.take_turn([&] {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      const inlong::request what{to,   to.message_path(),       body,    no_headers,
                                 true, std::chrono::seconds(2), deadline};
      must(transport.post(what).what == inlong::transmission::answered);
    });
    of_reporter.take_turn(
        [&] { must(static_cast<bool>(reporter.report({"group", "stream"}, record))); });
  }
  const double base = of_socket.median();
  const double by_transport = of_transport.median();
  const double by_reporter = of_reporter.median();
  state.counters["socket_us"] = base;
  state.counters["transport_us"] = by_transport;
  state.counters["reporter_us"] = by_reporter;
  state.counters["transport_times"] = by_transport / base;
  state.counters["reporter_times"] = by_reporter / base;
}

BENCHMARK(round_trip)->Iterations(turns)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
