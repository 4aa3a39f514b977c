#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""process_test.py PROGRAM PLUGIN STAND_IN [--sanitizer NAME] [--only TEXT]: whole processes.

Runs each case of PROGRAM in a process of its own, with a server beside it, and looks at how it
ended, what it printed, how long that took, and what the server stored. Prints a line for each.
--sanitizer: Meson's name of the build's. --only: the cases whose names have TEXT in them.
"""
import argparse
import collections
import concurrent.futures
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cases import CASES

sys.path.append(str(Path(__file__).resolve().parent.parent / "examples"))
from peers import Dead, Resetting, Silent, Strict  # noqa: E402
from programs import StandIn  # noqa: E402

HANG = 30  # seconds after which a process is taken to hang
TRIES = 6  # of a case that takes too long, on a machine that may be busy
SKIPPED = 77  # the code of a program that can't try its case here

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("plugin")
parser.add_argument("stand_in")
parser.add_argument("--sanitizer", default="none")
parser.add_argument("--only", default="")
TESTED = parser.parse_args()
# Seconds, beside what a case is allowed.
ROOM = 0.02 if TESTED.sanitizer == "none" else 2


class Alive(StandIn):
    def __init__(self, folder):
        super().__init__(TESTED.stand_in, folder, "--quiet")

    def records(self):
        return self.stored().decode().splitlines()

    def told(self, line):
        pass


SERVERS = {
    "alive": Alive,
    "refused": lambda _: Dead(),
    "silent": lambda _: Silent(),
    "resetting": lambda _: Resetting(),
    "strict": lambda _: Strict(),
    "waiting": lambda _: Strict(waits=True),
    "chunked": lambda _: Strict(chunked=True),
}


class Run:
    """One run of a case, with its `problems`, and its `delays`, which may be the machine's."""

    def __init__(self, case):
        self.case = case
        self.problems = []
        self.delays = []
        self.end = None
        self.wanted = {}
        with tempfile.TemporaryDirectory() as folder:
            with SERVERS[case.server](folder) as server:
                self.run(server, Path(folder, "errors"))
                if self.code != SKIPPED and case.records is not None:
                    self.wanted.update(case.records)
                    self.compare(server.records())

    def run(self, server, errors):
        case = self.case
        environment = dict(os.environ, CASE_ADDRESS=server.address, CASE_PLUGIN=TESTED.plugin)
        environment.update((f"CASE_{name}", str(value)) for name, value in case.settings.items())
        leaks = f"detect_leaks={int(case.leaks)}"
        environment["ASAN_OPTIONS"] = f"{os.environ.get('ASAN_OPTIONS', '')}:{leaks}"
        forks = "die_after_fork=0:atexit_sleep_ms=0"
        environment["TSAN_OPTIONS"] = f"{os.environ.get('TSAN_OPTIONS', '')}:{forks}"
        with open(errors, "wb") as said:
            process = subprocess.Popen([TESTED.program, case.function], env=environment, text=True,
                                       stdout=subprocess.PIPE, stderr=said,
                                       start_new_session=True)
        reader = threading.Thread(target=self.listen, args=[process.stdout, server])
        reader.start()
        # With its children, if it has any.
        alarm = threading.Timer(HANG, os.killpg, [process.pid, signal.SIGKILL])
        alarm.start()
        self.code = process.wait()  # with a timeout it would look every 50 ms only
        ended = time.monotonic()
        hung = not alarm.is_alive()
        alarm.cancel()
        reader.join()
        if self.code == SKIPPED:
            return
        if hung:
            self.problems.append(f"it hung: not ended after {HANG} s")
        if self.code != case.code:
            self.problems.append(f"it ended with {self.code} instead of {case.code}")
        self.problems += errors.read_text(errors="replace").splitlines()
        if self.end is not None:
            if ended - self.end < case.at_least:
                self.problems.append(f"it ended after {ended - self.end:.3f} s, too early")
            self.judge("the end", ended - self.end, case.at_most)

    def listen(self, output, server):
        """Understands what support.hpp says."""
        with output:
            for line in map(str.strip, output):
                word, *rest = line.split()
                if word == "end":
                    self.end = int(rest[0]) / 1e6
                elif word == "expect":
                    self.wanted[rest[0]] = int(rest[1])
                elif word == "took":
                    self.judge(rest[2], int(rest[0]) / 1e3, int(rest[1]) / 1e3)
                server.told(line)

    def judge(self, what, seconds, limit):
        if seconds > limit + ROOM:
            self.delays.append(f"{what} took {seconds:.3f} s, allowed are {limit:.3f} s")

    def compare(self, records):
        wanted = {f"{prefix}-{i}" for prefix, count in self.wanted.items() for i in range(count)}
        got = collections.Counter(record.split(" ")[0] for record in records)
        for name, wrong in [("not stored", wanted - set(got)),
                            ("stored, but not expected", set(got) - wanted),
                            ("stored again", {each for each in got if got[each] > 1})]:
            if wrong:
                some = ", ".join(sorted(wrong)[:3])
                self.problems.append(f"{name}: {len(wrong)} records such as {some}")


def judge(case):
    """Its line, and whether it is as it should be."""
    if TESTED.sanitizer in case.not_with:
        return f"SKIP {case.name}: {case.why}", True
    for _ in range(TRIES):
        run = Run(case)
        if run.code == SKIPPED:
            return f"SKIP {case.name}: it needs rights, or a kernel, that are not here", True
        if run.problems or not run.delays:
            break
    problems = run.problems + run.delays
    if not problems:
        return f"PASS {case.name}", True
    return "\n    ".join([f"FAIL {case.name}", *problems[:40]]), False


wanted = [case for case in CASES if TESTED.only in case.name]
with concurrent.futures.ThreadPoolExecutor(4) as workers:
    good = True
    for line, is_good in workers.map(judge, wanted):
        print(line, flush=True)
        good &= is_good
sys.exit(0 if good and wanted else 1)
