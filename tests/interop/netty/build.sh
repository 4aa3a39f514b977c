#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh OUT STAMP: builds the judge in OUT/as_dataproxy and OUT/newest, if that has become
# necessary, and touches STAMP. Where there is no Java, or Maven can't get what it needs, it
# succeeds all the same, and OUT/skipped has the reason.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1 stamp=$2

skip() {
  echo "$1" >"$out/skipped"
  echo "No Netty judge: $1"
  touch "$stamp"
  exit
}

mkdir -p "$out"
if [[ -e $stamp && ! -e $out/skipped && -z $(find "$here" -newer "$stamp" -type f) ]]; then
  exit
fi
rm -f "$out/skipped"
command -v javac >/dev/null || skip "there is no Java compiler here"
command -v mvn >/dev/null || skip "there is no Maven here"

log=$out/maven.log
if ! mvn -B -f "$here/pom.xml" "-Djudge.build=$out" process-classes >"$log" 2>&1; then
  # What can't be fetched says nothing of this project; all else does.
  pattern='Could not (transfer|resolve|find)|(could not|cannot) be resolved|Non-resolvable'
  why=$(grep -E "^\[ERROR\].*($pattern)" "$log" | head -n 1 | cut -c 9-160 || true)
  [[ -z $why ]] || skip "Maven can't get what it needs: $why"
  tail -n 30 "$log" >&2
  exit 1
fi
touch "$stamp"
