#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the README is short, and that every piece of C++ in it stands in a file that the tests build."""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
BUILT = [path.read_text(encoding="utf-8") for path in sorted(TOP.glob("tests/build/readme/*.cpp"))]

readme = (TOP / "README.md").read_text(encoding="utf-8")
lines = readme.splitlines()
snippets = re.findall(r"^```cpp\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
problems = [f"no file in tests/build/readme holds this snippet:\n{snippet}"
            for snippet in snippets if not any(snippet in text for text in BUILT)]
if len(lines) >= 300:
    problems.append(f"it has {len(lines)} lines: keep it under 300")
if "```cpp" not in lines[:15]:
    problems.append("there is no code in its first 15 lines")
if not snippets:
    problems.append("it has no C++ in it at all")
for problem in problems:
    print("README.md:", problem)
sys.exit(1 if problems else 0)
