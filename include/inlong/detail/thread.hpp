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

/// A thread that blocks all signals, so that the application's handlers run elsewhere. Unlike
/// std::thread it says with a value that there is none to be had. Whoever starts one joins it, or
/// lets it go, before this is destroyed.
class thread {
 public:
  thread() = default;
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  std::error_code start(void* (*run)(void*), void* with) noexcept {
    // The thread inherits this mask.
    sigset_t every;
    sigset_t callers;
    ::sigfillset(&every);
    ::pthread_sigmask(SIG_SETMASK, &every, &callers);
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
