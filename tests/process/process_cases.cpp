// SPDX-License-Identifier: Apache-2.0
// process_cases CASE: one case of process_test.py, with its settings in the environment (CASE_...).
// Ends with 0 if all was as it should be, and 77 if it can't be tried here; some cases end with 7.
#include "ends.hpp"
#include "forks.hpp"
#include "late.hpp"
#include "limits.hpp"
#include "plugins.hpp"
#include "signals.hpp"

#include <cstdio>
#include <map>
#include <string>

int main(int argc, char** argv) {
  const std::map<std::string, int (*)()> cases{
      {"end_process", end_process},
      {"fork_idle", fork_idle},
      {"fork_pending", fork_pending},
      {"fork_beside_waiters", fork_beside_waiters},
      {"fork_while_submitting", fork_while_submitting},
      {"fork_during_send", fork_during_send},
      {"fork_in_callback", fork_in_callback},
      {"fork_in_callback_and_return", fork_in_callback_and_return},
      {"fork_in_callback_without_workers", fork_in_callback_without_workers},
      {"fork_often", fork_often},
      {"child_reports", child_reports},
      {"broken_pipe", broken_pipe},
      {"signals_of_process", signals_of_process},
      {"fault_in_callback", fault_in_callback},
      {"no_thread", no_thread},
      {"few_threads", few_threads},
      {"no_descriptor", no_descriptor},
      {"no_port", no_port},
      {"destroyed_beside_callback", destroyed_beside_callback},
      {"closed_beside_callback", closed_beside_callback},
      {"destroyed_before_handle", destroyed_before_handle},
      {"exit_in_callback", exit_in_callback},
      {"exit_beside_handles", exit_beside_handles},
      {"transport_that_hangs", transport_that_hangs},
      {"unload", unload},
      {"unload_busy", unload_busy},
  };
  const auto found = cases.find(argc == 2 ? argv[1] : "");
  if (found != cases.end()) return found->second();
  std::fputs("usage: process_cases CASE\n", stderr);
  return 2;
}
