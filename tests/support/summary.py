#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""summary.py FOLDER...: what became of the tests of some Meson builds. The last line is the sum.

A folder without a test log is a build that failed; FOLDER.log says why. A test may consist of
several: each line of its output that begins with PASS, FAIL or SKIP is then one, and the indented
lines below say more of it. A line that begins with NOTE is shown, and says nothing of success.
"""
import json
import re
import sys
from pathlib import Path

TAIL = 30


def results(folder):
    """(result, name, what to show if it failed) of each test."""
    log = folder / "meson-logs" / "testlog.json"
    if not log.exists():
        output = Path(f"{folder}.log").read_text(encoding="utf-8", errors="replace")
        errors = [line for line in output.splitlines()
                  if re.search(r"\berror\b|ERROR|^FAILED|undefined reference|cannot find", line)]
        yield "FAIL", "the build", "\n".join(errors[:TAIL]) or output
        return
    for line in log.read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        output = test.get("stdout", "") + test.get("stderr", "")
        result = {"OK": "PASS", "SKIP": "SKIP"}.get(test["result"], "FAIL")
        parts = re.findall(r"^(PASS|FAIL|SKIP|NOTE) (.+)((?:\n +.*)*)", output, re.MULTILINE)
        if result not in {part for part, _, _ in parts}:
            name = test["name"].split(" / ")[-1]  # without project and suite
            why = output.splitlines()[-1:] if result == "SKIP" else [test["result"].lower()]
            parts.append((result, ": ".join([name, *why]), ""))
        for part, name, more in parts:
            yield part, name, more.strip("\n") or output


count = {"PASS": 0, "FAIL": 0, "SKIP": 0, "NOTE": 0}
noted = []
skipped = []
failed = []
for folder in map(Path, sys.argv[1:]):
    for result, name, more in results(folder):
        count[result] += 1
        if result == "NOTE":
            noted.append(name)
        elif result == "SKIP":
            skipped.append(f"skipped in {folder}: {name}")
        elif result == "FAIL":
            tail = more.splitlines()[-TAIL:]
            failed.append("\n    ".join([f"failed in {folder}: {name}", *tail]))
for line in noted + skipped + failed:
    print(line)
print(f"{count['PASS']} passed, {count['FAIL']} failed, {count['SKIP']} skipped")
sys.exit(1 if failed else 0)
