#!/usr/bin/env bash
# test_flink.sh [PATH...]: compares the expected results of the text tests (default: all) with what
# a real Apache Flink answers. FLINK_HOME names a distribution; without it Flink is fetched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v java >/dev/null || ! command -v javac >/dev/null; then
  scripts/setup.sh --flink
fi
FLINK_HOME=$(scripts/get_flink.sh)
export FLINK_HOME
[ $# -eq 0 ] && set -- tests
exec python3 tests/flink/oracle_fill.py --check "$@"
