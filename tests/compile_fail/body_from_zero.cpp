// SPDX-License-Identifier: Apache-2.0
// expect: ambiguous
#include <inlong/core.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <filesystem>
#include <string>
#include <vector>

using reporter = inlong::basic_reporter<inlong::testing::scripted_transport>;

int main() {
  const inlong::destination to{"group", "stream"};
  const std::vector<std::string> texts{"a", "b"};
  const std::vector<char> characters{'a', 'b'};
  const std::filesystem::path path("a");
  reporter sender({"a"});
#if EXPECT_FAILURE
  (void)sender.report(to, 0);
#else
  (void)sender.report(to, "x");
#endif
  return to.group_id.empty() || texts.empty() || characters.empty() || path.empty() || sender.report(to, "x").delivered == 0;
}
