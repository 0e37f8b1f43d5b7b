#!/usr/bin/env bash
# build.sh PRESET [TARGET...]: configures when needed and builds. Two builds of one checkout wait
# for each other. MILLRACE_JOBS limits the number of compilers (default: the number of cores).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:?which preset: release, debug, tsan, coverage or fuzz}
shift
jobs=${MILLRACE_JOBS:-$(nproc)}
mkdir -p build
exec 9>build/.lock
flock 9

if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset" 9>&-
fi
ninja -C "build/$preset" -j "$jobs" "$@" 9>&-
