#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles the headers in ways that the unit tests don't.

  headers.py alone COMPILER STANDARD     each by itself, included twice, warnings as errors
  headers.py hostile COMPILER STANDARD   all of them after hostile_macros.hpp
  headers.py reach COMPILER STANDARD     what all but httplib's include, directly or not
"""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
WARNINGS = ("-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast"
            " -Werror").split()
WITH_HTTPLIB = {"inlong/report.hpp", "inlong/transport/httplib.hpp"}
# Each would cost every user compile time, or put macros and static constructors into their program.
NEVER_REACHED = {"httplib.h", "iostream", "random", "regex", "windows.h"}


def headers(folder="include"):
    found = (TOP / folder).glob("inlong/**/*.hpp")
    return sorted(header.relative_to(TOP / folder).as_posix() for header in found)


def compiled(source, *flags, folder="include"):
    """Compiles a text and returns what the compiler printed; None if it failed."""
    httplib = subprocess.run(["pkg-config", "--cflags", "cpp-httplib"], stdout=subprocess.PIPE,
                             text=True, check=False).stdout.split()
    command = [compiler, f"-std={standard}", f"-I{TOP / folder}", *httplib, *flags]
    run = subprocess.run([*command, "-x", "c++", "-"], input=source, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode:
        print(run.stdout)
        return None
    return run.stdout


def alone():
    def one(folder_and_header):
        folder, header = folder_and_header
        source = f"#include <{header}>\n" * 2
        if compiled(source, "-fsyntax-only", *WARNINGS, folder=folder) is None:
            return f"{folder}/{header}"
        return None

    every = [(folder, header)
             for folder in ("include", "single_include") for header in headers(folder)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [failed for failed in pool.map(one, every) if failed]


def others_includes(header):
    """What a header includes of others on every platform: outside of any #if but its guard."""
    depth = 0
    for line in (TOP / "include" / header).read_text(encoding="utf-8").splitlines():
        depth += bool(re.match(r"#\s*if", line)) - bool(re.match(r"#\s*endif", line))
        include = re.match(r"#\s*include\s*<(?!inlong/)([^>]+)>", line)
        if include and depth == 1:
            yield include[1]


def hostile():
    # What others wrote comes before the macros: it is not ours to keep safe.
    others = sorted({include for header in headers() for include in others_includes(header)})
    source = "".join(f"#include <{header}>\n" for header in others)
    source += f'#include "{HERE / "hostile_macros.hpp"}"\n'
    source += "".join(f"#include <{header}>\n" for header in headers())
    return ["hostile macros"] if compiled(source, "-fsyntax-only", "-w") is None else []


def reach():
    source = "".join(f"#include <{header}>\n"
                     for header in headers() if header not in WITH_HTTPLIB)
    reached = {Path(word).name for word in (compiled(source, "-M") or "").split()}
    if "core.hpp" not in reached:
        return ["the list of what is included"]
    return [f"<{header}> is included" for header in sorted(reached & NEVER_REACHED)]


if __name__ == "__main__":
    check, compiler, standard = sys.argv[1:]
    if not shutil.which(compiler):
        print(f"{compiler} is not installed")
        sys.exit(77)
    failures = {"alone": alone, "hostile": hostile, "reach": reach}[check]()
    sys.exit("\n".join(f"failed: {failure}" for failure in failures) or 0)
