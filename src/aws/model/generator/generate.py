#!/usr/bin/env python3
"""Writes the structs, tables and bindings of services from botocore's models.

    generate.py --models DIR --source DIR --out DIR SERVICE=FOLDER...
    generate.py --models DIR --out DIR --tables NAMESPACE SERVICE...

--models  botocore's folder `data`
--source  the folder src/ of the repository
--out     where the generated files go; headers are included relative to it
SERVICE   the folder of the model in DIR, and below --source the FOLDER of its operations' files
--tables  writes tables only, of all operations, in namespaces that begin with NAMESPACE (tests)

Prints one line per source file: its component and its path. Models belong to the component aws,
bindings to that of FOLDER. Files that would not change are left alone, others are removed.
"""

import argparse
import glob
import os
import sys

import cpp_bindings
import cpp_tables
import cpp_types
from cpp_names import snake_case
from service_model import ModelError, ServiceModel

STRUCTS_PER_SOURCE = 40  # keeps each compiler short, so that they run side by side


def model_files(model):
    """path below aws/model/generated/<service> -> content"""
    files = {
        "service.h": cpp_tables.service_header(model),
        "tables.cc": cpp_tables.tables_source(
            model, f"aws/model/generated/{model.name}/service.h"
        ),
        "errors.h": cpp_types.errors_header(model),
        "errors.cc": cpp_types.errors_source(model),
    }
    structures = []
    for name in model.reached(errors=False):
        path = f"shapes/{snake_case(name)}.h"
        if model.is_structure(name):
            structures.append(name)
            files[path] = cpp_types.structure_header(model, name)
        elif model.is_enum(name):
            files[path] = cpp_types.enum_header(model, name)
    for name in model.implemented:
        described = model.operations[name]
        files[f"{snake_case(name)}.h"] = cpp_types.operation_header(model, name)
        for end in ("input", "output"):
            if end not in described:
                empty = described[end + "_name"]
                files[f"shapes/{snake_case(empty)}.h"] = cpp_types.empty_header(model, empty)
    for i in range(0, len(structures), STRUCTS_PER_SOURCE):
        name = f"codec_{i // STRUCTS_PER_SOURCE}.cc"
        files[name] = cpp_types.codec_source(model, structures[i : i + STRUCTS_PER_SOURCE])
    return files


def all_files(models):
    files = {}
    for model in models:
        for path, content in model_files(model).items():
            files[f"aws/model/generated/{model.name}/{path}"] = content
        folder = f"aws/server/generated/{model.name}"
        files[f"{folder}/bindings.h"] = cpp_bindings.bindings_header(model)
        files[f"{folder}/bindings.cc"] = cpp_bindings.bindings_source(model)
    return files


def all_tables(data, prefix, services):
    """The tables of whole services, side by side with those of the product."""
    files = {}
    for service in services:
        model = ServiceModel(data, service, namespace=f"{prefix}_{service}")
        model.implement_all()
        header = f"{prefix}/{service}.h"
        files[header] = cpp_tables.service_header(model)
        files[f"{prefix}/{service}.cc"] = cpp_tables.tables_source(model, header)
    return files


def write_changed(out, files):
    for path, content in files.items():
        full = os.path.join(out, path)
        if os.path.isfile(full):
            with open(full, encoding="utf-8") as stream:
                if stream.read() == content:
                    continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as stream:
            stream.write(content)


def remove_others(out, files):
    for part in ("aws/model/generated", "aws/server/generated"):
        for path in glob.glob(os.path.join(out, part, "**", "*.*"), recursive=True):
            if os.path.relpath(path, out) not in files:
                os.remove(path)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--models", required=True)
    parser.add_argument("--source")
    parser.add_argument("--out", required=True)
    parser.add_argument("--tables", metavar="NAMESPACE")
    parser.add_argument("services", nargs="*", metavar="SERVICE=FOLDER")
    given = parser.parse_args(arguments)
    if given.tables:
        write_changed(given.out, all_tables(given.models, given.tables, given.services))
        return 0
    models = []
    for service in given.services:
        name, _, folder = service.partition("=")
        model = ServiceModel(given.models, name, folder)
        sources = glob.glob(os.path.join(given.source, folder, "*.cc"))
        stems = (os.path.splitext(os.path.basename(path))[0] for path in sources)
        model.implement(sorted(s for s in stems if not s.endswith(("_test", "_bench"))))
        models.append(model)
    files = all_files(models)
    write_changed(given.out, files)
    remove_others(given.out, files)
    components = {model.name: model.folder.split("/")[0] for model in models}
    for path in sorted(files):
        if path.endswith(".cc"):
            bound = path.startswith("aws/server/")
            print(components[path.split("/")[3]] if bound else "aws", os.path.join(given.out, path))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ModelError as error:
        print(f"generate: {error}", file=sys.stderr)
        sys.exit(1)
