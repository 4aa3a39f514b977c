#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh FOLDER [--NAME=VALUE...]: runs the judge that build.sh left in a folder.
set -euo pipefail
# It lives for seconds: a compiler and a collector that start at once serve it best.
exec java -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$1/classes:$1/lib/*" judge.Judge \
  "${@:2}"
