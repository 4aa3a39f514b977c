// SPDX-License-Identifier: Apache-2.0
// Threads of the library's own, which leave the application's signals alone.
#ifndef INLONG_DETAIL_THREAD_HPP
#define INLONG_DETAIL_THREAD_HPP

#include <inlong/config.hpp>

#include <pthread.h>
#include <signal.h>

#include <system_error>

INLONG_NAMESPACE_BEGIN

namespace detail {

/// A thread that blocks the signals of the process, so that the application's handlers run
/// elsewhere. Unlike std::thread it says with a value that there is none to be had. Whoever starts
/// one joins it, or lets it go, before this is destroyed.
class thread {
 public:
  thread() = default;
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  std::error_code start(void* (*run)(void*), void* with) noexcept {
    // The thread inherits this mask.
    sigset_t blocked;
    sigset_t callers;
    ::sigfillset(&blocked);
    // These are for the thread that is at fault, which may be in a callback. If it blocks them, the
    // application's handler does not learn of it.
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) {
      ::sigdelset(&blocked, fault);
    }
    ::pthread_sigmask(SIG_SETMASK, &blocked, &callers);
    const int error = ::pthread_create(&handle_, nullptr, run, with);
    ::pthread_sigmask(SIG_SETMASK, &callers, nullptr);
    runs_ = error == 0;
    return {error, std::generic_category()};
  }
  bool runs() const noexcept { return runs_; }
  void join() noexcept {
    if (runs_) ::pthread_join(handle_, nullptr);
    runs_ = false;
  }
  void let_go() noexcept {
    if (runs_) ::pthread_detach(handle_);
    runs_ = false;
  }

 private:
  pthread_t handle_{};
  bool runs_ = false;
};

}  // namespace detail

INLONG_NAMESPACE_END

#endif
