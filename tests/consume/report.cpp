// SPDX-License-Identifier: Apache-2.0
// A program of a user: reports one record to the address that it is given.
#include <inlong/report.hpp>

#include <cstdio>

int main(int, char** arguments) {
  inlong::reporter reporter(arguments[1]);
  const inlong::outcome sent = reporter.report({"group", "stream"}, "one record");
  std::puts(sent.message().c_str());
  return sent ? 0 : 1;
}
