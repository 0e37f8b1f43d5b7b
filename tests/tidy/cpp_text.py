"""Just enough understanding of C++ text to find functions: no parser, but no line tricks either."""

import re

_TOKEN = re.compile(
    r"""(?P<line>//(?:\\\n|[^\n])*)
      | (?P<block>/\*.*?\*/)
      | (?P<raw>\b(?:u8|[uUL])?R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<number>\b\d[\w.']*)
      | (?P<char>'(?:\\.|[^'\\\n])*')
      | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
    """,
    re.X | re.S | re.M,
)
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")
_NAME = re.compile(r"((?:~?\w+::)*(?:operator\s*[^\s\w(]+|operator\s+\w+|~?\w+))\s*\(")


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The text with comments turned to spaces; line numbers stay."""

    def replace(match):
        kind = match.lastgroup if match.lastgroup != "tag" else "raw"
        return _spaces(match.group(0)) if kind in ("line", "block") else match.group(0)

    return _TOKEN.sub(replace, text)


def blanked(text):
    """Comments, contents of literals and preprocessor lines turned to spaces."""

    def replace(match):
        if match.group("number"):
            return match.group(0).replace("'", "_")
        if match.group("string") or match.group("raw"):
            return '"' + _spaces(match.group(0)[1:-1]) + '"'
        return _spaces(match.group(0))

    return _TOKEN.sub(replace, text)


def _outer(head):
    """The head without what stands in parentheses and template argument lists."""
    outer = re.sub(r"operator\s*[^\s\w(]+", "operator", _flatten(head))
    previous = None
    while previous != outer:
        previous = outer
        outer = re.sub(r"<[^<>]*>", "", outer)
    return outer


def _classify(head):
    """What the brace after this text opens: 'scope', 'function' or 'other'."""
    outer = _outer(head)
    plain = re.sub(r"\b(?:alignas|__attribute__)\s*\(\)", "", outer)
    if _SCOPE.search(plain) and "()" not in plain:
        return "scope"
    return "function" if "(" in plain and "=" not in plain else "other"


def _flatten(text):
    """Empties every outermost pair of parentheses."""
    out, depth = [], 0
    for character in text:
        if character == "(":
            depth += 1
            if depth == 1:
                out.append("(")
        elif character == ")":
            depth -= 1
            if depth == 0:
                out.append(")")
        elif depth == 0:
            out.append(character)
    return "".join(out)


def _function_name(head):
    flat = _flatten(re.sub(r"__attribute__\s*\(\(.*?\)\)\)?", "", head))
    if flat.lstrip().startswith(("TEST", "BENCHMARK")):
        inside = re.search(r"\(([^()]*)\)", head)
        return re.sub(r"\s+", "", inside.group(1)).replace(",", ".") if inside else "TEST"
    matches = re.findall(_NAME, flat)
    return re.sub(r"\s+", "", matches[0]) if matches else "function"


def functions(text):
    """(name, first line, last line) of every function with a body at namespace or class level."""
    code = blanked(text)
    found = []
    stack = []  # kinds of the open braces
    opened = None  # (name, first line, depth) of the function that is open
    head_start = 0
    for match in re.finditer(r"[{};]|\b(?:public|private|protected)\s*:", code):
        character = match.group(0)[0]
        position = match.start()
        if opened:
            if character == "{":
                stack.append("inner")
            elif character == "}" and stack:
                stack.pop()
                if len(stack) == opened[2]:
                    last = code.count("\n", 0, position) + 1
                    found.append((opened[0], opened[1], last))
                    opened = None
                    head_start = match.end()
            continue
        if character == "{":
            head = code[head_start:position]
            if head.count("(") > head.count(")"):
                stack.append("argument")  # a default argument or an argument of an attribute
                continue
            kind = _classify(head)
            if kind == "function":
                begin = head_start + len(head) - len(head.lstrip())
                line = code.count("\n", 0, begin) + 1
                opened = (_function_name(head), line, len(stack))
            stack.append(kind)
        elif character == "}" and stack:
            if stack.pop() == "argument":
                continue
        head_start = match.end()
    return found
