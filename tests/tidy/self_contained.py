"""Every header compiles alone. A header that its own .cc includes first is proven by the build; the
others are compiled here, two at a time, and what was found is kept below build/ by content."""

import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess

import cpp_rules
from tree import ROOT

CACHE = os.path.join(ROOT, "build/tidy/headers.json")
FOLDERS = ["src", "tests", "bench", "build/release/generated"]
COMMAND = [
    "g++", "-std=gnu++20", "-march=x86-64-v2", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
    "-Wno-missing-field-initializers", "-x", "c++", "-",
]


def _proven_by_build(tree, header):
    source = os.path.splitext(header)[0] + ".cc"
    if source not in tree.paths:
        return False
    match = cpp_rules.INCLUDE.search(tree.text(source))
    before = tree.text(source)[: match.start()] if match else ""
    return bool(match) and match.group(1) == cpp_rules.own_header(source) \
        and "#include <" not in before


def _closure(tree, path, seen):
    """All files of ours that a header reads, itself included."""
    if path in seen:
        return seen
    seen.add(path)
    for included in cpp_rules.INCLUDE.findall(tree.text(path)):
        for folder in FOLDERS[:3]:
            if f"{folder}/{included}" in tree.paths:
                _closure(tree, f"{folder}/{included}", seen)
    return seen


def _key(tree, header):
    digest = hashlib.sha256(" ".join(COMMAND).encode())
    for path in sorted(_closure(tree, header, set())):
        digest.update(path.encode() + b"\0" + tree.text(path).encode())
    return digest.hexdigest()


def _compile(header):
    command = COMMAND + [f"-I{os.path.join(ROOT, folder)}" for folder in FOLDERS]
    text = f'#include "{os.path.join(ROOT, header)}"\n'
    run = subprocess.run(
        command, input=text, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if run.returncode == 0 else run.stderr.strip() or "the compiler failed"


def _load():
    try:
        with open(CACHE, encoding="utf-8") as file:
            return set(json.load(file))
    except (OSError, ValueError):
        return set()


def self_contained(tree):
    if not shutil.which("g++"):
        yield "g++: missing, headers cannot be checked; run scripts/setup.sh"
        return
    good = _load()
    keys = {h: _key(tree, h) for h in tree.headers() if not _proven_by_build(tree, h)}
    waiting = [header for header, key in keys.items() if key not in good]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = dict(zip(waiting, pool.map(_compile, waiting)))
    proven = {keys[h] for h in keys if keys[h] in good or not results.get(h, "")}
    os.makedirs(os.path.dirname(CACHE), exist_ok=True)
    with open(CACHE, "w", encoding="utf-8") as file:
        json.dump(sorted(proven), file)
    broken = [header for header in waiting if results[header]]
    for header in broken:
        lines = results[header].split("\n")
        first = next((line for line in lines if "error" in line), lines[0])
        first = first.removeprefix(ROOT + "/")
        # Who includes a broken header is not to blame.
        if not any(first.startswith(other + ":") for other in broken if other != header):
            yield f"{header}: does not compile alone ({first}); include what it uses"
