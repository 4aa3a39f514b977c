#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sizes.sh FOLDER STAND_IN: how large small programs are, natively and on armhf.
#
# Builds two examples with -Os, stripped and linked dynamically, runs them against STAND_IN and
# prints their sizes: one with a transport of its own over plain sockets, and one with cpp-httplib.
# For armhf, cpp-httplib's packages are downloaded into FOLDER; nothing is installed.
set -euo pipefail
stand_in=$(realpath "$2")
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../../.."
. tests/support/apt_root.sh

result=0
skip() { echo "SKIP size of $1: $2"; }

# measure ABOUT EXAMPLE RUNNER COMPILER [FLAG...]: RUNNER is a command that runs a program, or env.
measure() {
  local about=$1 example=$2 runner=$3 program
  program=$folder/$(tr -c 'a-z0-9\n' _ <<<"$about")
  # shellcheck disable=SC2086 # a runner has arguments
  if "$4" -std=c++17 -Os -s -Iinclude "examples/$example.cpp" -o "$program" "${@:5}" -pthread \
    >"$program.log" 2>&1 &&
    tests/support/with_stand_in.sh "$stand_in" $runner "$program" >"$program.log" 2>&1; then
    echo "PASS size of $about"
    echo "NOTE size of $about: $(($(stat -c %s "$program") / 1024)) KiB"
  else
    tail -n 20 "$program.log"
    echo "FAIL size of $about: it does not build, or does not report a record"
    result=1
  fi
}

# Sets `why` if cpp-httplib can't be had for armhf, and `root` to where it is.
fetch_armhf_httplib() {
  local mirror suite
  why=
  command -v apt-get >/dev/null || { why='there is no apt here'; return; }
  mirror=$(debian_mirror) || { why='apt has no Debian mirror here'; return; }
  # That of this system has the compiler's own C library, or an older one.
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
  [[ $suite ]] || { why='this Debian has no name'; return; }
  make_apt_root "$folder/apt" armhf "$mirror" "$suite"
  root=$folder/armhf
  if ! { apt-get update -qq && unpack libcpp-httplib-dev "$root"; } >"$folder/apt.log" 2>&1; then
    why="its packages can't be had, see $folder/apt.log"
  fi
}

measure_armhf_httplib() {
  local libraries flags=() search why root
  fetch_armhf_httplib
  [[ -z $why ]] || { skip 'cpp-httplib on armhf' "$why"; return; }
  libraries=$root/rest/usr/lib/arm-linux-gnueabihf
  read -ra flags < <(PKG_CONFIG_LIBDIR=$libraries/pkgconfig:$root/rest/usr/share/pkgconfig \
    pkg-config --cflags --libs cpp-httplib)
  search=$(find "$root/rest" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
  measure 'cpp-httplib on armhf' 01_one_record "$on_armhf -E LD_LIBRARY_PATH=$search" \
    arm-linux-gnueabihf-g++ -isystem "$root/rest/usr/include" \
    -isystem "$root/rest/usr/include/arm-linux-gnueabihf" -L "$libraries" \
    -Wl,--allow-shlib-undefined "${flags[@]}"
}

read -ra httplib < <(pkg-config --cflags --libs cpp-httplib)
native=$(uname -m)
measure "plain sockets on $native" 05_own_transport env g++
measure "cpp-httplib on $native" 01_one_record env g++ "${httplib[@]}"

on_armhf='qemu-arm -L /usr/arm-linux-gnueabihf'
for program in arm-linux-gnueabihf-g++ qemu-arm; do
  command -v "$program" >/dev/null || {
    skip 'programs on armhf' "$program is not installed"
    exit "$result"
  }
done
measure 'plain sockets on armhf' 05_own_transport "$on_armhf" arm-linux-gnueabihf-g++
measure_armhf_httplib
exit "$result"
