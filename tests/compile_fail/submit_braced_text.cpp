// SPDX-License-Identifier: Apache-2.0
// expect: ambiguous
#include <inlong/core.hpp>

#include <inlong/testing/scripted_transport.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

using reporter = inlong::basic_async_reporter<inlong::testing::scripted_transport>;

int main() {
  const inlong::destination to{"group", "stream"};
  const std::vector<std::string> texts{"a", "b"};
  const std::vector<char> characters{'a', 'b'};
  const std::filesystem::path path("a");
  const std::chrono::milliseconds wait(1);
  reporter sender({"a"});
#if EXPECT_FAILURE
  (void)sender.submit(to, {"x"});
#else
  (void)sender.submit(to, inlong::record{"x"});
#endif
  return texts.empty() || characters.empty() || path.empty() || wait.count() == 0 ||
         to.group_id.empty();
}
