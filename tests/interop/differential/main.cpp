// SPDX-License-Identifier: Apache-2.0
// Holds the stand-in to the Netty judges: the same bytes to each, and the same answers wanted.
//
//   differential FOLDER DIFFERENCES [--seed N] [--mutations N] [--only NAME]
//
// FOLDER is where netty/build.sh has put the judges. DIFFERENCES lists what is known to differ, and
// why. Prints every difference that is not listed, and fails; and fails for those that are listed
// and are none. --only shows what becomes of one case.
#include "cases.hpp"
#include "known_differences.hpp"
#include "servers.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>

using interop::judged_case;
using interop::known_differences;
using interop::node_state;
using interop::request_case;
using interop::result;
using interop::servers;

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

void show(const std::string& who, const result& got) {
  std::cout << "  " << who << " answers " << printable(got.answers) << '\n';
  for (const std::string& each : got.stored) std::cout << "    stores " << printable(each) << '\n';
}

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
