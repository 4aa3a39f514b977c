# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts that do their own set-up.
# shellcheck shell=bash

# install_missing WHAT:PACKAGE...: installs the packages of what is missing, a command or a C++
# header. Where it can't, it says what is missing and how to get it, and ends the script.
install_missing() {
  local pair what missing=() packages=()
  for pair in "$@"; do
    what=${pair%%:*}
    if [[ $what == *.h || $what == *.hpp ]]; then
      g++ -E -x c++ - <<<"#include <$what>" >/dev/null 2>&1 && continue
    elif command -v "$what" >/dev/null; then
      continue
    fi
    missing+=("$what") packages+=("${pair#*:}")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0

  local as_root=()
  [[ $(id -u) == 0 ]] || as_root=(sudo)
  if ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}. Install them with this system's package manager; in Debian they" \
      "are the packages ${packages[*]}." >&2
    exit 1
  elif [[ $(id -u) != 0 ]] && ! sudo -n true 2>/dev/null &&
    ! { [[ -t 0 ]] && command -v sudo >/dev/null; }; then # sudo could not even ask
    echo "Missing: ${missing[*]}. As root, run:" \
      "apt-get update && apt-get install -y ${packages[*]}" >&2
    exit 1
  fi

  echo "Installing ${packages[*]}"
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "${packages[@]}") log
  log=$(mktemp)
  # The package lists may be missing or old, which only shows when they are used.
  if ! "${install[@]}" >"$log" 2>&1 </dev/null &&
    ! { "${as_root[@]}" apt-get update -qq && "${install[@]}"; } >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    echo "Could not install ${packages[*]}" >&2
    exit 1
  fi
  rm -f "$log"
}

# install_optional WHAT:PACKAGE...: the same, but what can't be had is done without. It says so, and
# the tests that need it are skipped.
install_optional() {
  (install_missing "$@") && return
  local pair
  # One of them may be all that this system lacks.
  for pair in "$@"; do
    (install_missing "$pair") || echo "Going on without ${pair#*:}" >&2
  done
}
