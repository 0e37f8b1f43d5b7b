"""Rules for every text file. A rule takes a Tree and yields messages "place: what; what to do"."""

import ast
import os
import re

FILE_LINES = 1000
LINE_COLUMNS = 100
README_LINES = 60
PYTHON_FUNCTION_LINES = 70
LONG_LINES_OK = (".md", ".sql", ".test", ".json", ".txt", ".java", ".properties")

# Spelled in parts so that this file keeps its own rules.
_MARKERS = re.compile(
    r"\b(?:TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b"
    r"|\bnot (?:yet )?imple" + r"mented|unimple" + r"mented",
    re.I,
)
_CODE_MARKER = re.compile(r"\bX" + r"XX\b")
_MACHINE = re.compile(
    r"(?<![\w.$}/-])/(?:ro" + r"ot|ho" + r"me/\w+|wo" + r"rk|Us" + r"ers/\w+)(?:/|\b(?=['\"\s]))"
)
_HOSTS = re.compile(
    r"\b(?:pypi\.|files\.python" + r"hosted|repo1?\.maven|registry\.npm" + r"js|deb\.deb" + r"ian"
    r"|proxy\.go" + r"lang|static\.crates|docker\.i" + r"o|artifact" + r"ory|nexus\.)"
)
_BANNED_NAME = re.compile(
    r"(?:^|_)(?:util|utils|utility|utilities|helper|helpers|common|misc|stuff)(?:_|$)"
)
_LINK = re.compile(r"\[[^\]\n]*\]\(([^()\s]+)\)")


def _lines(tree, path):
    return enumerate(tree.text(path).split("\n"), 1)


def file_size(tree):
    for path in tree.having(".h", ".cc", ".py", ".sh", ".cmake", ".java", ".js", ".ts"):
        lines = tree.text(path).count("\n")
        if lines > FILE_LINES:
            yield f"{path}: {lines} lines, the limit is {FILE_LINES}; find the second idea in it" \
                " and give that its own file"


def line_length(tree):
    for path in tree.text_files():
        if path.endswith(LONG_LINES_OK) and not path.endswith("CMakeLists.txt"):
            continue
        for number, line in _lines(tree, path):
            if len(line.rstrip("\r")) > LINE_COLUMNS:
                yield f"{path}:{number}: {len(line)} columns, the limit is {LINE_COLUMNS}; break it"


def unfinished(tree):
    for path in tree.text_files():
        in_code = path.endswith((".h", ".cc", ".py", ".sh", ".cmake"))
        for number, line in _lines(tree, path):
            match = _MARKERS.search(line) or (in_code and _CODE_MARKER.search(line))
            if match:
                yield f"{path}:{number}: '{match.group(0)}' marks unfinished work; finish it, or" \
                    " return kUnsupported and say so in the documentation"


def machine_path(tree):
    for path in tree.text_files():
        for number, line in _lines(tree, path):
            match = _MACHINE.search(line) or _HOSTS.search(line)
            if match:
                yield f"{path}:{number}: '{match.group(0)}' exists on some machines only; use a" \
                    " relative path, a variable, or a tool's own default"


def file_name(tree):
    for path in tree.having("", under=("src/", "tests/", "bench/", "scripts/", "cmake/")):
        parts = path.split("/")
        for part in parts[:-1] + [parts[-1].split(".")[0]]:
            if _BANNED_NAME.search(part):
                yield f"{path}: '{part}' says nothing of its content; name the thing it holds"
    for path in tree.having(".h", ".cc", under=("src/", "tests/", "bench/")):
        if not re.fullmatch(r"[a-z0-9_]+\.(?:h|cc)", os.path.basename(path)):
            yield f"{path}: C++ files are named in snake_case, .h and .cc"


def folder_readme(tree):
    folders = sorted({"/".join(p.split("/")[:2]) for p in tree.having("", under=("src/",))})
    known = set(tree.paths)
    for folder in folders:
        if os.path.isfile(tree.full(folder)):
            continue
        readme = folder + "/README.md"
        if readme not in known:
            yield f"{readme}: missing; say in {README_LINES} lines what the folder is for," \
                " its main types and what it must not do"
        elif tree.text(readme).count("\n") > README_LINES:
            yield f"{readme}: longer than {README_LINES} lines; move details to docs/internals"


def links(tree):
    known = set(tree.paths)
    folders = {os.path.dirname(p) for p in known}
    for folder in list(folders):
        while folder:
            folders.add(folder)
            folder = os.path.dirname(folder)
    for path in tree.having(".md"):
        for number, line in _lines(tree, path):
            for match in _LINK.finditer(line):
                target, _, anchor = match.group(1).partition("#")
                if "://" in target or target.startswith("mailto:"):
                    continue
                file = path
                if target:
                    file = os.path.normpath(os.path.join(os.path.dirname(path), target))
                if file not in known and file not in folders:
                    yield f"{path}:{number}: link to '{target}', which does not exist; correct it"
                elif anchor and file.endswith(".md") and anchor not in _anchors(tree.text(file)):
                    yield f"{path}:{number}: no heading '#{anchor}' in {file}; correct the link"


def _anchors(text):
    headings = re.findall(r"^#+ +(.+?) *$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def python_size(tree):
    for path in tree.having(".py"):
        try:
            module = ast.parse(tree.text(path))
        except SyntaxError as error:
            yield f"{path}:{error.lineno}: not Python: {error.msg}; correct it"
            continue
        for node in ast.walk(module):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = node.end_lineno - node.lineno + 1
                if lines > PYTHON_FUNCTION_LINES:
                    yield f"{path}:{node.name}: {lines} lines, the limit is" \
                        f" {PYTHON_FUNCTION_LINES}; give its parts names of their own"
