#!/usr/bin/env bash
# Everything that can be checked on one machine; takes an hour or more on two cores.
#   check.sh [STAGE...]     format, build, default, sdks, lint, configurations, sanitizer, threads,
#                           fuzz
# format          clang-format has nothing to change
# build, default, sanitizer   as in test.sh; the whole suite and the service under ASan and UBSan
# sdks            the service through the AWS SDKs for JavaScript and Java, where they can be had
# lint            clang-tidy (.clang-tidy)
# configurations  the text tests under every file of tests/configs
# threads         the same under ThreadSanitizer
# fuzz            every fuzzer for MILLRACE_FUZZ_SECONDS (60)
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/tally.sh

formatStage() {
  if scripts/format.sh --check; then
    tally 1 0
  else
    tallyFailure "files are not in house style; run make format"
  fi
}

buildStage() {
  scripts/build.sh release || tallyFailure "the release build failed"
}

defaultStage() {
  runUnitTests release
  runTextTests release tests/
  runTidy
}

sdksStage() {
  scripts/get_aws_sdks.sh || echo "check: the AWS SDKs were not fetched" >&2
  runCounted "SDKs" 300 python3 tests/serve/serve_test.py sdk_tests
}

lintStage() {
  local tool
  tool=$(command -v run-clang-tidy || command -v run-clang-tidy-14)
  # Configuring also generates the headers of AWS's models, but for those of one test program.
  if [ -n "$tool" ] && cmake --preset lint >/dev/null &&
    ninja -C build/lint generated/echo/s3.cc >/dev/null &&
    "$tool" -quiet -p build/lint -j "$(nproc)" "$PWD/(src|tests|bench)/|/Unity/" \
      -extra-arg=-Wno-unknown-warning-option 2>/dev/null; then
    tally 1 0
  else
    tallyFailure "clang-tidy has complaints"
  fi
}

configurationsStage() {
  local configuration
  for configuration in tests/configs/*.json; do
    [ -e "$configuration" ] || continue
    runTextTests release --config "$configuration" tests/
  done
}

sanitizedSuite() {
  if scripts/build.sh "$1"; then
    runUnitTests "$1"
    runTextTests "$1" tests/
    MILLRACE_PRESET=$1 runCounted "service" 3600 python3 tests/serve/serve_test.py
  else
    tallyFailure "the $1 build failed"
  fi
}

sanitizerStage() {
  sanitizedSuite debug
}

threadsStage() {
  sanitizedSuite tsan
}

fuzzStage() {
  local fuzzer name seconds=${MILLRACE_FUZZ_SECONDS:-60}
  if ! scripts/build.sh fuzz fuzzers; then
    tallyFailure "the fuzzers do not build"
    return
  fi
  for fuzzer in build/fuzz/bin/*_fuzz; do
    if [ ! -x "$fuzzer" ]; then
      tallyFailure "there are no fuzzers in tests/fuzz"
      return
    fi
    name=$(basename "$fuzzer")
    # What fuzzers found interesting is kept below build/; seeds come from tests/fuzz/corpus.
    mkdir -p "build/fuzz/corpus/$name" "build/fuzz/crashes"
    local corpora=("build/fuzz/corpus/$name")
    [ -d "tests/fuzz/corpus/$name" ] && corpora+=("tests/fuzz/corpus/$name")
    echo "--- $name for $seconds s"
    if "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
      -print_final_stats=1 "-artifact_prefix=build/fuzz/crashes/$name-" "${corpora[@]}"; then
      tally 1 0
    else
      tallyFailure "$name crashed; the input is in build/fuzz/crashes"
    fi
  done
}

scripts/setup.sh --check || exit 1
stages=("$@")
if [ ${#stages[@]} -eq 0 ]; then
  stages=(format build default sdks lint configurations sanitizer threads fuzz)
fi
for stage in "${stages[@]}"; do
  if ! declare -F "${stage}Stage" >/dev/null; then
    echo "check: unknown stage '$stage'; see the head of scripts/check.sh" >&2
    exit 2
  fi
  runStage "$stage"
  [ "$stage" = build ] && [ "$failed" -gt 0 ] && break
done
tallyEnd
