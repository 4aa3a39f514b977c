#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows the library at work: builds the command-line tool and a stand-in for DataProxy, reports FILE
# to it line by line, and compares what it stored with the file. On Debian and Ubuntu it installs
# first what is missing, as root or through sudo.
#
#   examples/quickstart.sh [FILE]
#
# FILE is a log or any other text in UTF-8; without it, one that every such machine has.
set -euo pipefail

case ${1-} in --help | -h) sed -n '3,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"; exit ;; esac
file=${1-/var/log/dpkg.log}
[[ $# -gt 0 || (-s $file && -r $file) ]] || file=/usr/share/common-licenses/GPL-3
if [[ ! -r $file || -d $file ]]; then
  echo "quickstart.sh: can't read $file; usage: quickstart.sh [FILE]" >&2
  exit 2
fi

work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
cat -- "$file" >"$work/lines" # a log may grow while it is read

cd "$(dirname "$0")/.."
. tests/support/packages.sh
install_missing g++:g++ pkg-config:pkg-config httplib.h:libcpp-httplib-dev CLI/CLI.hpp:libcli11-dev

build=${INLONG_BUILD_DIR:-build}/quickstart
mkdir -p "$build"

# compile PROGRAM SOURCE, unless it is newer than all that it is made from
compile() {
  [[ ! -e $build/$1 || $(find include examples -newer "$build/$1" -name '*pp') ]] || return 0
  echo "Compiling $1"
  # shellcheck disable=SC2046 # the flags are words
  g++ -std=c++17 -O1 -I include "examples/$2" -o "$build/$1" -pthread \
    $(pkg-config --cflags --libs cpp-httplib)
}
compile dataproxy-stand-in dataproxy_stand_in.cpp &
compile inlong-report inlong_report.cpp
wait $!

exec {messages}< <(exec "$build/dataproxy-stand-in" --port 0 --store "$work/stored")
server=$!
read -r listening <&"$messages"
cat <&"$messages" >"$work/shown" &
address=${listening#listening on }

echo "Reporting the lines of $file to a stand-in for DataProxy at $address"
# With one worker lines arrive in the order of the file, for the comparison.
"$build/inlong-report" --address "$address" --group demo --stream quickstart --workers 1 \
  "$work/lines"
kill "$server"
wait "$server" $! # until all is written
server=
echo "The end of what the stand-in showed:"
tail -n 4 "$work/shown" | cut -c 1-100 | sed 's/^/  /'

# What Java, and so DataProxy, calls blank, in bytes.
blank=$'[\t-\r\x1c-\x20]|\xe1\x9a\x80|\xe2\x80[\x80-\x86\x88-\x8a\xa8\xa9]'
blank+=$'|\xe2\x81\x9f|\xe3\x80\x80'
LC_ALL=C grep -a -v -x -E "($blank)*" "$work/lines" >"$work/expected" || true
cmp "$work/expected" "$work/stored"
echo "The stand-in stored $(wc -l <"$work/stored") lines:" \
  "byte for byte what is in $file, blank lines aside."
