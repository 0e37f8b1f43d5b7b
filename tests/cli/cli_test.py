#!/usr/bin/env python3
"""Tests of the command `millrace`: flags, exit codes, output forms, signals, pipes and the shell.

    cli_test.py [MILLRACE [TEST...]]      default: build/release/bin/millrace, all tests

Ends with the line "N passed, N failed".
"""

import os
import sys
import traceback

import completeness_tests
import harness
import idle_tests
import job_tests
import output_tests
import run_tests
import savepoint_tests
import shell_tests
import usage_tests

MODULES = (
    usage_tests, output_tests, idle_tests, job_tests, run_tests, savepoint_tests, shell_tests,
    completeness_tests,
)


def main():
    if len(sys.argv) > 1:
        harness.PROGRAM = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    passed = failed = 0
    for module in MODULES:
        for name, test in list(vars(module).items()):
            if not name.startswith("test_") or (wanted and name not in wanted):
                continue
            try:
                test()
                passed += 1
            except Exception:
                failed += 1
                print(f"FAILED: {name}")
                traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
