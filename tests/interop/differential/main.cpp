// SPDX-License-Identifier: Apache-2.0
// Holds the stand-in to the Netty judges: the same bytes to each, and the same answers wanted.
//
//   differential FOLDER DIFFERENCES [--seed N] [--mutations N] [--only NAME]
//
// FOLDER is where netty/build.sh has put the judges. DIFFERENCES lists what is known to differ, and
// why. Prints every difference that is not listed, and fails; and fails for those that are listed
// and are none. --only shows what becomes of one case.
#include <inlong/testing/dataproxy.hpp>

#include "../judge.hpp"
#include "cases.hpp"
#include "conversation.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <future>
#include <iostream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <sys/resource.h>

using interop::conversation;
using interop::judge;
using interop::node_state;
using interop::request_case;

namespace {

using std::chrono::milliseconds;

std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c >= ' ' && c <= '~' && c != '\\') {
      text += c;
    } else {
      constexpr char digits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      text += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
    }
  }
  return text.size() <= 900 ? text : text.substr(0, 900) + "...";
}

std::int64_t now() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(time).count();
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
std::string in_a_line(const std::string& group, const std::string& stream, std::int64_t dt,
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
  interop::hold(all);
  std::vector<std::string> answers;
  for (const conversation& each : all) answers.push_back(each.received());
  return answers;
}

class stand_in {
 public:
  std::vector<result> ask(const std::vector<request_case>& cases, milliseconds idle,
                          node_state state) {
    inlong::testing::dataproxy_options options;
    options.max_message_bytes = interop::message_limit;
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

  std::vector<result> ask(const std::vector<request_case>& cases, milliseconds idle,
                          node_state state) {
    judge_.begin();
    judge_.tell("max-msg-length " + std::to_string(interop::message_limit));
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

/// `*` stands for any text.
bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (name.substr(0, star) != pattern.substr(0, star)) return false;
  pattern.remove_prefix(star + 1);
  for (name.remove_prefix(star); !matches(pattern, name); name.remove_prefix(1)) {
    if (name.empty()) return false;
  }
  return true;
}

void show(const std::string& who, const result& got) {
  std::cout << "  " << who << " answers " << printable(got.answers) << '\n';
  for (const std::string& each : got.stored) std::cout << "    stores " << printable(each) << '\n';
}

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
  std::vector<std::vector<result>> ask(const std::vector<request_case>& cases, milliseconds idle,
                                       node_state state) {
    const auto start = [&](auto& server, const std::vector<request_case>& some) {
      return std::async(std::launch::async, [&] { return server.ask(some, idle, state); });
    };
    auto one = start(stand_in_, cases);
    auto two = start(as_dataproxy_, cases);
    // What becomes of a mutation is too often a matter of what the newest Netty has begun to refuse.
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

bool differ(const std::vector<result>& results) {
  return std::any_of(results.begin(), results.end(),
                     [&](const result& each) { return !(each == results[0]); });
}

struct judged_case {
  request_case sent;
  std::vector<result> results;
};

/// The cases that were not treated alike everywhere.
std::vector<judged_case> differing(servers& all, const std::vector<request_case>& cases,
                                   milliseconds idle, node_state state) {
  // Fewer than the connections that wait to be accepted.
  constexpr std::size_t at_once = 120;
  std::vector<judged_case> found;
  for (std::size_t begin = 0; begin < cases.size(); begin += at_once) {
    const std::size_t end = (std::min)(begin + at_once, cases.size());
    const std::vector<request_case> wave(cases.begin() + static_cast<std::ptrdiff_t>(begin),
                                         cases.begin() + static_cast<std::ptrdiff_t>(end));
    const auto results = all.ask(wave, idle, state);
    for (std::size_t i = 0; i < wave.size(); ++i) {
      if (differ(results[i])) found.push_back({wave[i], results[i]});
    }
  }
  return found;
}

/// What is known to differ from each Netty.
class known_differences {
 public:
  known_differences(const std::string& file, const std::vector<std::string>& servers)
      : patterns_(servers.size()) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("can't read " + file);
    std::size_t server = servers.size();
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line[0] == '#') continue;
      if (line[0] == '[') {
        const auto named = std::find(servers.begin(), servers.end(), line.substr(1, line.size() - 2));
        server = static_cast<std::size_t>(named - servers.begin());
      } else {
        patterns_.at(server)[line] = 0;
      }
    }
  }

  /// Every pattern that fits gets the credit, so that none is called unused for its place.
  bool explain(std::size_t server, const std::string& name) {
    std::size_t fitting = 0;
    for (auto& [pattern, uses] : patterns_[server]) {
      if (!matches(pattern, name)) continue;
      ++uses;
      ++fitting;
    }
    return fitting != 0;
  }
  bool explain(const judged_case& of) {
    for (std::size_t server = 1; server < of.results.size(); ++server) {
      const bool differs = !(of.results[server] == of.results[0]);
      if (differs && !explain(server, of.sent.name)) return false;
    }
    return true;
  }

  std::vector<std::string> unused(std::size_t server) const {
    std::vector<std::string> names;
    for (const auto& [pattern, uses] : patterns_[server]) {
      if (uses == 0) names.push_back(pattern);
    }
    return names;
  }

 private:
  std::vector<std::map<std::string, std::size_t>> patterns_;
};

void show(const std::vector<std::string>& names, const judged_case& of) {
  std::cout << of.sent.name << '\n';
  for (const std::string& step : of.sent.steps) std::cout << "  sent " << printable(step) << '\n';
  for (std::size_t i = 0; i < names.size(); ++i) show(names[i], of.results[i]);
}

struct command_line {
  std::string folder;
  std::string differences;
  std::uint64_t seed = 1;
  std::size_t mutations = 2000;
  std::string only;
};

command_line parse(int argc, char** argv) {
  if (argc < 3 || argc % 2 == 0) throw std::runtime_error("see the first lines of main.cpp");
  command_line read;
  read.folder = argv[1];
  read.differences = argv[2];
  for (int i = 3; i < argc; i += 2) {
    const std::string option = argv[i];
    const std::string value = argv[i + 1];
    if (option == "--seed") {
      read.seed = std::stoull(value);
    } else if (option == "--mutations") {
      read.mutations = static_cast<std::size_t>(std::stoull(value));
    } else if (option == "--only") {
      read.only = value;
    } else {
      throw std::runtime_error("no such option: " + option);
    }
  }
  return read;
}

/// A connection takes a descriptor at either end, and the judges inherit the limit.
void allow_many_connections() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int compare(const command_line& wanted) {
  std::ifstream skipped(wanted.folder + "/skipped");
  if (std::string why; std::getline(skipped, why)) {
    std::cout << why << '\n';
    return 77;  // which Meson takes for skipped
  }
  std::vector<request_case> cases = interop::listed_cases();
  const std::size_t listed = cases.size();
  for (request_case& each : interop::mutated_cases(cases, wanted.seed, wanted.mutations)) {
    cases.push_back(std::move(each));
  }
  servers all(wanted.folder);
  const std::vector<std::string> names = all.names();

  known_differences differences(wanted.differences, names);
  std::set<std::string> seen;
  for (const request_case& each : cases) {
    if (!seen.insert(each.name).second) throw std::runtime_error("two cases: " + each.name);
  }
  std::vector<judged_case> found;
  for (const node_state state : {node_state::normal, node_state::not_ready, node_state::stopped}) {
    std::vector<request_case> of_state;
    for (const request_case& each : cases) {
      const bool chosen = wanted.only.empty() || each.name == wanted.only;
      if (each.state == state && chosen) of_state.push_back(each);
    }
    if (!wanted.only.empty() && !of_state.empty()) {
      show(names, {of_state[0], all.ask(of_state, std::chrono::seconds(1), state)[0]});
      return 0;
    }
    std::vector<request_case> suspects;
    for (judged_case& each : differing(all, of_state, milliseconds(300), state)) {
      if (differences.explain(each)) {
        found.push_back(std::move(each));
      } else {
        suspects.push_back(std::move(each.sent));
      }
    }
    // A machine that stood still for a moment makes a difference of its own. What is one indeed is
    // there again, with more time.
    for (judged_case& each : differing(all, suspects, std::chrono::seconds(2), state)) {
      found.push_back(std::move(each));
    }
  }
  if (!wanted.only.empty()) throw std::runtime_error("no case is called " + wanted.only);

  bool alike = true;
  for (std::size_t server = 1; server < names.size(); ++server) {
    std::size_t expected = 0;
    std::size_t others = 0;
    for (const judged_case& each : found) {
      if (each.results[server] == each.results[0]) continue;
      if (differences.explain(server, each.sent.name)) {
        ++expected;
      } else {
        ++others;
        show({names[0], names[server]}, {each.sent, {each.results[0], each.results[server]}});
      }
    }
    for (const std::string& pattern : differences.unused(server)) {
      ++others;
      std::cout << "listed, but there is no such difference: " << pattern << '\n';
    }
    const std::size_t mutations = server == 1 ? wanted.mutations : 0;
    alike = alike && others == 0;
    std::cout << (others == 0 ? "PASS" : "FAIL") << " stand-in against " << names[server] << ": "
              << listed << " requests and " << mutations << " mutations, of which " << expected
              << " differ as listed and " << others << " otherwise\n";
  }
  return alike ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    allow_many_connections();
    return compare(parse(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << "differential: " << error.what() << '\n';
    return 1;
  }
}
