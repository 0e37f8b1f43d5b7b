"""Completeness: whatever the program offers occurs in a test."""

import pathlib
import re

from harness import expect, sql

ROOT = pathlib.Path(__file__).resolve().parents[2]


def texts(pattern):
    return "\n".join(path.read_text(errors="replace") for path in (ROOT / "tests").rglob(pattern))


def test_every_function_is_tested():
    names = [line.strip('"') for line in sql("SHOW FUNCTIONS", "--output", "csv").out.split()[2:]]
    expect(len(names) > 100, "too few functions:", names)
    words = set(re.findall(r"[A-Z_0-9]+", texts("*.test").upper()))
    missing = [name for name in names if name.upper() not in words and name[0].isalpha()]
    expect(not missing, "functions without a test:", missing)


def test_every_error_is_tested():
    catalogue = (ROOT / "src/base/errors.def").read_text()
    everything = texts("*.test") + texts("*_tests.py") + texts("*_test.py")
    unit_tests = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*_test.cc"))
    kinds = dict(re.findall(r'^MILLRACE_ERROR\((\w+), \d+, "([^"]+)"', catalogue, re.MULTILINE))
    expect(len(kinds) > 20, "too few errors:", kinds)
    # kInternal is a bug of ours.
    missing = [
        label
        for kind, label in kinds.items()
        if label not in everything and kind not in unit_tests and kind != "kInternal"
    ]
    expect(not missing, "errors without a test:", missing)
