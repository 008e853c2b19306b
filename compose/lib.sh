# Sourced by compose/up, compose/down, compose/install and tests/run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$(realpath --relative-to="$root" "$0")" "$*" >&2; exit 1; }

# A step is announced when it begins, with the time since the command was called: a reader sees where it is.
step() { printf '[%3d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$*"; }

packages_in() {  # section…
  awk -v wanted=" $* " '/^\[/ { section = substr($1, 2, length($1) - 2); next }
                        NF && !/^#/ && index(wanted, " " section " ") { print $1 }' "$root/compose/packages.txt"
}

# What another package provides is there: the nodejs of its makers, say, comes with npm and does not go with Debian's.
missing_of() {  # package…
  comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' | awk '$1 == "installed" { gsub(/\([^)]*\)|,/, " "); for (i = 2; i <= NF; i++) print $i }' | sort -u)
}

require_debian_12() {
  local id='' version='' name='this system'
  if [[ -r /etc/os-release ]]; then
    id=$(. /etc/os-release && echo "${ID:-}")
    version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    name=$(. /etc/os-release && echo "${PRETTY_NAME:-this system}")
  fi
  [[ $id == debian && $version == 12 ]] ||
    fail "Taskstream is built on Debian 12 (bookworm), and this is $name. Use a Debian 12 machine, virtual machine or container."
}

# Installs what is missing of the sections, and says which versions were found. Quick when everything is there.
install_packages() {  # section…
  require_debian_12
  local all missing as_root=()
  mapfile -t all < <(packages_in "$@")
  mapfile -t missing < <(missing_of "${all[@]}")
  if ((${#missing[@]} > 0)); then
    if [[ $(id -u) != 0 ]]; then
      command -v sudo >/dev/null ||
        fail "these packages are missing, and without root or sudo they cannot be installed. As root: apt-get install ${missing[*]}"
      as_root=(sudo)
    fi
    step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    apt_get update || fail "the package lists cannot be fetched (apt's words are above): is the network there? Needed: ${missing[*]}"
    without_services apt_get install -y --no-install-recommends "${missing[@]}" ||
      fail "apt-get could not install the packages (its words are above). Try by hand: apt-get install ${missing[*]}"
  fi
  say "Found: $(versions_of "${all[@]}")"
}

apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -q -o APT::Update::Error-Mode=any -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 "$@" </dev/null 2>&1 >/dev/null | sed 's/^/  /' >&2
  return "${PIPESTATUS[0]}"
}

# A package that brings a service (a database, a container engine) would start it: here only what is asked for is started.
without_services() (  # command…
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
  fi
  "$@"
)

versions_of() {  # package…
  dpkg-query -W -f '${Package} ${Version}\n' "$@" 2>/dev/null | awk 'NF > 1' | sort -u | sed -E 's/ ([0-9]+:)?([^-+~ ]+)[^ ]*$/ \2/' | paste -sd, | sed 's/,/, /g'
}

# ---- processes that a pid file names

# The pid in the file, if it is alive and runs the program: a number can be given to another process meanwhile.
running_pid() {  # pid file, program
  local pid exe
  pid=$(cat "$1" 2>/dev/null) && [[ $pid =~ ^[0-9]+$ ]] || return 1
  exe=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  [[ ${exe% (deleted)} == "$2" ]] || return 1  # deleted: built anew since it was started
  echo "$pid"
}

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
