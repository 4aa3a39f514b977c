#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# httplib_versions.sh FOLDER: tests the default transport with every cpp-httplib that Debian carries.
#
# Downloads the packages of all suites from this machine's own Debian mirror into FOLDER, where apt gets a root of
# its own; nothing is installed. Prints a line for each version. What can't be had or run is skipped.
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
. tests/support/apt_root.sh

suites=(bookworm trixie trixie-backports forky sid)
warnings=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror)
sources=(tests/support/main.cpp tests/unit/transport/httplib.cpp tests/wire/report.cpp)

skip_all() {
  echo "SKIP httplib: $1"
  exit 77
}

# run_with ROOT PROGRAM: with the package's libraries, and with its C library where that is newer than this system's.
run_with() {
  local root=$1 program=$2 loader newest base rest
  base=$(find "$root/base" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
  rest=$(find "$root/rest" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
  newest=$(sed -n 's/^libc6=//p' "$root/packages")
  if dpkg --compare-versions "$newest" gt "$(getconf GNU_LIBC_VERSION | cut -d' ' -f2).99"; then
    loader=$(find "$root/base" -name 'ld-linux*.so*' | head -n 1)
    "$loader" --library-path "$base:$rest" "$program"
  else
    LD_LIBRARY_PATH=$rest "$program"
  fi
}

# try SUITE VERSION: prints what became of it; fails if the transport is to blame.
try() {
  local suite=$1 version=$2 root=$folder/$2 flags includes libraries name
  name="httplib $version ($suite)"
  if ! unpack "libcpp-httplib-dev=$version" "$root" -t "$suite" >"$root.log" 2>&1; then
    echo "SKIP $name: its packages can't be had, see $root.log"
    return
  fi
  local multiarch
  multiarch=$(g++ -print-multiarch)
  includes=(-Iinclude -isystem "$root/rest/usr/include" -isystem "$root/rest/usr/include/$multiarch")
  libraries=(-L "$root/rest/usr/lib/$multiarch" "-Wl,--allow-shlib-undefined")
  read -ra flags < <(PKG_CONFIG_LIBDIR=$root/rest/usr/lib/$multiarch/pkgconfig:$root/rest/usr/share/pkgconfig \
    pkg-config --cflags --libs cpp-httplib)

  local compile=(g++ -std=c++17 "${warnings[@]}" -DDOCTEST_CONFIG_USE_STD_HEADERS "${includes[@]}")
  if ! printf '%s\0' "${sources[@]}" | xargs -0 -I'{}' -P "$(nproc)" bash -c \
    '"${@:3}" -c "$2" -o "$1/${2//\//_}.o"' compile "$root" '{}' "${compile[@]}" "${flags[@]}" \
    >"$root.log" 2>&1 ||
    ! g++ "$root"/*.o -o "$root/program" "${libraries[@]}" "${flags[@]}" -pthread >>"$root.log" 2>&1; then
    echo "FAIL $name: does not compile, see $root.log"
    return 1
  fi
  # With Debian's library, leaving out the package's flags links, and crashes.
  if g++ -std=c++17 "${includes[@]}" -fsyntax-only include/inlong/report.hpp >"$root.log" 2>&1 ||
    ! grep -q 'pkg-config --cflags cpp-httplib' "$root.log"; then
    echo "FAIL $name: without the package's flags, the compiler does not say that they are missing"
    return 1
  fi
  if ! run_with "$root" /bin/true >"$root.log" 2>&1; then
    echo "SKIP $name: its libraries can't be loaded here, see $root.log"
  elif run_with "$root" "$root/program" >"$root.log" 2>&1; then
    echo "PASS $name"
  else
    echo "FAIL $name: see $root.log"
    return 1
  fi
}

command -v apt-get >/dev/null || skip_all "there is no apt here"
mirror=$(debian_mirror) || skip_all "apt has no Debian mirror here"
make_apt_root "$folder/apt" "$(dpkg --print-architecture)" "$mirror" "${suites[@]}"
apt-get update -qq >"$folder/apt.log" 2>&1 || true  # some suites may be missing
versions=$(apt-cache madison libcpp-httplib-dev | awk '{ split($6, suite, "/"); print suite[1], $3 }')
[[ -n $versions ]] || skip_all "no package lists could be had, see $folder/apt.log"

result=77
tried=
while read -r suite version; do
  # Rebuilds of one version differ in nothing that matters here.
  [[ $tried != *" ${version%%+*} "* ]] || continue
  tried+=" ${version%%+*} "
  if outcome=$(try "$suite" "$version"); then
    [[ $outcome != PASS* || $result == 1 ]] || result=0
  else
    result=1
  fi
  echo "$outcome"
done <<<"$versions"
exit "$result"
