"""kinesisanalyticsv2 by its service model: valid requests, their boundaries, and every way to break
one constraint, with the answer that AWS's front end gives."""

import base64
import copy
import functools
import re

from harness import botocore

import botocore.loaders
import botocore.model

# Snapshots that live apart from their application: newer than the guide, and not offered.
NOT_OFFERED = ("CreateSnapshot", "DeleteSnapshot", "DescribeSnapshot", "DescribeSnapshotOperation",
               "ExportSnapshot", "ImportSnapshot", "ListSnapshotOperations", "ListSnapshots")
LONG = 200_000  # longer values are not sent
GONE = object()


@functools.cache
def description():
    return botocore.loaders.Loader().load_service_model("kinesisanalyticsv2", "service-2")


@functools.cache
def service_model():
    return botocore.model.ServiceModel(description(), "kinesisanalyticsv2")


def operation_names():
    return [name for name in service_model().operation_names if name not in NOT_OFFERED]


def input_of(operation):
    return service_model().operation_model(operation).input_shape


def errors_of(operation):
    return [shape.name for shape in service_model().operation_model(operation).error_shapes]


def status_of(error):
    """400, but for errors that are the service's own fault."""
    return 500 if description()["shapes"][error].get("fault") else 400


def bound(shape, name):
    value = shape.metadata.get(name)
    return None if value is None else int(value)


def text(shape, length):
    """A text of that length that the pattern allows, or None."""
    pattern = shape.metadata.get("pattern")
    arn = "arn:aws:kinesisanalytics:us-east-1:000000000000:application/"
    for candidate in ("a" * length, ("arn:" + "a" * length)[:length],
                      (arn + "a" * length)[:length], ("$" + "a" * length)[:length],
                      "03:00"[:length], "UTF-8"[:length], "1" * length,
                      ("1.0" + "0" * length)[:length], ("org.a" + "a" * length)[:length]):
        if len(candidate) == length and (not pattern or re.fullmatch(pattern, candidate)):
            return candidate
    return None


def sample_text(shape):
    if shape.enum:
        return shape.enum[0]
    low, high = bound(shape, "min") or 0, bound(shape, "max") or 64
    for length in range(max(low, 1), high + 1):
        value = text(shape, length)
        if value is not None:
            return value
    raise AssertionError(f"no example of {shape.name}")


def sample(shape, optional=True):
    """A value of the shape: with every member that is optional, or with none."""
    kind = shape.type_name
    if kind == "structure":
        return {name: sample(member, optional) for name, member in shape.members.items()
                if optional or name in shape.required_members}
    if kind == "list":
        return [sample(shape.member, optional)] * max(1, bound(shape, "min") or 0)
    if kind == "map":
        return {sample_text(shape.key): sample(shape.value, optional)}
    if kind == "string":
        return sample_text(shape)
    if kind in ("integer", "long"):
        return bound(shape, "min") or 1
    return {"boolean": True, "blob": b"zip", "timestamp": 1767225600}[kind]


def places(shape, value, path=()):
    """(path, shape) of everything in the value; a path has names, and 0 for an element."""
    yield path, shape
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from places(shape.members[name], member, path + (name,))
    elif shape.type_name == "list":
        yield from places(shape.member, value[0], path + (0,))


def replaced(request, path, value):
    """A copy with another value (or none) at that path."""
    request = copy.deepcopy(request)
    at = request
    for step in path[:-1]:
        at = at[step]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return request


# Values on the border of what is allowed.

def valid_borders(shape):
    kind, low, high = shape.type_name, bound(shape, "min"), bound(shape, "max")
    if kind == "string" and shape.enum:
        yield from shape.enum
    elif kind == "string":
        for length in (low, high):
            if length is not None and length <= LONG and text(shape, length) is not None:
                yield text(shape, length)
    elif kind in ("integer", "long"):
        largest = 2**31 - 1 if kind == "integer" else 2**63 - 1
        yield from {low if low is not None else -largest - 1, high if high is not None else largest}
    elif kind == "boolean":
        yield from (True, False)
    elif kind == "list":
        for length in {low or 0, high or 2}:
            yield [sample(shape.member)] * length
    elif kind == "map":
        for length in {low or 0, high or 2}:
            yield {f"{sample_text(shape.key)}{i}": sample(shape.value) for i in range(length)}


# Values beyond it, and what is said of them.

def at_least(shape, word):
    return f"Member must have {word} greater than or equal to {bound(shape, 'min')}"


def at_most(shape, word):
    return f"Member must have {word} less than or equal to {bound(shape, 'max')}"


def pattern_text(shape):
    return f"Member must satisfy regular expression pattern: {shape.metadata['pattern']}"


def constraints_broken_by(shape, value):
    if shape.type_name == "string" and shape.enum:
        if value in shape.enum:
            return []
        return [f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"]
    broken = []
    numeric = shape.type_name in ("integer", "long")
    word, measure = ("value", value) if numeric else ("length", len(value))
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        broken.append(pattern_text(shape))
    if bound(shape, "min") is not None and measure < bound(shape, "min"):
        broken.append(at_least(shape, word))
    if bound(shape, "max") is not None and measure > bound(shape, "max"):
        broken.append(at_most(shape, word))
    return broken


def invalid_values(shape):
    kind, low, high = shape.type_name, bound(shape, "min"), bound(shape, "max")
    if kind == "string":
        candidates = [""] if low else []
        if shape.enum or shape.metadata.get("pattern"):
            candidates += ["", "~ <", "-\u00e4", "zz"]
        if high is not None and high < LONG:
            candidates.append(text(shape, high + 1) or "a" * (high + 1))
    elif kind in ("integer", "long"):
        candidates = [low - 1] if low is not None else []
        candidates += [high + 1] if high is not None else []
    elif kind == "list":
        candidates = [[]] if low else []
        candidates += [[sample(shape.member)] * (high + 1)] if high is not None else []
    elif kind == "map":
        candidates = [{}] if low else []
        if high is not None:
            candidates.append({f"{sample_text(shape.key)}{i}": sample(shape.value)
                               for i in range(high + 1)})
    else:
        candidates = []
    seen = []
    for value in candidates:
        if value not in seen and constraints_broken_by(shape, value):
            seen.append(value)
            yield value


def is_simple(shape):
    return shape.type_name not in ("structure", "list", "map")


def is_sensitive(shape):
    return bool(shape.metadata.get("sensitive"))


def shown(shape, value):
    """How a value is quoted: simple ones, and lists of simple ones."""
    if is_sensitive(shape) or shape.type_name in ("structure", "map", "blob"):
        return "Value"
    if shape.type_name == "list":
        if not is_simple(shape.member) or is_sensitive(shape.member):
            return "Value"
        return f"Value '[{', '.join(value)}]'"
    return f"Value '{str(value)[:4096]}'"


def path_text(path):
    parts = [f"{step + 1}.member" if isinstance(step, int) else step[0].lower() + step[1:]
             for step in path]
    return ".".join(parts)


def message(problems):
    plural = "" if len(problems) == 1 else "s"
    listed = "; ".join(f"{value} at '{path}' failed to satisfy constraint: {constraint}"
                       for value, path, constraint in problems)
    return f"{len(problems)} validation error{plural} detected: {listed}"


def element_constraints(shape):
    if shape.enum:
        return constraints_broken_by(shape, None)
    every = []
    if bound(shape, "max") is not None:
        every.append(at_most(shape, "length"))
    if bound(shape, "min") is not None:
        every.append(at_least(shape, "length"))
    if shape.metadata.get("pattern"):
        every.append(pattern_text(shape))
    return every


def broken_requests(operation):
    """(request, message) of every request that breaks one constraint at one place."""
    shape = input_of(operation)
    request = sample(shape)
    by_path = dict(places(shape, request))
    for path, at in by_path.items():
        if at.type_name == "structure":
            for name in at.required_members:
                yield (replaced(request, path + (name,), GONE),
                       message([("Value null", path_text(path + (name,)),
                                 "Member must not be null")]))
        for value in invalid_values(at) if path else ():
            changed = replaced(request, path, value)
            if path[-1] == 0 and is_simple(at):
                # Simple elements are complained of once, for the whole list.
                around = by_path[path[:-1]]
                whole = [value] + sample(around)[1:]
                said = f"Member must satisfy constraint: [{', '.join(element_constraints(at))}]"
                yield changed, message([(shown(around, whole), path_text(path[:-1]), said)])
            else:
                yield changed, message([(shown(at, value), path_text(path), said)
                                        for said in constraints_broken_by(at, value)])
        if at.type_name == "map":
            yield from broken_entries(request, path, at)


def broken_entries(request, path, shape):
    for value in invalid_values(shape.key):
        said = f"Map keys must satisfy constraint: [{', '.join(element_constraints(shape.key))}]"
        yield (replaced(request, path, {value: sample(shape.value)}),
               message([("Value", path_text(path), said)]))
    for value in invalid_values(shape.value):
        said = f"Map value must satisfy constraint: [{', '.join(element_constraints(shape.value))}]"
        yield (replaced(request, path, {sample_text(shape.key): value}),
               message([("Value", path_text(path), said)]))


def valid_requests(operation):
    """Requests that the model allows, each with one value on its border."""
    shape = input_of(operation)
    request = sample(shape)
    yield request
    yield sample(shape, optional=False)
    for path, at in places(shape, request):
        for value in valid_borders(at) if path else ():
            yield replaced(request, path, value)


def wrong_types(operation):
    """Requests with JSON of another kind at one place."""
    wrong = {"structure": ("x", [1]), "list": ("x", {}), "map": ("x", []), "string": (1, {}, []),
             "integer": ("x", {}, True), "long": ("x", [], False), "boolean": ("x", 1),
             "blob": (1, "*"), "timestamp": ([], True)}
    shape = input_of(operation)
    request = as_json(sample(shape))
    for path, at in places(shape, sample(shape)):
        for value in wrong[at.type_name] if path else ():
            yield replaced(request, path, value)


def as_json(value):
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def with_unknown_members(value):
    """With members that no model knows, in every structure and map of structures."""
    if isinstance(value, dict):
        return {**{name: with_unknown_members(each) for name, each in value.items()},
                "MemberOfTheFuture": {"a": [1]}}
    if isinstance(value, list):
        return [with_unknown_members(each) for each in value]
    return value
