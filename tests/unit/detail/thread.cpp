// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/thread.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include <signal.h>

namespace {

struct seen {
  std::atomic<bool> ran{false};
  sigset_t mask;
};

void* look(void* at) {
  seen& here = *static_cast<seen*>(at);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &here.mask);
  here.ran = true;
  return nullptr;
}

}  // namespace

TEST_CASE("a thread runs with all signals blocked, and its starter's mask is as it was") {
  sigset_t before;
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  seen there;
  inlong::detail::thread runner;
  CHECK_FALSE(runner.runs());
  CHECK_FALSE(runner.start(&look, &there));
  CHECK(runner.runs());
  runner.join();
  CHECK_FALSE(runner.runs());
  CHECK(there.ran);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGUSR1}) {
    CHECK(::sigismember(&there.mask, signal) == 1);
    CHECK(::sigismember(&before, signal) == ::sigismember(&after, signal));
  }
}

TEST_CASE("a thread that was let go runs on, and joining it does nothing") {
  static seen there;  // it may outlive the test
  inlong::detail::thread runner;
  CHECK_FALSE(runner.start(&look, &there));
  runner.let_go();
  CHECK_FALSE(runner.runs());
  runner.join();
  runner.let_go();
  while (!there.ran) std::this_thread::yield();
}
