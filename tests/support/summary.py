#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""summary.py FOLDER...: what became of the tests of some Meson builds. The last line is the sum.

A folder without a test log is a build that failed; FOLDER.log says why.
"""
import json
import re
import sys
from pathlib import Path

TAIL = 30


def tail(text):
    return "".join(f"    {line}\n" for line in text.splitlines()[-TAIL:])


def results(folder):
    """(name, outcome, output) of each test."""
    log = folder / "meson-logs" / "testlog.json"
    if not log.exists():
        output = Path(f"{folder}.log").read_text(encoding="utf-8", errors="replace")
        errors = [line for line in output.splitlines() if re.search(r"\berror\b|^FAILED", line)]
        yield f"the build in {folder}", "FAIL", "\n".join(errors[:TAIL]) or output
        return
    for line in log.read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        name = test["name"].split(" / ")[-1]  # without project and suite
        yield f"{name} in {folder}", test["result"], test.get("stdout", "") + test.get("stderr", "")


passed = []
failed = []
skipped = []
for folder in map(Path, sys.argv[1:]):
    for name, result, output in results(folder):
        if result == "OK":
            passed.append(name)
        elif result == "SKIP":
            skipped.append(f"skipped: {name}: {' '.join(output.split()) or 'it does not say why'}")
        else:
            failed.append(f"failed: {name} ({result.lower()})\n{tail(output)}")
for line in skipped + failed:
    print(line)
print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
sys.exit(1 if failed else 0)
