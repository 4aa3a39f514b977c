#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long small programs take to compile, and how large they become: one with the library's core,
one with all of it, and one with cpp-httplib alone.

    tests/bench/compile.py [--runs N] [COMPILER...]

Each program does the smallest thing that makes the compiler do its work: send one record. The times
are those of the compiler's process, user and system, the least of N runs in turns, so that what
else the machine does counts little. The sizes are those of the stripped program and of its code.
"""
import argparse
import os
import pathlib
import resource
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

PROGRAMS = {
    "httplib alone": (
        True,
        """#include <httplib.h>
int main() {
  httplib::Client client("127.0.0.1", 46801);
  const httplib::Params form{{"groupId", "g"}, {"streamId", "s"}, {"body", "b"}, {"dt", "1"}};
  const auto got = client.Post("/dataproxy/message", form);
  return got && got->status == 200 ? 0 : 1;
}
""",
    ),
    "core.hpp": (
        False,
        """#include <inlong/core.hpp>
struct transport {
  inlong::exchange post(const inlong::request&) { return {}; }
  void cancel() noexcept {}
};
int main() {
  inlong::basic_async_reporter<transport> reporter("127.0.0.1:46801");
  reporter.submit({"g", "s"}, "b");
  return reporter.flush(std::chrono::seconds(1)) ? 0 : 1;
}
""",
    ),
    "report.hpp": (
        True,
        """#include <inlong/report.hpp>
int main() {
  inlong::async_reporter reporter("127.0.0.1:46801");
  reporter.submit({"g", "s"}, "b");
  return reporter.flush(std::chrono::seconds(1)) ? 0 : 1;
}
""",
    ),
}


def packages(what):
    found = subprocess.run(["pkg-config", what, "cpp-httplib"], capture_output=True, text=True)
    return shlex.split(found.stdout) if found.returncode == 0 else []


def seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env={**os.environ, "CCACHE_DISABLE": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def code_size(program):
    found = subprocess.run(["size", program], capture_output=True, text=True, check=True)
    return int(found.stdout.splitlines()[1].split()[0])


def measure(compiler, runs, folder):
    times = {name: [] for name in PROGRAMS}
    for run in range(runs):
        for name, (with_httplib, text) in PROGRAMS.items():
            source = folder / (name.replace(" ", "_").replace(".", "_") + ".cpp")
            source.write_text(text)
            command = [compiler, "-std=c++17", "-O2", "-I", str(ROOT / "include"), "-pthread", "-c"]
            command += packages("--cflags") if with_httplib else []
            times[name].append(seconds([*command, str(source), "-o", f"{source}.o"]))
            if run == 0:
                link = [compiler, "-pthread", f"{source}.o", "-o", f"{source}.program", "-s"]
                link += packages("--libs") if with_httplib else []
                subprocess.run(link, check=True)
    alone = min(times["httplib alone"])
    print(f"{compiler}, -O2")
    print(f"{'':14}{'seconds':>9}{'times':>8}{'program':>10}{'code':>10}")
    for name in PROGRAMS:
        program = folder / (name.replace(" ", "_").replace(".", "_") + ".cpp.program")
        best = min(times[name])
        size = f"{program.stat().st_size:10}{code_size(str(program)):10}"
        print(f"{name:14}{best:9.2f}{best / alone:8.2f}{size}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("compiler", nargs="*", default=["g++"])
    wanted = parser.parse_args()
    for compiler in wanted.compiler:
        with tempfile.TemporaryDirectory() as folder:
            measure(compiler, wanted.runs, pathlib.Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
