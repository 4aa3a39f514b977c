// SPDX-License-Identifier: Apache-2.0
// Standard input, output and error, where a program was started without one of them.
#ifndef EXAMPLES_SUPPORT_STANDARD_STREAMS_HPP
#define EXAMPLES_SUPPORT_STANDARD_STREAMS_HPP

#include <fcntl.h>
#include <unistd.h>

/// Keeps the numbers of those that are closed, or what the program opens next would be one of them:
/// its messages would go into a connection. What is read or written there fails as before.
inline void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool is_open = fcntl(stream, F_GETFD) >= 0;
    // The lowest number that is free, and so this one.
    if (!is_open) static_cast<void>(open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

#endif
