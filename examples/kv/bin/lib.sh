# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of the examples share. To be sourced, by a script that stands three levels below the project:
#
#   set -euo pipefail
#   self=$(readlink -f -- "${BASH_SOURCE[0]}")
#   . "${self%/*}/lib.sh"
#   balsa_build examples/kv raft-core raft-storage-wal raft-transport-netty
#   exec "$BALSA_JAVA" -cp "$(balsa_class_path examples/kv)" ...
#
# Sets BALSA_ROOT (the project's directory) and BALSA_JAVA (the JVM: of JAVA_HOME if set).

BALSA_ROOT=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../../.." && pwd -P)
BALSA_JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java

# balsa_die CODE MESSAGE...: says what is wrong and what helps, on stderr, and ends the script.
balsa_die() {
  local code=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$code"
}

# balsa_version: the project's version.
balsa_version() {
  sed -n 's|.*<version>\(.*\)</version>.*|\1|p' "$BALSA_ROOT/pom.xml" | head -n 1
}

# balsa_class_path MODULE: the class path of a built module.
balsa_class_path() {
  printf '%s\n' "$BALSA_ROOT/$1/target/run/*"
}

# balsa_is_stale MODULE DEPENDENCY...: whether the module is not built, or older than a source of any of these.
balsa_is_stale() {
  local stamp="$BALSA_ROOT/$1/target/run/built" module
  [ -e "$stamp" ] || return 0
  local sources=("$BALSA_ROOT/pom.xml")
  for module; do
    sources+=("$BALSA_ROOT/$module/pom.xml" "$BALSA_ROOT/$module/src/main")
  done
  # Directories count too: their time tells of a source that was deleted.
  [ -n "$(find "${sources[@]}" -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# balsa_lock FLAG FD: flock where there is one; elsewhere two builds at once are the user's to avoid.
balsa_lock() {
  if command -v flock >/dev/null; then
    flock "$@"
  fi
}

# balsa_build MODULE DEPENDENCY...: builds the module if it is missing or older than its sources. DEPENDENCY are the
# other modules of the project that it is made of.
#
# What runs, runs from target/run, a copy of all jars that no other build touches. Such a process holds a shared lock on
# that directory, taken here and handed on by exec, and as long as one does, the copy stays as it is. A script that
# starts processes in the background and goes on itself calls balsa_release after it has started them.
balsa_build() {
  local run="$BALSA_ROOT/$1/target/run"
  command -v "$BALSA_JAVA" >/dev/null ||
    balsa_die 1 "no java found${JAVA_HOME:+ in JAVA_HOME=$JAVA_HOME}; install a JDK, 17 or newer, or point JAVA_HOME at one"
  # Two scripts never build at once.
  exec 8<"$BALSA_ROOT"
  balsa_lock -x 8
  if balsa_is_stale "$@"; then
    if balsa_is_in_use "$run"; then
      echo "${0##*/}: sources have changed, but a process runs from the build: using the build as it is" >&2
    else
      balsa_maven "$1"
    fi
  fi
  exec 9<"$run"
  balsa_lock -s 9
  exec 8<&-
}

# balsa_release: gives back the lock that balsa_build has left with this process (its children keep theirs).
balsa_release() {
  exec 9<&-
}

# balsa_is_in_use DIRECTORY: whether a process holds a lock on it. None starts as long as the caller holds the project's.
balsa_is_in_use() {
  [ -d "$1" ] || return 1
  ! (
    exec 7<"$1"
    balsa_lock -n -x 7
  )
}

# balsa_maven MODULE: builds, with all output on stderr, and puts the jars where they are run from.
balsa_maven() {
  local started
  command -v mvn >/dev/null || balsa_die 1 "$1 is not built, and there is no mvn to build it; install Maven 3.8 or newer"
  echo "${0##*/}: building $1 (the first time takes a while)" >&2
  started=$(mktemp)
  if ! (cd -- "$BALSA_ROOT" && mvn -q -B -Dstyle.color=never -pl "$1" -am package -DskipTests -Dspotless.check.skip \
    -Dmaven.javadoc.skip -Dmaven.source.skip 8<&-) >&2; then
    rm -f -- "$started"
    balsa_die 1 "the build failed; Maven's output above says where"
  fi
  # Stamped with the time at which the build began: what was saved meanwhile is newer.
  balsa_take "$1" "$started"
  rm -f -- "$started"
}

# balsa_take MODULE [REFERENCE]: puts the jars that Maven has made where they are run from, as built at the time of the
# file REFERENCE, or now.
balsa_take() {
  local target="$BALSA_ROOT/$1/target"
  rm -rf -- "$target/run.new" "$target/run"
  mkdir -- "$target/run.new"
  cp -- "$target"/main/*.jar "$target"/lib/*.jar "$target/run.new/"
  mv -- "$target/run.new" "$target/run"
  touch ${2:+-r "$2"} -- "$target/run/built"
}
