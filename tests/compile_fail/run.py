#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py CASE FOLDER: the case compiles as it is, and must not under -DEXPECT_FAILURE.

The compiler must then say what stands behind the case's `// expect:`, or `// expect-gcc:` and
`// expect-clang:` where the two put it differently. A failure for another reason is no pass, and
neither is a case without such a line. In FOLDER each compiler has <inlong/core.hpp> precompiled.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent.parent / "include"
COMPILERS = {"gcc": ("g++", "c++17"), "clang": ("clang++", "c++20")}


def attempt(compiler, standard, *flags):
    command = [compiler, f"-std={standard}", f"-I{INCLUDE}", "-fsyntax-only", "-include",
               f"{folder}/{compiler}-core.hpp", *flags, str(case)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


def problems(family, compiler, standard):
    text = case.read_text(encoding="utf-8")
    expected = re.findall(rf"^// expect(?:-{family})?: (.+)$", text, re.MULTILINE)
    if not expected:
        yield "the case does not say what to expect", ""
    plain = attempt(compiler, standard)
    if plain.returncode:
        yield "it does not compile as it is", plain.stdout
    failing = attempt(compiler, standard, "-DEXPECT_FAILURE")
    if not failing.returncode:
        yield "it compiles under -DEXPECT_FAILURE", ""
    for words in expected:
        if failing.returncode and words not in failing.stdout:
            yield f"the compiler does not say: {words}", failing.stdout


case = Path(sys.argv[1])
folder = Path(sys.argv[2])
found = [(f"{compiler} -std={standard}: {problem}", output)
         for family, (compiler, standard) in COMPILERS.items() if shutil.which(compiler)
         for problem, output in problems(family, compiler, standard)]
for problem, output in found:
    print(problem, output, sep="\n")
sys.exit(1 if found else 0)
