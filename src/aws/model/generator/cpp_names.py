"""Names of the model as names of C++."""

import re

_KEYWORDS = set(
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl "
    "concept const consteval constexpr constinit continue default delete do double else enum "
    "explicit export extern false float for friend goto if inline int long mutable namespace "
    "new not not_eq nullptr operator or or_eq private protected public register requires "
    "return short signed sizeof static struct switch template this throw true try typedef "
    "typeid typename union unsigned using virtual void volatile while xor xor_eq".split()
)


def snake_case(name):
    """PutRecord -> put_record, ListObjectsV2 -> list_objects_v2, AssumeRoleWithSAML -> ..._saml"""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name).lower()


def lower_camel(name):
    """ApplicationName -> applicationName, StreamARN -> streamARN, ETag -> eTag, URI -> uri"""
    run = re.match(r"[A-Z]*", name).group(0)
    if len(run) > 1 and len(run) < len(name) and name[len(run)].islower():
        run = run[:-1]
    name = run.lower() + name[len(run) :]
    name = re.sub(r"\W", "_", name)
    return name + "_" if name in _KEYWORDS else name


def enumerator(value):
    """FLINK-1_20 -> kFlink1_20, aws:kms -> kAwsKms, NotModified -> kNotModified"""
    name = "k"
    for word in re.findall(r"[A-Za-z0-9]+", value):
        if name[-1].isdigit() and word[0].isdigit():
            name += "_"
        name += word.capitalize() if word.isupper() else word[0].upper() + word[1:]
    return name if len(name) > 1 else "kEmpty"


def text(value):
    """A C++ string literal."""
    out = []
    for byte in value.encode("utf-8"):
        character = chr(byte)
        if character in '"\\':
            out.append("\\" + character)
        elif character == "?":
            out.append("\\?")
        elif 32 <= byte < 127:
            out.append(character)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'
