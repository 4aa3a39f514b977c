// SPDX-License-Identifier: Apache-2.0
// Reports one record to whichever of the given addresses answers.
#include <inlong/report.hpp>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: 01_one_record HOST:PORT[,HOST:PORT...]\n";
    return 2;
  }
  inlong::reporter reporter(argv[1]);
  const inlong::outcome sent = reporter.report({"my_group", "my_stream"}, "one record");
  std::cout << sent.message() << '\n';
  return sent ? 0 : 1;
}
