"""S3 by aws-cli: cp, sync, ls, mv, rm, presign."""

import os
import tempfile

from s3_support import bucket_name, equal, on_shared_server

MIB = 1 << 20


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tree(root):
    """Path below root -> content."""
    files = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            files[os.path.relpath(path, root)] = read(path)
    return files


@on_shared_server
def test_copy_in_and_out(server):
    name = bucket_name("cli")
    server.cli("s3", "mb", f"s3://{name}")
    with tempfile.TemporaryDirectory() as folder:
        for size in (0, 1, 20 * MIB + 17):  # the last in parts
            data = os.urandom(size)
            write(f"{folder}/in", data)
            server.cli("s3", "cp", f"{folder}/in", f"s3://{name}/a/file")
            server.cli("s3", "cp", f"s3://{name}/a/file", f"{folder}/out")
            equal(read(f"{folder}/out") == data, True)
        server.cli("s3", "mv", f"s3://{name}/a/file", f"s3://{name}/b")
        listed = server.cli("s3", "ls", f"s3://{name}", "--recursive")
        equal([line.split()[2:] for line in listed.splitlines()], [[str(20 * MIB + 17), "b"]])
    server.cli("s3", "rb", f"s3://{name}", "--force")


@on_shared_server
def test_sync(server):
    name = bucket_name("cli")
    server.cli("s3", "mb", f"s3://{name}")
    with tempfile.TemporaryDirectory() as folder:
        for path in ("a.txt", "sub/b.txt", "sub/deep/ü c.txt"):
            write(f"{folder}/in/{path}", path.encode())
        server.cli("s3", "sync", f"{folder}/in", f"s3://{name}/tree")
        equal(server.cli("s3", "sync", f"{folder}/in", f"s3://{name}/tree"), "")
        server.cli("s3", "sync", f"s3://{name}/tree", f"{folder}/out")
        equal(tree(f"{folder}/out"), tree(f"{folder}/in"))
        os.remove(f"{folder}/in/a.txt")
        server.cli("s3", "sync", f"{folder}/in", f"s3://{name}/tree", "--delete")
        listed = server.cli("s3", "ls", f"s3://{name}/tree/")
        equal(listed.split(), ["PRE", "sub/"])
    server.cli("s3", "rb", f"s3://{name}", "--force")


@on_shared_server
def test_errors_are_shown(server):
    code, _, errors = server.aws("s3api", "get-bucket-cors", "--bucket", "no-such-bucket")
    assert code in (254, 255) and "NoSuchBucket" in errors, (code, errors)
