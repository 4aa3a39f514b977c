// SPDX-License-Identifier: Apache-2.0
// Log lines of 100 bytes on their way through loopback into a sink that reads and answers and does
// nothing else: records a second, and processor time of the client for each, beside one prebuilt
// body sent again and again, and beside cpp-httplib's Params. README.md says how to read it.
#include <inlong/report.hpp>

#include "measuring.hpp"

#include <benchmark/benchmark.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using bench::must;

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: 23\r\n\r\n"
    R"({"code":"0","msg":"Ok"})";

void send_all(int link, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(link, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    must(sent > 0);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// A process of its own, so that what it uses is not counted as the client's; made before there are
/// any threads. It goes with its parent.
class sink {
 public:
  sink() {
    const int door = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    must(::bind(door, reinterpret_cast<sockaddr*>(&any), size) == 0 && ::listen(door, 64) == 0);
    must(::getsockname(door, reinterpret_cast<sockaddr*>(&address_), &size) == 0);
    process_ = ::fork();
    must(process_ >= 0);
    if (process_ == 0) serve(door);
    ::close(door);
  }
  ~sink() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  int port() const { return ntohs(address_.sin_port); }
  int connect() const {
    const int link = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    must(::connect(link, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0);
    return link;
  }

 private:
  [[noreturn]] static void serve(int door) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      const int link = ::accept(door, nullptr, nullptr);
      if (link < 0) continue;
      const int on = 1;
      ::setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      std::thread(read_and_answer, link).detach();
    }
  }
  /// A request's head comes in one piece, perhaps with some of its body.
  static void read_and_answer(int link) {
    std::array<char, 128 * 1024> bytes;
    for (;;) {
      std::size_t have = 0;
      std::size_t whole = 0;
      while (whole == 0 || have < whole) {
        // What is behind the head is not looked at: it may be written over.
        const std::size_t at = whole == 0 ? have : 0;
        const ssize_t got = ::recv(link, bytes.data() + at, bytes.size() - at, 0);
        if (got <= 0) {
          ::close(link);
          return;
        }
        have += static_cast<std::size_t>(got);
        if (whole == 0) whole = size_of({bytes.data(), have});
      }
      must(have == whole);
      send_all(link, answer);
    }
  }
  /// Of a request that begins so; 0 while that can't be said.
  static std::size_t size_of(std::string_view begin) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t head = begin.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    const std::size_t length = begin.substr(0, head).find(name);
    must(length != std::string_view::npos);
    return head + 4 + std::strtoul(begin.data() + length + name.size(), nullptr, 10);
  }

  sockaddr_in address_{};
  pid_t process_ = -1;
};

const std::vector<std::string> lines = bench::log_lines();

/// As many lines as the library puts into one request, in the forms in which they are sent.
struct batch {
  batch() {
    inlong::detail::batch encoded;
    const inlong::destination to{"group", "stream"};
    const inlong::time_point time(std::chrono::system_clock::now());
    must(encoded.open(to, time, inlong::form::compact, '\n') == inlong::errc::ok);
    constexpr std::size_t most = 60 * 1024;
    for (; encoded.most_request_bytes() + 130 < most; ++records) {
      const std::string& line = lines[records % lines.size()];
      must(encoded.append(line, most) == inlong::errc::ok);
      joined += (records == 0 ? "" : "\n") + line;
    }
    inlong::detail::form_tail tail;
    for (const std::string_view piece : encoded.pieces(0, records, tail)) body += piece;
    request = "POST /dataproxy/message HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
              "application/x-www-form-urlencoded\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body;
    parameters = {{"groupId", "group"},
                  {"streamId", "stream"},
                  {"body", joined},
                  {"dt", std::to_string(time.milliseconds())},
                  {"cnt", std::to_string(records)}};
  }
  std::size_t records = 0;
  std::string joined;
  std::string body;
  std::string request;
  httplib::Params parameters;
};

/// Records a second, and nanoseconds of the client's processors for each, of many short runs.
class speeds {
 public:
  template <class Action>
  void take_turn(std::size_t records, const Action& action) {
    const double start = bench::wall_nanoseconds();
    const double used = bench::process_nanoseconds();
    action();
    spent_.add((bench::process_nanoseconds() - used) / static_cast<double>(records));
    speed_.add(static_cast<double>(records) / (bench::wall_nanoseconds() - start) * 1e9);
  }
  void tell(benchmark::State& state, const std::string& name) {
    state.counters[name + "_per_second"] = speed_.most();
    state.counters[name + "_median_per_second"] = speed_.median();
    state.counters[name + "_cpu_ns"] = spent_.least();
    state.counters[name + "_median_cpu_ns"] = spent_.median();
  }
  static void compare(benchmark::State& state, speeds& ours, const std::string& name,
                      speeds& theirs) {
    state.counters["of_" + name] = ours.speed_.most() / theirs.speed_.most();
    state.counters["median_of_" + name] = ours.speed_.median() / theirs.speed_.median();
  }

 private:
  bench::samples speed_;
  bench::samples spent_;
};

sink* server = nullptr;

void end_to_end(benchmark::State& state) {
  const auto connections = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t batches = 64;  // of each connection, in one turn
  const batch prebuilt;
  const std::size_t records = connections * batches * prebuilt.records;

  std::vector<int> links;
  std::vector<std::unique_ptr<httplib::Client>> clients;
  for (std::size_t i = 0; i < connections; ++i) {
    links.push_back(server->connect());
    clients.push_back(std::make_unique<httplib::Client>("127.0.0.1", server->port()));
    clients.back()->set_keep_alive(true);
    clients.back()->set_tcp_nodelay(true);
  }
  inlong::async_options how;
  how.workers = connections;
  inlong::async_reporter reporter("127.0.0.1:" + std::to_string(server->port()), how);
  const inlong::stream_handle stream = reporter.stream({"group", "stream"});

  const auto by_socket = [&](std::size_t which) {
    std::array<char, 4096> bytes;
    for (std::size_t i = 0; i < batches; ++i) {
      send_all(links[which], prebuilt.request);
      must(::recv(links[which], bytes.data(), bytes.size(), 0) ==
           static_cast<ssize_t>(answer.size()));
    }
  };
  const auto by_params = [&](std::size_t which) {
    for (std::size_t i = 0; i < batches; ++i) {
      const auto got = clients[which]->Post("/dataproxy/message", prebuilt.parameters);
      must(got && got->status == 200);
    }
  };
  const auto by_reporter = [&] {
    const std::chrono::minutes long_enough(1);
    for (std::size_t i = 0; i < records; ++i) {
      const std::string& line = lines[i % lines.size()];
      if (stream.submit(line) == inlong::submit_status::accepted) continue;
      must(reporter.submit_for({"group", "stream"}, line, long_enough) ==
           inlong::submit_status::accepted);
    }
    must(reporter.flush(long_enough));
  };

  speeds of_socket;
  speeds of_params;
  speeds of_reporter;
  by_reporter();
  for (auto _ : state) {  // in turns, so that whatever else the machine does is the same for all
    of_socket.take_turn(records, [&] { bench::side_by_side(connections, by_socket); });
    of_params.take_turn(records, [&] { bench::side_by_side(connections, by_params); });
    of_reporter.take_turn(records, by_reporter);
  }
  must(reporter.counters().failed == 0);
  for (const int link : links) ::close(link);
  of_socket.tell(state, "prebuilt");
  of_params.tell(state, "params");
  of_reporter.tell(state, "reporter");
  speeds::compare(state, of_reporter, "prebuilt", of_socket);
  speeds::compare(state, of_reporter, "params", of_params);
}

BENCHMARK(end_to_end)->ArgName("connections")->Arg(1)->Arg(4)->Iterations(25)->Unit(
    benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  sink alone;
  server = &alone;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
