// SPDX-License-Identifier: Apache-2.0
#include <inlong/detail/fork.hpp>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

using inlong::detail::process_mark;

TEST_CASE("a mark is at home in its own process, and not in a child nor in a child's child") {
  const process_mark mark;
  CHECK(mark.is_here());
  const pid_t child = fork();
  if (child == 0) {
    const bool inherited = mark.is_here();
    const process_mark own;
    const pid_t grandchild = fork();
    if (grandchild == 0) _exit(mark.is_here() || own.is_here() ? 1 : 0);
    int status = 1;
    waitpid(grandchild, &status, 0);
    _exit(inherited || !own.is_here() || status != 0 ? 1 : 0);
  }
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(mark.is_here());
}
