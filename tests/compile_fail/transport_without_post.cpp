// SPDX-License-Identifier: Apache-2.0
// expect: inlong: a transport must have the member: inlong::exchange post(const inlong::request&)
#include <inlong/core.hpp>

struct carrier {
  inlong::exchange post(const inlong::request&) { return {}; }
  void cancel() noexcept {}
};

struct broken {
  void cancel() noexcept {}
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
