#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks which header includes which, how each begins, that the engine is one, and that no test is
forgotten."""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
INCLUDE = TOP / "include" / "inlong"

# Includes point one way, downwards or within a rank, which names headers or their folders.
RANKS = [
    {"testing"},
    {"report.hpp", "core.hpp"},
    {"reporter.hpp", "async_reporter.hpp", "stream_handle.hpp"},
    {"async"},
    {"delivery"},
    {"wire", "endpoint", "transport"},
    {"fwd.hpp", "text.hpp", "error.hpp", "record.hpp", "options.hpp", "async_options.hpp", "server_code.hpp",
     "outcome.hpp", "counters.hpp"},
    {"detail"},
    {"config.hpp"},
    {"version.hpp"},
]
# The engine neither waits nor looks at a clock: none of it reaches a header for that, directly or
# not.
ENGINE = [*(f"endpoint/{name}.hpp" for name in ("health", "node", "fleet")),
          *(f"delivery/{name}.hpp" for name in (
              "verdict", "parcel", "attempt", "queue", "backoff", "retry_budget", "retry_after",
              "batch"))]
NOT_FOR_THE_ENGINE = re.compile(
    r"thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|latch|barrier|stop_token"
    r"|iostream|poll\.h|sys/.*|netdb\.h|netinet/.*|arpa/.*|unistd\.h|pthread\.h|time\.h|ctime"
    r"|windows\.h|winsock2\.h|ws2tcpip\.h")
CLOCK_READ = re.compile(r"::\s*now\s*\(")
INCLUDE_LINE = re.compile(r'^#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)

problems = []


def expect(holds, path, problem):
    if not holds:
        problems.append(f"{path.relative_to(TOP)}: {problem}")


def topic(name):
    """The folder of a header, or the header itself where it stands in none."""
    return name.split("/")[0]


def rank(name):
    return next((place for place, members in enumerate(RANKS) if topic(name) in members), None)


def check_header(path, name, text):
    lines = text.splitlines() + [""] * 4
    guard = "INLONG_" + re.sub(r"\W", "_", name).upper()
    expect(lines[0] == "// SPDX-License-Identifier: Apache-2.0", path, "line 1 is not the licence")
    expect(lines[1].startswith("// "), path, "line 2 does not say what the header is for")
    expect(f"\n#ifndef {guard}\n#define {guard}\n" in text, path, f"its guard is not {guard}")

    included = INCLUDE_LINE.findall(text)
    own = [header.removeprefix("inlong/") for header in included if header.startswith("inlong/")]
    expect(own == sorted(own), path, "the library's headers are not sorted")
    own_first = included[:len(own)] == ["inlong/" + header for header in own]
    expect(own_first, path, "others come before the library's")
    expect(rank(name) is not None, path, "no rank names it: see RANKS in tests/build/tree.py")
    for header in own:
        expect((INCLUDE / header).exists(), path, f"there is no <inlong/{header}>")
        if None not in (rank(name), rank(header)):
            expect(rank(name) <= rank(header), path, f"<inlong/{header}> stands above it")
    return {topic(header) for header in own} - {topic(name)}


def check_headers():
    uses = {}
    for path in sorted(INCLUDE.glob("**/*.hpp")):
        name = path.relative_to(INCLUDE).as_posix()
        used = check_header(path, name, path.read_text(encoding="utf-8"))
        uses.setdefault(topic(name), set()).update(used)
    for user, used in uses.items():
        for other in used:
            both_ways = user in uses.get(other, ())
            expect(not both_ways, INCLUDE / user, f"it and {other} include each other")


def check_engine():
    reached, left = set(), list(ENGINE)
    while left:
        name = left.pop()
        if name in reached:
            continue
        reached.add(name)
        path = INCLUDE / name
        text = path.read_text(encoding="utf-8")
        reads_clock = name in ENGINE and CLOCK_READ.search(text)
        expect(not reads_clock, path, "reads a clock, which the engine must not")
        for header in INCLUDE_LINE.findall(text):
            bad = NOT_FOR_THE_ENGINE.fullmatch(header)
            expect(not bad, path, f"<{header}> is not for the engine, which includes this")
            if header.startswith("inlong/"):
                left.append(header.removeprefix("inlong/"))


def check_tests():
    listed = (TOP / "tests" / "meson.build").read_text(encoding="utf-8")
    for path in sorted([*TOP.glob("tests/unit/**/*.cpp"), *TOP.glob("tests/wire/**/*.cpp")]):
        name = path.relative_to(TOP / "tests").as_posix()
        expect(f"'{name}'" in listed, path, "tests/meson.build does not name it")
        if name.startswith("unit/"):
            header = "inlong/" + name.removeprefix("unit/").removesuffix(".cpp") + ".hpp"
            first = (INCLUDE_LINE.findall(path.read_text(encoding="utf-8")) or [""])[0]
            expect((TOP / "include" / header).exists(), path, f"there is no <{header}> to mirror")
            expect(first == header, path, f"its first include is not <{header}>")


check_headers()
check_engine()
check_tests()
sys.exit("\n".join(problems) or 0)
