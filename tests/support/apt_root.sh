# SPDX-License-Identifier: Apache-2.0
# Sourced by the tests that download packages from this machine's own Debian mirror: apt gets a root
# of its own, so that nothing is installed and other suites and architectures can be had.
# shellcheck shell=bash

# The compiler brings these itself, or nobody looks for them at run time.
not_needed='^(gcc-.*-base|libc6-dev|libc-dev-bin|linux-libc-dev|rpcsvc-proto|.*-gconv-.*)$'
not_needed+='|^openssl-provider-.*$'

debian_mirror() {
  {
    sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources
    awk '$1 == "deb" { for (i = 2; i <= NF; ++i) if ($i ~ /:\//) print $i }' \
      /etc/apt/sources.list /etc/apt/sources.list.d/*.list || true
  } 2>/dev/null | tr ' ' '\n' | sed 's,/*$,,' | grep '/debian$' | head -n 1
}

# make_apt_root ROOT ARCHITECTURE MIRROR SUITE...: a root for apt. It knows of no installed package,
# and so finds everything that a package needs.
make_apt_root() {
  local root=$1 architecture=$2 mirror=$3 suite signed=
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$root"/state/lists/partial "$root"/cache/archives/partial "$root"/empty
  : >"$root/status"
  [[ ! -e $keyring ]] || signed="[signed-by=$keyring] "
  for suite in "${@:4}"; do echo "deb $signed$mirror $suite main"; done >"$root/sources.list"
  cat >"$root/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
Dir::State "$root/state";
Dir::State::status "$root/status";
Dir::Cache "$root/cache";
Dir::Etc::sourcelist "$root/sources.list";
Dir::Etc::sourceparts "$root/empty";
Dir::Etc::preferences "$root/empty/none";
Dir::Etc::preferencesparts "$root/empty";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "";
APT::Install-Recommends "false";
END
  export APT_CONFIG=$root/apt.conf
}

# unpack PACKAGE ROOT [APT OPTION...]: the package and all that it needs, the C and C++ libraries
# apart from the rest.
unpack() {
  local package=$1 root=$2 name archive part
  rm -rf "$root"
  mkdir -p "$root"/{archives,base,rest}
  apt-get install -s "${@:3}" "$package" | awk '$1 == "Inst" { print $2 "=" substr($3, 2) }' |
    while IFS= read -r name; do
      [[ ${name%%=*} =~ $not_needed ]] || echo "$name"
    done >"$root/packages"
  [[ -s $root/packages ]] || return 1
  (cd "$root/archives" && xargs apt-get download -qq <"$root/packages") || return 1
  for archive in "$root"/archives/*.deb; do
    part=rest
    [[ $(basename "$archive") =~ ^(libc6|libgcc-s1|libstdc\+\+6)_ ]] && part=base
    dpkg -x "$archive" "$root/$part" || return 1
  done
  rm -r "$root/archives"
}
