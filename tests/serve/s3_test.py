#!/usr/bin/env python3
"""Tests of the S3 companion with boto3 and aws-cli.

    s3_test.py [MILLRACE [TEST...]]      default: build/release/bin/millrace, all tests

Ends with the line "N passed, N failed".
"""

import os
import sys
import traceback
import warnings

from s3 import (
    buckets, command_line, configuration, durability, listing, multipart, objects, running_server,
)

MODULES = (buckets, objects, listing, multipart, configuration, command_line, durability)


def main():
    warnings.filterwarnings("ignore", "Unverified HTTPS request")
    if len(sys.argv) > 1:
        running_server.PROGRAM = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    passed = failed = 0
    with running_server.running() as server:
        for module in MODULES:
            for name, test in list(vars(module).items()):
                if not name.startswith("test_") or (wanted and name not in wanted):
                    continue
                try:
                    test(server)
                    passed += 1
                except Exception:
                    failed += 1
                    print(f"FAILED: {name}")
                    traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
