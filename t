#!/usr/bin/env bash
# Runs one test.
#   ./t tests/sql/select/filter.test      a text test, or a folder; more arguments are passed on
#   ./t types_tests 'Column.*'            a unit test program, with an optional filter
#   ./t types_tests                       all of its tests
#   ./t serve NAME                        tests of the service: a module, a function, or all
#   ./t tidy                              the house rules
#   ./t check                             what `make check` runs
# MILLRACE_PRESET=debug runs it in another build (default: release).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
preset=${MILLRACE_PRESET:-release}
bin=build/$preset/bin

if [ $# -eq 0 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0"
  exit 2
fi
what=$1
shift

case $what in
  check) exec scripts/check.sh "$@" ;;
  serve)
    scripts/build.sh "$preset" millrace protocol_echo >&2
    export MILLRACE=$PWD/$bin/millrace MILLRACE_PROTOCOL_ECHO=$PWD/$bin/protocol_echo
    exec python3 tests/serve/serve_test.py "$@"
    ;;
  tidy) exec python3 tests/tidy/tidy_test.py "$@" ;;
  *_tests)
    scripts/build.sh "$preset" "$what" >&2
    if [ $# -gt 0 ] && [[ $1 != -* ]]; then
      filter=$1
      shift
      set -- "--gtest_filter=$filter" "$@"
    fi
    exec "$bin/$what" "$@"
    ;;
  *)
    if [ ! -e "$what" ]; then
      echo "t: '$what' is neither a file, a folder nor a unit test program (<folder>_tests)" >&2
      exit 2
    fi
    scripts/build.sh "$preset" millrace test_runner >&2
    exec "$bin/test_runner" "$what" "$@"
    ;;
esac
