#!/usr/bin/env python3
"""The house rules, as a test. Prints what to do about each violation, then "N passed, N failed".

    tidy_test.py                run every check
    tidy_test.py NAME...        run these (tidy_test.py --list shows the names)

Every check is one test. Exceptions are lines of allow.txt, each with its reason.
"""

import os
import sys

import cpp_rules
import self_contained
import text_rules
from tree import ROOT, Tree

CHECKS = {
    "include-direction": cpp_rules.include_direction,
    "include-path": cpp_rules.include_path,
    "pragma-once": cpp_rules.pragma_once,
    "using-namespace": cpp_rules.using_namespace,
    "function-size": cpp_rules.function_size,
    "outside-world": cpp_rules.outside_world,
    "error-used": cpp_rules.error_used,
    "one-definition": cpp_rules.one_definition,
    "file-size": text_rules.file_size,
    "line-length": text_rules.line_length,
    "unfinished": text_rules.unfinished,
    "machine-path": text_rules.machine_path,
    "file-name": text_rules.file_name,
    "folder-readme": text_rules.folder_readme,
    "links": text_rules.links,
    "python-size": text_rules.python_size,
    "self-contained": self_contained.self_contained,
}


def read_allowed():
    """(check, place) of every line of allow.txt, with the line's number."""
    allowed, problems = {}, []
    path = os.path.join(ROOT, "tests/tidy/allow.txt")
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = [part.strip() for part in line.split("|", 2)]
            if len(parts) < 3 or not parts[2] or parts[0] not in CHECKS:
                problems.append(
                    f"tests/tidy/allow.txt:{number}: write 'check | place | reason', with a check"
                    " that exists and a reason"
                )
                continue
            allowed[(parts[0], parts[1])] = number
    return allowed, problems


def place_of(message):
    """'src/a.cc:12: text' -> 'src/a.cc'; 'src/a.cc:name: text' -> 'src/a.cc:name'."""
    place = message.split(": ", 1)[0]
    head, _, tail = place.rpartition(":")
    return head if tail.isdigit() else place


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(CHECKS))
        return 0
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        print(f"tidy: unknown check '{unknown[0]}'; --list shows them", file=sys.stderr)
        return 2
    tree = Tree()
    allowed, problems = read_allowed()
    used = set()
    passed = failed = 0
    for name in arguments or CHECKS:
        messages = []
        for message in CHECKS[name](tree):
            key = (name, place_of(message))
            if key in allowed:
                used.add(key)
            else:
                messages.append(message)
        for message in messages:
            print(f"{name}: {message}")
        passed += not messages
        failed += bool(messages)
    if not arguments:
        for key, number in allowed.items():
            if key not in used:
                problems.append(
                    f"tests/tidy/allow.txt:{number}: '{key[1]}' keeps the rule now; delete the line"
                )
        for problem in problems:
            print(f"allow-list: {problem}")
        passed += not problems
        failed += bool(problems)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
