// SPDX-License-Identifier: Apache-2.0
// expect: inlong: a transport must have the member: void cancel() noexcept
#include <inlong/core.hpp>

struct carrier {
  inlong::exchange post(const inlong::request&) { return {}; }
  void cancel() noexcept {}
};

struct broken {
  inlong::exchange post(const inlong::request&) { return {}; }
};

#if EXPECT_FAILURE
using chosen = broken;
#else
using chosen = carrier;
#endif

int main() {
  inlong::basic_reporter<chosen> sender({"host"});
  return sender.report({"group", "stream"}, "body") ? 0 : 1;
}
