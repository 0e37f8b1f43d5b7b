"""A service model of botocore, reduced to the operations that have a file."""

import difflib
import gzip
import json
import os

from cpp_names import snake_case

TYPES = {
    "string": "std::string",
    "character": "std::string",
    "integer": "int32_t",
    "long": "int64_t",
    "float": "float",
    "double": "double",
    "boolean": "bool",
    "timestamp": "::millrace::Timestamp",
    "blob": "::millrace::Blob",
}


class ModelError(Exception):
    """What is wrong with the models or the folders of operations; shown to who builds."""


def _read(data, name):
    folder = os.path.join(data, name)
    if not os.path.isdir(folder):
        raise ModelError(f"botocore has no service '{name}' (looked in {data})")
    for version in sorted(os.listdir(folder), reverse=True):
        for file, opener in (("service-2.json", open), ("service-2.json.gz", gzip.open)):
            path = os.path.join(folder, version, file)
            if os.path.isfile(path):
                with opener(path, "rt", encoding="utf-8") as stream:
                    return json.load(stream)
    raise ModelError(f"botocore has no model of the service '{name}' (looked in {folder})")


class ServiceModel:
    """name, namespace, metadata, operations (all, by name), implemented (names), shapes"""

    def __init__(self, data, name, folder=None, namespace=None):
        model = _read(data, name)
        self.name = name
        self.namespace = namespace or name
        self.folder = folder  # of the operations' files, relative to src/, or None
        self.metadata = model["metadata"]
        self.operations = dict(sorted(model["operations"].items()))
        self.shapes = model["shapes"]
        self.implemented = []
        for operation in self.operations.values():
            for end, suffix in (("input", "Request"), ("output", "Response")):
                if end not in operation:
                    operation[end + "_name"] = self._free_name(operation["name"] + suffix)
                else:
                    operation[end + "_name"] = operation[end]["shape"]

    def _free_name(self, name):
        while name in self.shapes:
            name += "_"
        return name

    def implement(self, files):
        """files: the names of the files of operations, without their ending."""
        by_file = {snake_case(name): name for name in self.operations}
        for file in files:
            if file not in by_file:
                near = difflib.get_close_matches(file, by_file, 1)
                hint = f"; did you mean '{near[0]}.cc'?" if near else ""
                raise ModelError(
                    f"src/{self.folder}/{file}.cc: '{self.name}' has no such operation{hint}"
                )
            self.implemented.append(by_file[file])
        self.implemented.sort()

    def implement_all(self):
        self.implemented = sorted(self.operations)

    def error_names(self):
        return sorted(name for name, shape in self.shapes.items() if shape.get("exception"))

    def shape(self, name):
        return self.shapes[name]

    def is_stream(self, name):
        shape = self.shapes[name]
        return bool(shape.get("streaming") or shape.get("eventstream"))

    def is_document(self, name):
        return bool(self.shapes[name].get("document"))

    def members(self, name):
        """(member name, its description) of a structure, list or map, in the model's order."""
        shape = self.shapes[name]
        if self.is_stream(name) or self.is_document(name):
            return []
        if shape["type"] == "structure":
            return list(shape.get("members", {}).items())
        if shape["type"] == "list":
            return [("member", shape["member"])]
        if shape["type"] == "map":
            return [("key", shape["key"]), ("value", shape["value"])]
        return []

    def streams(self, name, member):
        """Whether a member is a stream: said by the member or by its shape."""
        described = self.shapes[name]["members"][member]
        return bool(described.get("streaming")) or self.is_stream(described["shape"])

    def reached(self, errors):
        """The shapes that implemented operations (and errors) reach; those needed come first.
        Structs cannot hold themselves; tables, which are asked for with `errors`, can."""
        order, state = [], {}

        def visit(name, path):
            if state.get(name) == "done":
                return
            if state.get(name) == "open" and errors:
                return
            if state.get(name) == "open":
                around = " -> ".join(path[path.index(name) :] + [name])
                raise ModelError(
                    f"'{self.name}' has a shape that contains itself ({around}), which the"
                    " generator does not know how to write"
                )
            state[name] = "open"
            for _, member in self.members(name):
                visit(member["shape"], path + [name])
            state[name] = "done"
            order.append(name)

        for operation in self.implemented:
            described = self.operations[operation]
            for end in ("input", "output"):
                if end in described:
                    visit(described[end]["shape"], [])
        for name in self.error_names() if errors else []:
            visit(name, [])
        return order

    def is_enum(self, name):
        return bool(self.shapes[name].get("enum"))

    def is_structure(self, name):
        return (
            self.shapes[name]["type"] == "structure"
            and not self.is_stream(name)
            and not self.is_document(name)
        )
