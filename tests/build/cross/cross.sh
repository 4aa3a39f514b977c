#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cross.sh ARCHITECTURE FOLDER STAND_IN SOURCE...: tests the core on another processor.
#
# Builds in FOLDER with Debian's cross compiler, linked statically, and runs under qemu-user: the
# unit tests of the given sources, the core without exceptions and RTTI, and the example with a
# transport of its own, which reports a record to STAND_IN. Prints a line for each.
set -euo pipefail
architecture=$1 stand_in=$(realpath "$3")
mkdir -p "$2"
folder=$(cd "$2" && pwd)
cd "$(dirname "$0")/../../.."
sources=("${@:4}")

case $architecture in
  armhf) compiler=arm-linux-gnueabihf-g++ emulator=qemu-arm ;;
  aarch64) compiler=aarch64-linux-gnu-g++ emulator=qemu-aarch64 ;;
  s390x) compiler=s390x-linux-gnu-g++ emulator=qemu-s390x ;; # big-endian
  *) echo "There is no architecture $architecture here" >&2; exit 2 ;;
esac
for program in "$compiler" "$emulator"; do
  command -v "$program" >/dev/null || { echo "$program is not installed"; exit 77; }
done
# On armhf the compiler has much to say of the ABI of its versions before 7.1.
compile=("$compiler" -std=c++17 -O1 -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wsign-conversion -Wold-style-cast -Werror -Wno-psabi -Iinclude)
! command -v ccache >/dev/null || compile=(ccache "${compile[@]}")
link=("$compiler" -static -pthread)

unit_tests() {
  local objects=$folder/objects
  rm -rf "$objects" && mkdir "$objects" || return
  printf '%s\0' "${sources[@]}" tests/support/main.cpp |
    xargs -0 -I'{}' -P "$(nproc)" bash -c '"${@:3}" -c "$2" -o "$1/${2//\//_}.o"' compile \
      "$objects" '{}' "${compile[@]}" -MD -DDOCTEST_CONFIG_USE_STD_HEADERS \
      -DDOCTEST_CONFIG_SUPER_FAST_ASSERTS -DCOUNTS_ALLOCATIONS=0 &&
    "${link[@]}" "$objects"/*.o -o "$folder/unit_tests" &&
    "$emulator" "$folder/unit_tests"
}

no_exceptions() {
  "${compile[@]}" -fno-exceptions -fno-rtti tests/build/no_exceptions.cpp \
    -static -pthread -o "$folder/no_exceptions" &&
    "$emulator" "$folder/no_exceptions"
}

own_transport() {
  "${compile[@]}" examples/05_own_transport.cpp -static -pthread -o "$folder/own_transport" &&
    tests/support/with_stand_in.sh "$stand_in" "$emulator" "$folder/own_transport"
}

# try NAME FUNCTION: prints what became of it, and what was said of a failure.
result=0
try() {
  if "$2" >"$folder/$2.log" 2>&1; then
    echo "PASS $1 ($architecture)"
  else
    tail -n 25 "$folder/$2.log"
    echo "FAIL $1 ($architecture)"
    result=1
  fi
}

try 'unit tests of the core' unit_tests
try 'core without exceptions and RTTI' no_exceptions
try 'a record over plain sockets' own_transport
exit "$result"
