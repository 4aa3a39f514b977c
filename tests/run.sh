#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs every test. On Debian and Ubuntu it installs first what is missing, as root or
# through sudo.
#
#   tests/run.sh [--quick]
#
#   --quick   the unit tests alone, once: no other variants, sanitizers, compilers or consumers
#
# It builds in build/, or in the folder that INLONG_BUILD_DIR names. The last line is
# `N passed, N failed, N skipped`; what failed or was skipped stands above it with the reason.
# Succeeds if nothing failed.
set -euo pipefail
cd "$(dirname "$0")/.."

quick=
case ${1-} in
  '') ;;
  --quick) quick=yes ;;
  --help | -h) sed -n '3,/^set/{/^set/!s/^# \{0,1\}//p}' tests/run.sh; exit ;;
  *) echo "tests/run.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac

. tests/support/packages.sh
wanted=(g++:g++ pkg-config:pkg-config meson:meson ninja:ninja-build python3:python3 cmake:cmake
  ccache:ccache httplib.h:libcpp-httplib-dev doctest/doctest.h:doctest-dev CLI/CLI.hpp:libcli11-dev)
[[ $quick ]] || wanted+=(clang++:clang curl:curl benchmark/benchmark.h:libbenchmark-dev
  spdlog/async.h:libspdlog-dev)
install_missing "${wanted[@]}"
# Java serves the interop tests alone: without it they are skipped, and say so.
[[ $quick ]] || (install_missing javac:default-jdk-headless mvn:maven) ||
  echo "No Java or no Maven: the tests against Netty will be skipped" >&2
# Clang's sanitizers are a package of their own, named by clang's version.
[[ $quick ]] || clang++ -fsanitize=address -x c++ - -o /dev/null <<<'int main() {}' 2>/dev/null ||
  install_missing "clang-sanitizers:libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev"
# Not every system has cross compilers, nor each of them.
[[ $quick ]] || install_optional arm-linux-gnueabihf-g++:g++-arm-linux-gnueabihf \
  aarch64-linux-gnu-g++:g++-aarch64-linux-gnu s390x-linux-gnu-g++:g++-s390x-linux-gnu \
  qemu-arm:qemu-user

export CCACHE_DEPEND=1  # or ccache would run the preprocessor once more for what it does not have
build=${INLONG_BUILD_DIR:-build}
mkdir -p "$build"
folders=()

# run NAME [MESON OPTION...]: builds in a folder of that name and tests there. What became of it is
# for summary.py.
run() {
  local folder=$build/$1 known=() targets=() tests=()
  shift
  folders+=("$folder")
  rm -rf "$folder/meson-logs"
  [[ ! -e $folder/build.ninja ]] || known=(--reconfigure)
  [[ ! $quick ]] || targets=(tests/{core,other,simulation}_split-17) tests=(--suite split-17)

  echo "Building in $folder"
  if meson setup "${known[@]}" -Dwerror=true -Ddebug=false "$@" "$folder" >"$folder.log" 2>&1 &&
    ninja -k 0 -C "$folder" "${targets[@]}" >>"$folder.log" 2>&1; then
    echo "Testing in $folder"
    # More than there are processors, as some wait most of the time.
    meson test -C "$folder" --no-rebuild --num-processes $(($(nproc) + 2)) "${wrapper[@]}" \
      "${tests[@]}" >>"$folder.log" 2>&1 || true
  fi
}

wrapper=()
run main
if [[ ! $quick ]]; then
  # g++ takes three times as long over these; and so clang compiles everything as well. Lines are
  # all that the sanitizers need to know.
  CXX=clang++ run asan -Db_sanitize=address,undefined -Db_lundef=false \
    -Dcpp_args='-g1 -fno-sanitize-recover=undefined'
  # Where the kernel randomises addresses more than it expects, the thread sanitizer can't start.
  g++ -fsanitize=thread -x c++ - -o "$build/tsan_starts" <<<'int main() {}'
  "$build/tsan_starts" 2>/dev/null || wrapper=(--wrapper 'setarch -R')
  run tsan -Db_sanitize=thread -Dcpp_args=-g1
fi
python3 tests/support/summary.py "${folders[@]}"
