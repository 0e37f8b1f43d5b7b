#!/usr/bin/env python3
"""Tests `millrace serve` through stock clients (boto3, aws-cli, curl) and raw sockets.

    serve_test.py [NAME...]    all tests, or those whose module or function has one of the names

MILLRACE names the program (default: build/release/bin/millrace). Every module *_tests.py of this
folder is run; the last line is "N passed, N failed".
"""

import importlib
import sys
import traceback
from pathlib import Path


def tests(wanted):
    for path in sorted(Path(__file__).parent.glob("*_tests.py")):
        module = importlib.import_module(path.stem)
        for name, test in list(vars(module).items()):
            if not name.startswith("test_") or not callable(test):
                continue
            if not wanted or any(each in (name, path.stem) for each in wanted):
                yield f"{path.stem}.{name}", test


def main(wanted):
    passed = failed = 0
    for name, test in tests(wanted):
        try:
            test()
            passed += 1
        except Exception:  # a test may fail in any way
            failed += 1
            print(f"FAILED: {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
