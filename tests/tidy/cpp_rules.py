"""Rules for C++ sources. A rule takes a Tree and yields messages "place: what; what to do"."""

import os
import re

import cpp_text

FUNCTION_LINES = 70

# A folder of src/ may include itself and what this table names, in the order of CMakeLists.txt.
_CORE = ["base", "env", "types", "expr", "state", "runtime"]
_PEERS = ["operators", "functions", "formats", "connectors"]
MAY_INCLUDE = {folder: set(_CORE[:i]) for i, folder in enumerate(_CORE)}
MAY_INCLUDE.update({folder: set(_CORE) for folder in _PEERS})
MAY_INCLUDE["sql"] = set(_CORE + _PEERS)
MAY_INCLUDE["rest"] = set(_CORE)

# The service. aws/ has parts: clients (connectors) do not need the server's, companions never call.
_WEB = ["base", "env", "http"]
_AWS_MODEL = _WEB + ["aws/model"]
_AWS_BOTH = _AWS_MODEL + ["aws/signature", "aws/protocol"]
_AWS_SERVER = _AWS_BOTH + ["aws/server"]
MAY_INCLUDE["http"] = {"base", "env"}
MAY_INCLUDE["database"] = {"base", "env"}
MAY_INCLUDE["aws/model"] = set(_WEB)
MAY_INCLUDE["aws/signature"] = set(_AWS_MODEL)
MAY_INCLUDE["aws/protocol"] = set(_AWS_MODEL)
MAY_INCLUDE["aws/server"] = set(_AWS_BOTH)
MAY_INCLUDE["aws/client"] = set(_AWS_BOTH)
MAY_INCLUDE["connectors"] |= {"http", "aws/model", "aws/client"}
MAY_INCLUDE["access"] = set(_AWS_SERVER + ["database"])
MAY_INCLUDE["companions"] = set(_AWS_SERVER + ["database", "access"])
MAY_INCLUDE["control"] = set(_AWS_SERVER + _CORE + ["database", "functions"])
MAY_INCLUDE["server"] = set(_AWS_SERVER + ["database", "access", "aws/client", "companions",
                                           "control"])
MAY_INCLUDE["worker"] = MAY_INCLUDE["sql"] | {"sql", "rest", "control"}
MAY_INCLUDE["cli"] = MAY_INCLUDE["worker"] | MAY_INCLUDE["server"] | {"worker", "server"}

# Written by generators of the build, so not in the tree.
GENERATED = ("aws/model/generated/", "aws/server/generated/", "echo/")

# Single headers beyond the table: (folder, header).
EXTRA_INCLUDES = {("connectors", "formats/format.h"),
                  ("connectors", "formats/message_decoder.h")}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
# What asks the world outside for time, chance or files; src/env wraps it.
OUTSIDE = re.compile(
    r"\b(?:(?:system|steady|high_resolution)_clock::now|std::random_device|std::[io]?fstream"
    r"|(?:std::)?fopen|gettimeofday|clock_gettime|std::this_thread::sleep_(?:for|until))\b"
)


def _line(text, offset):
    return text.count("\n", 0, offset) + 1


def _includes(tree, path):
    text = tree.text(path)
    for match in INCLUDE.finditer(text):
        yield _line(text, match.start()), match.group(1)


def _component(path):
    """The folder whose place in the order counts; path is relative to src/."""
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "aws" and len(parts) > 2 else parts[0]


def include_direction(tree):
    for path in tree.having(".h", ".cc", under=("src/",)):
        parts = path.split("/")
        if len(parts) < 3:
            continue  # src/main.cc wires everything
        folder = _component(path.removeprefix("src/"))
        if folder not in MAY_INCLUDE:
            yield f"{path}: 'src/{folder}' has no place in the order of dependencies; add it to" \
                " MAY_INCLUDE in tests/tidy/cpp_rules.py and to CMakeLists.txt"
            continue
        for line, header in _includes(tree, path):
            target = _component(header)
            if target == folder or target not in MAY_INCLUDE or target in MAY_INCLUDE[folder]:
                continue
            if (folder, header) in EXTRA_INCLUDES:
                continue
            yield f"{path}:{line}: '{folder}' may not include '{header}'; move what both need" \
                f" down to one of {', '.join(_CORE)}, or wire it in sql or cli"


def include_path(tree):
    known = set(tree.paths)
    for path in tree.sources():
        for line, header in _includes(tree, path):
            if f"src/{header}" in known or header in known or f"tests/{header}" in known:
                continue
            if f"bench/{header}" in known or header.startswith(GENERATED):
                continue
            yield f"{path}:{line}: no file 'src/{header}'; write the full path from src/, and" \
                " <...> for libraries"


def pragma_once(tree):
    for path in tree.headers():
        code = cpp_text.without_comments(tree.text(path)).lstrip()
        if not code.startswith("#pragma once"):
            yield f"{path}: begin the header with its purpose and then '#pragma once'"


def using_namespace(tree):
    for path in tree.headers():
        text = cpp_text.blanked(tree.text(path))
        for match in re.finditer(r"\busing\s+namespace\b", text):
            yield f"{path}:{_line(text, match.start())}: a header forces 'using namespace' on its" \
                " users; spell the names"


def function_size(tree):
    for path in tree.having(".h", ".cc", under=("src/", "tests/", "bench/")):
        for name, first, last in cpp_text.functions(tree.text(path)):
            lines = last - first + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{name}: {lines} lines from line {first}, the limit is" \
                    f" {FUNCTION_LINES}; give its parts names of their own"


def outside_world(tree):
    for path in tree.having(".h", ".cc", under=("src/",)):
        if path.startswith("src/env/") or path.endswith(("_test.cc", "_bench.cc")):
            continue
        text = cpp_text.blanked(tree.text(path))
        for match in OUTSIDE.finditer(text):
            yield f"{path}:{_line(text, match.start())}: '{match.group(0)}' outside src/env; use" \
                " the Env that the caller passes in, so that a simulation can replace it"


def error_used(tree):
    path = "src/base/errors.def"
    catalogue = re.findall(r"^MILLRACE_ERROR\((\w+)", tree.text(path), re.M)
    code = "\n".join(
        tree.text(p)
        for p in tree.having(".h", ".cc", under=("src/",))
        if not p.endswith("_test.cc")
    )
    used = set(re.findall(r"\bErrorKind::(k\w+)", code))
    for kind in catalogue:
        if kind not in used:
            yield f"{path}:{kind}: nothing returns this error; delete the entry or use it"
    for kind in sorted(used - set(catalogue)):
        yield f"{path}:{kind}: used but not in the catalogue; add an entry"


def own_header(path):
    """src/a/b.cc -> a/b.h"""
    return os.path.splitext(path)[0].split("/", 1)[1] + ".h"


_NAMESPACE = re.compile(r"namespace (?:([\w:]+) )?\{")
_TYPE = re.compile(r"(?:template <[^>]*>\s*)?(?:class|struct) (\w+)(?: final)?\s*(?::[^:]|\{)")


def one_definition(tree):
    """Two types of one name in one namespace are one for the linker, which keeps either's code."""
    where = {}
    for path in tree.having(".h", ".cc", under=("src/",)):
        namespaces = []
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            opened = _NAMESPACE.match(line)
            if opened:
                namespaces.append(opened[1] or path)  # an unnamed one is the file's own
            elif re.match(r"\}\s*// namespace", line) and namespaces:
                namespaces.pop()
            elif found := _TYPE.match(line):
                name = "::".join([*namespaces, found[1]])
                first = where.setdefault(name, path)
                if first != path:
                    yield f"{path}:{number}: '{name}' is also in {first}; rename one of them"
