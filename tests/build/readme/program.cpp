// SPDX-License-Identifier: Apache-2.0
// The README's first program.
#include <inlong/report.hpp>

#include <iostream>

int main() {
  inlong::reporter reporter({"10.0.0.1:46802", "10.0.0.2:46802"});
  const inlong::outcome sent = reporter.report({"my_group", "my_stream"}, "one record");
  if (!sent) std::cerr << sent.message() << '\n';
  return sent ? 0 : 1;
}
