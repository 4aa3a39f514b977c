// SPDX-License-Identifier: Apache-2.0
// The application's signals: its SIGPIPE, its masks, its handlers and their threads.
#ifndef INLONG_TESTS_PROCESS_SIGNALS_HPP
#define INLONG_TESTS_PROCESS_SIGNALS_HPP

#include "support.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

inline bool is_default(int signal) {
  struct sigaction now {};
  EXPECT(::sigaction(signal, nullptr, &now) == 0);
  return now.sa_handler == SIG_DFL;
}
inline bool blocks_nothing() {
  sigset_t now;
  EXPECT(::pthread_sigmask(SIG_SETMASK, nullptr, &now) == 0);
  return ::sigisemptyset(&now) != 0;
}

/// Whatever the library sends goes through `send_some`. As a rule it has noticed the end of a
/// connection before; here it has not.
inline void send_into_broken_pipe() {
  int ends[2];
  EXPECT(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  ::close(ends[1]);
  const std::array<std::string_view, 1> pieces{"too late"};
  EXPECT(inlong::detail::send_some(ends[0], pieces).error == std::errc::broken_pipe);
  ::close(ends[0]);
}

/// The driver's server reads a little of each request, and resets the connection.
inline int broken_pipe() {
  EXPECT(is_default(SIGPIPE));
  send_into_broken_pipe();
  async_options how;
  how.max_request_bytes = 8 * 1024 * 1024;
  how.max_memory = 64 * 1024 * 1024;
  how.delivery_timeout = 2s;
  async_reporter queue({address()}, how);
  options how_blocking;
  how_blocking.max_request_bytes = how.max_request_bytes;
  how_blocking.delivery_timeout = 1s;
  reporter blocking({address()}, how_blocking);
  const std::string large(4 * 1024 * 1024, 'x');
  for (int i = 0; i < 3; ++i) EXPECT(queue.submit(to, large) == submit_status::accepted);
  await([&] {
    const inlong::outcome sent = blocking.report(to, large);
    EXPECT(sent.error == errc::timeout);
    EXPECT(sent.known == inlong::certainty::not_stored);
    return sent.message().find("while sending") != std::string::npos;  // as its last failure
  });
  EXPECT(queue.flush(20s));
  EXPECT(queue.counters().failed == 3);
  EXPECT(is_default(SIGPIPE));
  EXPECT(blocks_nothing());
  return status();
}

/// Of these the kernel tells the thread that is at fault.
inline bool is_fault(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
         signal == SIGTRAP || signal == SIGSYS;
}

inline std::set<std::string> tasks() {
  std::set<std::string> all;
  DIR* const open = ::opendir("/proc/self/task");
  while (const dirent* const each = ::readdir(open)) {
    if (each->d_name[0] != '.') all.insert(each->d_name);
  }
  ::closedir(open);
  return all;
}

inline volatile sig_atomic_t handled_by = 0;
inline volatile sig_atomic_t times_handled = 0;

/// No library thread takes a signal that is for the process, not even if no other one does.
inline int signals_of_process() {
  const std::set<std::string> before = tasks();
  struct sigaction handler {};
  handler.sa_handler = [](int) {
    handled_by = static_cast<sig_atomic_t>(::syscall(SYS_gettid));
    times_handled = times_handled + 1;
  };
  const int used[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
                      SIGTERM, SIGCHLD, SIGCONT, SIGIO,   SIGPROF, SIGPIPE};
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int each : used) {
    EXPECT(::sigaction(each, &handler, nullptr) == 0);
    ::sigaddset(&wanted, each);
  }
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  bool callback_is_masked = false;
  async_reporter queue({address()}, {}, [&](const inlong::deliveries&) {
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    callback_is_masked = ::sigismember(&now, SIGTERM) == 1;
  });
  std::size_t own = 0;
  for (const std::string& each : tasks()) {
    if (before.count(each) != 0) continue;
    ++own;
    const std::string about = contents("/proc/self/task/" + each + "/status");
    const std::uint64_t blocked =
        std::stoull(about.substr(about.find("SigBlk:") + 7), nullptr, 16);
    for (int signal = 1; signal < 32; ++signal) {
      if (signal == SIGKILL || signal == SIGSTOP || is_fault(signal)) continue;
      EXPECT(((blocked >> (signal - 1)) & 1) == 1);
    }
  }
  EXPECT(own >= 4);
  for (const int each : used) {
    EXPECT(::kill(::getpid(), each) == 0);
    EXPECT(queue.submit(to, body("record", static_cast<std::size_t>(each))) ==
           submit_status::accepted);
    EXPECT(queue.flush(20s));  // every worker has had its chance
    EXPECT(handled_by == 0);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT(::sigismember(&pending, each) == 1);
  }
  ::pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
  await([&] { return times_handled == static_cast<int>(std::size(used)); });
  EXPECT(handled_by == static_cast<sig_atomic_t>(::getpid()));
  EXPECT(callback_is_masked);
  EXPECT(blocks_nothing());
  return status();
}

/// A fault in the application's own callback reaches the application's handler, as on any thread.
inline int fault_in_callback() {
  struct sigaction handler {};
  handler.sa_handler = [](int) {
    const char words[] = "handled\n";
    ::_exit(::write(STDOUT_FILENO, words, sizeof words - 1) > 0 ? 0 : 1);
  };
  EXPECT(::sigaction(std::stoi(setting("SIGNAL")), &handler, nullptr) == 0);
  async_reporter queue({address()}, {}, [](const inlong::deliveries&) {
    // As the kernel does it, for any fault: not pending, but at once, on this thread.
    if (setting("SIGNAL") == std::to_string(SIGSEGV)) {
      *static_cast<volatile int*>(::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                         0)) = 1;
    }
    std::abort();
  });
  EXPECT(queue.submit(to, "record") == submit_status::accepted);
  static_cast<void>(queue.flush(20s));
  return 1;  // the handler ends the process, with success
}

#endif
