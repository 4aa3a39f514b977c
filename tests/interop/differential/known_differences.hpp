// SPDX-License-Identifier: Apache-2.0
// What is listed of where the stand-in differs from a judge.
#ifndef INLONG_TESTS_INTEROP_DIFFERENTIAL_KNOWN_DIFFERENCES_HPP
#define INLONG_TESTS_INTEROP_DIFFERENTIAL_KNOWN_DIFFERENCES_HPP

#include "servers.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace interop {

struct judged_case {
  request_case sent;
  std::vector<result> results;
};

/// `*` stands for any text.
inline bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (name.substr(0, star) != pattern.substr(0, star)) return false;
  pattern.remove_prefix(star + 1);
  for (name.remove_prefix(star); !matches(pattern, name); name.remove_prefix(1)) {
    if (name.empty()) return false;
  }
  return true;
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
        const auto named =
            std::find(servers.begin(), servers.end(), line.substr(1, line.size() - 2));
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

}  // namespace interop

#endif
