#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh WAY STAND_IN: builds programs of a user that depend on the library in one of these ways,
# and runs them: find_package add_subdirectory subproject pkg-config single_include core
# STAND_IN is the program that they report to.
set -euo pipefail
way=$1 stand_in=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
work=$(mktemp -d)

finish() {
  local status=$?
  [[ $status == 0 ]] || cat "$work/log"
  rm -rf "$work"
}
trap finish EXIT
cp "$here"/* "$work"
cd "$work"
export CMAKE_GENERATOR=Ninja

install_with_cmake() {
  cmake -S "$top" -B library -DCMAKE_INSTALL_PREFIX="$work/installed" -DINLONG_REPORT_EXAMPLES=OFF
  cmake --install library
}

install_with_meson() {
  meson setup --prefix "$work/installed" "$top" library
  meson install -C library --no-rebuild
}

with_cmake() {
  cmake -S . -B built -DCMAKE_PREFIX_PATH="$work/installed" "$@"
  cmake --build built
}

compile() {
  mkdir -p built
  g++ -std=c++17 -O2 -Wall -Wextra -Werror "$1.cpp" -o "built/$1" "${@:2}"
}

with_pkg_config() {
  export PKG_CONFIG_PATH=$work/installed/share/pkgconfig
  # shellcheck disable=SC2046 # the flags are words
  compile core $(pkg-config --cflags --libs inlong-report-core)
  # shellcheck disable=SC2046
  compile report $(pkg-config --cflags --libs inlong-report)
  rm -r library installed
}

build() {
  case $way in
    find_package)
      install_with_cmake
      with_cmake
      ;;
    add_subdirectory)
      with_cmake -DCHECKOUT="$top"
      ;;
    subproject)
      mkdir subprojects
      ln -s "$top" subprojects/inlong-report
      meson setup built
      ninja -C built
      ;;
    pkg-config)
      install_with_meson
      with_pkg_config
      install_with_cmake
      with_pkg_config
      ;;
    single_include)
      # shellcheck disable=SC2046
      compile report -I "$top/single_include" $(pkg-config --cflags --libs cpp-httplib)
      ;;
    core)
      # Nothing of httplib can be found, neither when the library is installed nor when it is used.
      export PKG_CONFIG_LIBDIR=$work/none
      mkdir hidden
      echo '#error "the core reached <httplib.h>"' >hidden/httplib.h
      export CPLUS_INCLUDE_PATH=$work/hidden
      install_with_cmake
      with_cmake -DCORE_ONLY=ON
      compile core -I "$top/single_include" -pthread
      ;;
  esac
}

# shellcheck disable=SC2119 # none of the functions gets the script's arguments
build >log 2>&1

[[ ! -e built/core ]] || built/core
[[ ! -e built/report ]] || "$top/tests/support/with_stand_in.sh" "$stand_in" built/report
