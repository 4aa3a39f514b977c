// SPDX-License-Identifier: Apache-2.0
// What the interop tests talk to: a Netty judge, or a DataProxy of one's own.
#ifndef INLONG_TESTS_INTEROP_PEER_HPP
#define INLONG_TESTS_INTEROP_PEER_HPP

#include <inlong/record.hpp>

#include "judge.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

namespace interop {

struct peer {
  /// Null: all that is known of the peer is what it answers.
  std::unique_ptr<judge> netty;
  std::string address;
  std::string group = "group";
  std::string stream = "stream";

  inlong::destination to() const { return {group, stream}; }

  static peer& instance() {
    static peer only;
    return only;
  }
};

/// A reason not to test, or an empty string after the peer has been made from the environment:
/// INTEROP_JUDGE_FOLDER, where netty/build.sh has put the judge to run, or else
/// INLONG_TEST_DATAPROXY, INLONG_TEST_GROUP and INLONG_TEST_STREAM.
inline std::string make_peer() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  peer& made = peer::instance();
  if (const std::string folder = variable("INTEROP_JUDGE_FOLDER"); !folder.empty()) {
    // Not by "..": where nothing was built, the folder is missing.
    std::ifstream skipped(folder.substr(0, folder.rfind('/')) + "/skipped");
    if (std::string why; std::getline(skipped, why)) return why;
    made.netty = std::make_unique<judge>(folder);
    made.address = made.netty->address();
    return {};
  }
  made.address = variable("INLONG_TEST_DATAPROXY");
  made.group = variable("INLONG_TEST_GROUP");
  made.stream = variable("INLONG_TEST_STREAM");
  if (made.address.empty()) return "INLONG_TEST_DATAPROXY names no DataProxy of your own";
  if (made.group.empty() || made.stream.empty()) {
    return "INLONG_TEST_GROUP or INLONG_TEST_STREAM is missing";
  }
  return {};
}

}  // namespace interop

#endif
