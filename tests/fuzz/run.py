#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzzes one target with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer.

  run.py TARGET [--seconds N] [--folder FOLDER] [--include FOLDER]

Builds TARGET.cpp with clang++ in FOLDER and feeds it for N seconds, beginning with seeds/TARGET and
with what earlier runs have left in FOLDER. Of a find it says where the input is, and what it holds.
"""
import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
TARGETS = sorted(path.stem for path in HERE.glob("*.cpp"))
SANITIZERS = ["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=undefined"]
SKIPPED = 77


def why_not(probe):
    """What is missing here; empty if nothing is."""
    if not shutil.which("clang++"):
        return "clang++ is not installed"
    empty = "extern \"C\" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }"
    run = subprocess.run(["clang++", *SANITIZERS, "-x", "c++", "-", "-o", probe],
                         input=empty, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    if run.returncode:
        return "clang++ has no libFuzzer here: " + (run.stdout.strip().splitlines() or ["?"])[-1]
    return ""


def build(target, include, program):
    caching = ["ccache"] if shutil.which("ccache") else []
    made = Path(f"{program}.o")
    subprocess.run([*caching, "clang++", "-std=c++17", "-O1", "-gline-tables-only", "-Wall",
                    "-Wextra", "-Werror", *SANITIZERS, "-I", include, "-c",
                    HERE / f"{target}.cpp", "-o", made], check=True)
    subprocess.run(["clang++", *SANITIZERS, made, "-o", program], check=True)


def report_finds(folder, target):
    for found in sorted(folder.iterdir()):
        data = found.read_bytes()
        print(f"The input is {found}, in base64:\n{base64.b64encode(data).decode()}")
        print(f"Again: {folder.parent / target} {found}")


def fuzz(target, folder, seconds):
    """How many inputs were tried; None if one of them was a find."""
    finds = folder / f"{target}-finds"
    corpus = folder / f"{target}-corpus"
    shutil.rmtree(finds, ignore_errors=True)
    finds.mkdir()
    corpus.mkdir(exist_ok=True)
    # Freed memory that is kept for ever would be all that a long run holds.
    settings = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=16",
                "UBSAN_OPTIONS": "print_stacktrace=1"}
    command = [folder / target, f"-max_total_time={seconds}", "-timeout=10", "-max_len=4096",
               "-print_final_stats=1", f"-artifact_prefix={finds}/", corpus,
               HERE / "seeds" / target]
    run = subprocess.run(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, errors="replace", check=False)
    (folder / f"{target}.log").write_text(run.stdout, encoding="utf-8")
    tried = re.search(r"number_of_executed_units: (\d+)", run.stdout)
    if run.returncode == 0 and tried:
        return int(tried[1])
    print("\n".join(line for line in run.stdout.splitlines() if not line.startswith("#"))[-4000:])
    report_finds(finds, target)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--folder", type=Path, default=TOP / "build" / "fuzz")
    parser.add_argument("--include", type=Path, default=TOP / "include")
    wanted = parser.parse_args()
    folder = wanted.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)

    if missing := why_not(folder / f"{wanted.target}-probe"):
        print(missing)
        return SKIPPED
    try:
        build(wanted.target, wanted.include, folder / wanted.target)
    except subprocess.CalledProcessError:
        print(f"{wanted.target}.cpp does not build")
        return 1
    tried = fuzz(wanted.target, folder, wanted.seconds)
    if tried is None:
        return 1
    print(f"NOTE fuzz {wanted.target}: {tried} inputs in {wanted.seconds} s, and no find")
    seeds = sum(1 for _ in (HERE / "seeds" / wanted.target).iterdir())
    if tried <= seeds:
        print(f"Nothing was tried but the {seeds} seeds: more time, please")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
