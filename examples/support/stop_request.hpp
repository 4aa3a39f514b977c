// SPDX-License-Identifier: Apache-2.0
// The wish that a program come to an end: of a signal, or of a part of the program.
#ifndef EXAMPLES_SUPPORT_STOP_REQUEST_HPP
#define EXAMPLES_SUPPORT_STOP_REQUEST_HPP

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

/// A pipe that somebody has written to once the end is wanted, so that one can wait for that and
/// for input at the same time. There is one in a program.
class stop_request {
 public:
  /// From now on SIGINT and SIGTERM make the request, the first time that they come; the second
  /// time they end the process as they always do.
  stop_request() {
    if (pipe(ends_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    struct sigaction on_signal {};
    on_signal.sa_handler = [](int) { make(); };
    on_signal.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &on_signal, nullptr);
  }
  stop_request(const stop_request&) = delete;
  stop_request& operator=(const stop_request&) = delete;

  /// May be called by any thread, and by the handler of a signal.
  static void make() {
    const int before = errno;
    static_cast<void>(!write(ends_[1], "", 1));
    errno = before;
  }

  static bool is_made() {
    pollfd made{ends_[0], POLLIN, 0};
    return poll(&made, 1, 0) > 0;
  }

  /// Waits until there is something to read. False: the request was made first.
  static bool wait_for(int input) {
    pollfd both[] = {{ends_[0], POLLIN, 0}, {input, POLLIN, 0}};
    while (poll(both, 2, -1) < 0 && errno == EINTR) {
    }
    return both[0].revents == 0;
  }

 private:
  static inline int ends_[2] = {-1, -1};
};

#endif
