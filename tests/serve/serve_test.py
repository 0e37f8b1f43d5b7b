#!/usr/bin/env python3
"""Tests `millrace serve` through stock clients (boto3, aws-cli, curl) and raw sockets.

    serve_test.py [--jobs N] [NAME...]

NAME is a module, a function or module.function; without one, every module *_tests.py of this folder
is run. Modules run in processes of their own, N at a time (default 4; 1 runs everything in this
process, for a debugger); their output stays together. A module that measures time says so with
ALONE = True and runs when the others are done. MILLRACE names the program (default:
build/release/bin/millrace); with MILLRACE_PRESET=debug or tsan it is that of another build, and
limits of memory do not count. The last line is "N passed, N failed".
"""

import argparse
import concurrent.futures
import importlib
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

MODULE_SECONDS = 600


class Module:
    """The wanted tests of one file."""

    def __init__(self, path, wanted):
        self.name = path.stem
        module = importlib.import_module(path.stem)
        self.alone = getattr(module, "ALONE", False)
        self.tests = {}
        for name, test in vars(module).items():
            if name.startswith("test_") and callable(test):
                if not wanted or {self.name, name, f"{self.name}.{name}"} & set(wanted):
                    self.tests[f"{self.name}.{name}"] = test

    def run_here(self):
        """Runs the tests in this process: (passed, failed)."""
        failed = 0
        for name, test in self.tests.items():
            try:
                test()
            except Exception:  # a test may fail in any way
                failed += 1
                print(f"FAILED: {name}", flush=True)
                traceback.print_exc(file=sys.stdout)
        return len(self.tests) - failed, failed

    def run_apart(self):
        """Runs them in a process and prints what it said: (passed, failed)."""
        started = time.monotonic()
        command = [sys.executable, __file__, "--jobs", "1", *self.tests]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace", timeout=MODULE_SECONDS, check=False)
            output, ended = done.stdout, f"ended with status {done.returncode}"
        except subprocess.TimeoutExpired as expired:
            output = expired.stdout or b""
            output = output if isinstance(output, str) else output.decode(errors="replace")
            ended = f"did not end within {MODULE_SECONDS} s"
        counts = re.search(r"^(\d+) passed, (\d+) failed\n\Z", output, re.MULTILINE)
        if counts:
            output = output[:counts.start()]
            passed, failed = int(counts[1]), int(counts[2])
        else:
            output += f"FAILED: {self.name} {ended}\n"
            passed, failed = 0, 1
        seconds = time.monotonic() - started
        # One write, so that modules that end together do not mix.
        print(f"{output}{self.name}: {passed} passed, {failed} failed, {seconds:.1f} s\n",
              end="", flush=True)
        return passed, failed


def run_parallel(modules, jobs):
    together = [module for module in modules if not module.alone]
    # What has most tests mostly takes longest, and should not begin last.
    together.sort(key=lambda module: -len(module.tests))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        counts = list(pool.map(Module.run_apart, together))
    return counts + [module.run_apart() for module in modules if module.alone]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    files = sorted(Path(__file__).parent.glob("*_tests.py"))
    modules = [module for module in (Module(path, options.names) for path in files) if module.tests]
    if options.jobs <= 1:
        counts = [module.run_here() for module in modules]
    else:
        counts = run_parallel(modules, options.jobs)
    failed = sum(count[1] for count in counts)
    print(f"{sum(count[0] for count in counts)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
