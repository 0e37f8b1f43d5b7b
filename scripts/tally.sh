# Sourced by test.sh and check.sh: runs test programs and adds up what passed and failed.
# Every function prints what it runs; the last line of a script comes from tallyEnd.

passed=0
failed=0
stageTimes=()
failures=()

# tallyFailure WHAT: one failure that no test program counted.
tallyFailure() {
  failed=$((failed + 1))
  failures+=("$1")
  echo "FAILED: $1"
}

tally() {
  passed=$((passed + $1))
  failed=$((failed + $2))
}

# runStage NAME: runs the function NAMEStage and keeps its time.
runStage() {
  local started=$SECONDS
  echo "=== $1"
  "$1Stage"
  stageTimes+=("$1 $((SECONDS - started)) s")
  echo "=== $1 took $((SECONDS - started)) s; so far $passed passed, $failed failed"
}

# runCounted NAME SECONDS COMMAND...: runs a program whose last lines hold "N passed, N failed".
runCounted() {
  local name=$1 seconds=$2 log status line
  shift 2
  log=$(mktemp)
  echo "--- $name"
  timeout -k 10 "$seconds" "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
  rm -f "$log"
  countResult "$name" "$status" "$line"
}

# countResult NAME STATUS LINE: adds the numbers of "N passed, N failed" and distrusts a program
# that ended badly, or that ran nothing.
countResult() {
  local name=$1 status=$2 good bad
  if [[ ! $3 =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed ]]; then
    tallyFailure "$name ended with status $status and without a result"
    return
  fi
  good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
  tally "$good" "$bad"
  if [ "$bad" -gt 0 ]; then
    failures+=("$name: $bad failed")
  elif [ "$status" -ne 0 ]; then
    tallyFailure "$name ended with status $status"
  elif [ "$good" -eq 0 ]; then
    tallyFailure "$name ran no test"
  fi
}

# runTextTests PRESET ARGUMENT...: the .test files, through tests/runner.
runTextTests() {
  local runner=build/$1/bin/test_runner
  local name="text tests ($*)"
  shift
  if [ ! -x "$runner" ]; then
    tallyFailure "$name: $runner was not built"
    return
  fi
  runCounted "$name" 3000 "$runner" "$@"
}

# runUnitTests PRESET [PATTERN]: every unit test program that ctest knows in this build, or those
# whose component the pattern matches.
runUnitTests() {
  local names name program log status good bad
  names=$(ctest --test-dir "build/$1" -N | sed -n 's/^ *Test *#[0-9]*: \([a-z_]*_tests\)$/\1/p' |
    grep -Ex "(${2:-.*})_tests")
  if [ -z "$names" ]; then
    tallyFailure "no unit test programs in build/$1"
    return
  fi
  for name in $names; do
    program=build/$1/bin/$name
    echo "--- $program"
    log=$(mktemp)
    timeout -k 10 600 "$program" --gtest_brief=1 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    good=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) tests?\..*/\1/p' "$log" | tail -n 1)
    bad=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) tests?, listed below.*/\1/p' "$log" | tail -n 1)
    rm -f "$log"
    countResult "$program" "$status" "${good:+$good passed, ${bad:-0} failed}"
  done
}

runTidy() {
  runCounted "house rules" 900 python3 tests/tidy/tidy_test.py
}

# tallyEnd: prints times, failures and the result; ends the script.
tallyEnd() {
  echo "=== times: $(printf '%s, ' "${stageTimes[@]}" | sed 's/, $//')"
  if [ ${#failures[@]} -gt 0 ]; then
    printf 'FAILED: %s\n' "${failures[@]}"
  fi
  if [ "$passed" -eq 0 ] && [ "$failed" -eq 0 ]; then
    echo "nothing ran"
    failed=1
  fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}
