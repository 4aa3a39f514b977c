#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# no_exceptions.sh COMPILER STANDARD: compiles the core without exceptions and RTTI, and runs what
# comes out. clang is the one that matters: g++ accepts a `throw` in a template that nobody
# instantiates.
set -euo pipefail
compiler=$1 standard=$2
here=$(cd "$(dirname "$0")" && pwd)

command -v "$compiler" >/dev/null || { echo "$compiler is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$compiler" -std="$standard" -fno-exceptions -fno-rtti -Wall -Wextra -Werror \
  -I "$here/../../include" "$here/no_exceptions.cpp" -o "$work/no_exceptions" -pthread
"$work/no_exceptions"
