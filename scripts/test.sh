#!/usr/bin/env bash
# Runs what a change must pass, in four stages, and ends with the line "N passed, N failed".
#   test.sh [STAGE...]      build, default, sanitizer, random (default: all, in this order)
# build      release build
# default    text tests in the default configuration with their three runs, unit tests, house rules,
#            command line, Nexmark, jobs killed and restored, old savepoints, crashes, memory
# sanitizer  the engine built with ASan and UBSan, its unit tests and the fast text tests;
#            `make check` has the service as well
# random     each text test once more under one configuration, chosen by its path and the commit
# A stage that breaks counts as one failure; so does one that runs nothing.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/tally.sh

buildStage() {
  scripts/setup.sh --test && scripts/build.sh release || tallyFailure "the release build failed"
}

defaultStage() {
  runUnitTests release
  runTextTests release tests/
  runTidy
  runCounted "command line" 300 python3 tests/cli/cli_test.py
  runCounted "Nexmark" 600 python3 tests/nexmark/verify.py --quick
  runCounted "restore after kills" 300 python3 tests/restore/restore_test.py
  runCounted "savepoints of earlier formats" 300 python3 tests/restore/goldens_test.py
  runCounted "crashes" 300 python3 tests/crash/crash_test.py --trials 30
  runCounted "service" 600 python3 tests/serve/serve_test.py
  runCounted "memory" 300 python3 tests/memory/memory_test.py
}

sanitizerStage() {
  if ! scripts/build.sh debug engine_tests test_runner; then
    tallyFailure "the debug build failed"
    return
  fi
  runUnitTests debug "env|types|expr|state|runtime|operators|functions|formats|connectors|sql"
  runTextTests debug --fast tests/
}

randomStage() {
  local commit
  commit=$(git rev-parse HEAD 2>/dev/null) || commit=0
  runTextTests release --random-config-seed "$commit" tests/
}

stages=("$@")
[ ${#stages[@]} -eq 0 ] && stages=(build default sanitizer random)
for stage in "${stages[@]}"; do
  case $stage in
    build | default | sanitizer | random) runStage "$stage" ;;
    *)
      echo "test: unknown stage '$stage' (known: build, default, sanitizer, random)" >&2
      exit 2
      ;;
  esac
  # Nothing else can be trusted without a build.
  [ "$stage" = build ] && [ "$failed" -gt 0 ] && break
done
tallyEnd
