// SPDX-License-Identifier: Apache-2.0
// Asks the stand-in and the judges the same, and keeps what each answers and stores.
#ifndef INLONG_TESTS_INTEROP_DIFFERENTIAL_SERVERS_HPP
#define INLONG_TESTS_INTEROP_DIFFERENTIAL_SERVERS_HPP

#include <inlong/testing/dataproxy.hpp>

#include "../judge.hpp"
#include "cases.hpp"
#include "conversation.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace interop {

inline std::int64_t now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

/// What became of one case at one server.
struct result {
  std::string answers;
  std::vector<std::string> stored;

  bool operator==(const result& other) const {
    return std::tie(answers, stored) == std::tie(other.answers, other.stored);
  }
};

/// A stored message in a line. A data time that is the time of arrival differs from one server to
/// the other.
inline std::string in_a_line(const std::string& group, const std::string& stream, std::int64_t dt,
                             std::int32_t cnt, const std::string& client, const std::string& body,
                             std::int64_t start) {
  const bool arrival = dt >= start && dt <= now();
  std::ostringstream line;
  line << group << '/' << stream << " dt " << (arrival ? "of arrival" : std::to_string(dt))
       << " cnt " << cnt << " from " << client << ": " << body;
  return line.str();
}

/// Sends each case to one server, all at once; `opened` is told of each connection.
template <class Opened>
std::vector<std::string> converse(std::uint16_t port, const std::vector<request_case>& cases,
                                  Opened opened) {
  std::vector<conversation> all;
  all.reserve(cases.size());
  for (const request_case& each : cases) {
    all.emplace_back(port, each.steps);
    opened(all.back());
    all.back().advance();
  }
  hold(all);
  std::vector<std::string> answers;
  for (const conversation& each : all) answers.push_back(each.received());
  return answers;
}

class stand_in {
 public:
  std::vector<result> ask(const std::vector<request_case>& cases, std::chrono::milliseconds idle,
                          node_state state) {
    inlong::testing::dataproxy_options options;
    options.max_message_bytes = message_limit;
    options.idle_timeout = idle;
    options.ready = state != node_state::not_ready;
    options.stopped = state == node_state::stopped;
    options.known = {{"g", "s"}, {"w", {}}};
    const inlong::testing::dataproxy server(options);
    const std::int64_t start = now();
    const auto answers = converse(server.port(), cases, [](const conversation&) {});
    server.wait_for_open_connections(0, std::chrono::seconds(10));
    std::vector<result> results;
    for (const std::string& each : answers) results.push_back({each, {}});
    // Connections are accepted, and therefore numbered, in the order in which they were made.
    for (const auto& message : server.stored()) {
      results[message.connection - 1].stored.push_back(
          in_a_line(message.group_id, message.stream_id, message.dt, message.cnt, message.client,
                    message.body, start));
    }
    return results;
  }
};

class netty {
 public:
  explicit netty(const std::string& folder) : judge_(folder) {}

  const std::string& version() const { return judge_.version(); }

  std::vector<result> ask(const std::vector<request_case>& cases, std::chrono::milliseconds idle,
                          node_state state) {
    judge_.begin();
    judge_.tell("max-msg-length " + std::to_string(message_limit));
    judge_.tell("idle " + std::to_string(idle.count()));
    judge_.tell("know g s");
    judge_.tell("know w");
    if (state == node_state::not_ready) judge_.tell("ready false");
    if (state == node_state::stopped) judge_.tell("stopped true");
    const std::int64_t start = now();
    std::map<std::uint16_t, std::size_t> index;
    const auto answers = converse(judge_.port(), cases, [&](const conversation& link) {
      const std::size_t number = index.size();
      index[link.local_port()] = number;
    });
    std::vector<result> results;
    for (const std::string& each : answers) results.push_back({each, {}});
    for (const auto& message : judge_.stored()) {
      results[index.at(message.client_port)].stored.push_back(
          in_a_line(message.group_id, message.stream_id, message.dt, message.cnt, message.client,
                    message.body, start));
    }
    return results;
  }

 private:
  judge judge_;
};

/// Every server, asked the same.
class servers {
 public:
  explicit servers(const std::string& folder)
      : as_dataproxy_(folder + "/as_dataproxy"), newest_(folder + "/newest") {
    // The first requests of a Java program take their time.
    ask({{"", {"GET /dataproxy/heartbeat HTTP/1.1\r\nConnection: close\r\n\r\n"}}},
        std::chrono::seconds(3), node_state::normal);
  }

  std::vector<std::string> names() const {
    return {"the stand-in", as_dataproxy_.version(), newest_.version()};
  }

  /// For each case what became of it at each of them. The cases are of one state.
  std::vector<std::vector<result>> ask(const std::vector<request_case>& cases,
                                       std::chrono::milliseconds idle, node_state state) {
    const auto start = [&](auto& server, const std::vector<request_case>& some) {
      return std::async(std::launch::async, [&] { return server.ask(some, idle, state); });
    };
    auto one = start(stand_in_, cases);
    auto two = start(as_dataproxy_, cases);
    // What becomes of a mutation is too often a matter of what the newest Netty has begun to
    // refuse.
    std::vector<request_case> listed;
    std::copy_if(cases.begin(), cases.end(), std::back_inserter(listed),
                 [](const request_case& each) { return !each.is_mutation; });
    auto three = start(newest_, listed);
    std::vector<std::vector<result>> all;
    std::vector<result> at_stand_in = one.get();
    std::vector<result> at_dataproxys = two.get();
    std::vector<result> at_newest = three.get();
    for (std::size_t i = 0, next = 0; i < cases.size(); ++i) {
      const result& third = cases[i].is_mutation ? at_stand_in[i] : at_newest[next++];
      all.push_back({at_stand_in[i], at_dataproxys[i], third});
    }
    return all;
  }

 private:
  stand_in stand_in_;
  netty as_dataproxy_;
  netty newest_;
};

inline bool differ(const std::vector<result>& results) {
  return std::any_of(results.begin(), results.end(),
                     [&](const result& each) { return !(each == results[0]); });
}

}  // namespace interop

#endif
