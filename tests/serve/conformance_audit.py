#!/usr/bin/env python3
"""Prints what shows that kinesisanalyticsv2 keeps to its model: operations x evidence, as a table.

    conformance_audit.py            the table
    conformance_audit.py --write    the table, into docs/services/kinesisanalyticsv2.md
"""

import sys

import conformance_errors as errors
import conformance_model as model
from harness import ROOT

PAGE = ROOT / "docs/services/kinesisanalyticsv2.md"
BEGIN, END = "<!-- audit: begin -->\n", "<!-- audit: end -->\n"


def table():
    lines = ["| operation | allowed | broken | wrong type | errors by input | errors by fault |",
             "|---|---|---|---|---|---|"]
    for operation, kinds in errors.evidence().items():
        counts = [sum(1 for _ in make(operation)) for make in
                  (model.valid_requests, model.broken_requests, model.wrong_types)]
        by = {how: ", ".join(sorted(error.removesuffix("Exception")
                                    for error, way in kinds.items() if way == how)) or "-"
              for how in (errors.INPUT, errors.FAULT)}
        lines.append(f"| {operation} | {' | '.join(map(str, counts))} | {by[errors.INPUT]} | "
                     f"{by[errors.FAULT]} |")
    return "\n".join(lines) + "\n"


def main():
    if sys.argv[1:] != ["--write"]:
        print(table(), end="")
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(before + BEGIN + table() + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
