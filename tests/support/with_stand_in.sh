#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# with_stand_in.sh STAND_IN COMMAND...: runs a command whose last argument is the address of a
# stand-in for DataProxy.
set -euo pipefail
exec {messages}< <(exec "$1" --port 0 --quiet)
server=$!
trap 'kill "$server"' EXIT
read -r listening <&"$messages"
"${@:2}" "${listening#listening on }"
