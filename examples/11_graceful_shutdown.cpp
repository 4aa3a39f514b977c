// SPDX-License-Identifier: Apache-2.0
// Ends on a signal, in five seconds at most, and writes to a file what could not be sent by then.
#include <inlong/report.hpp>

#include <signal.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  if (argc != 3) {
    std::cerr << "usage: 11_graceful_shutdown HOST:PORT[,HOST:PORT...] FILE\n";
    return 2;
  }
  // Blocked before any thread is started, so that they come to sigwait and nowhere else. (The
  // threads of the library block all signals anyway.)
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);

  inlong::async_reporter reporter(argv[1]);
  for (int i = 1; i <= 3; ++i) {
    reporter.submit({"my_group", "my_stream"}, "event " + std::to_string(i));
  }
  std::cout << "running until SIGINT or SIGTERM" << std::endl;
  int signal = 0;
  sigwait(&stop, &signal);

  // Takes no more records, and returns in time whatever the network does.
  const inlong::close_result end = reporter.close(5s);
  std::ofstream file(argv[2]);
  std::size_t kept = 0;
  std::size_t in_doubt = 0;
  for (const inlong::undelivered& each : end.left) {
    if (each.known == inlong::certainty::stored) continue;  // only that no callback was told
    ++kept;
    file << each.group_id << '\t' << each.stream_id << '\t' << each.body << '\n';
    // It had been sent, and the answer did not come in time: sent again, it may be there twice.
    if (each.known == inlong::certainty::maybe_stored) ++in_doubt;
  }
  std::cout << end.delivered << " delivered, " << kept << " kept for later, "
            << in_doubt << " of these perhaps stored\n";
  return file.flush() ? 0 : 1;
}
