"""A full disk, damaged stores, noise on the port: nothing ends the service, and what it says is
clear."""

import random
import shutil
import subprocess
import tempfile
from pathlib import Path

from control_tests import create, describe
from harness import Server, expect, expect_equal, expect_memory, run_program

import botocore.exceptions

MIB = 1 << 20
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
STORES = ("control/control.sqlite", "iam/identities.db", "kinesis/streams.db",
          "s3/metadata.sqlite", "logs/logs.sqlite")


def peak_memory(server):
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def expect_healthy(server):
    expect_equal(server.exchange(HEALTH)[:15], b"HTTP/1.1 200 OK")
    expect_equal(server.process.poll(), None, "it has ended")


def test_noise_on_the_port():
    noise = random.Random(5)
    with Server("--auth", "off") as server:
        for number in range(150):
            kind = number % 3
            body = noise.randbytes(noise.randrange(1, 2000))
            if kind == 1:
                body = bytes(noise.choice(b'{}[]",:0123456789eE.-tfn \\u') for _ in range(500))
            if kind == 2:
                body = b'{"a":' * noise.randrange(1, 100_000)
            head = (b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    b"Content-Type: application/x-amz-json-1.1\r\n"
                    b"X-Amz-Target: KinesisAnalytics_20180523.CreateApplication\r\n"
                    b"Content-Length: %d\r\n\r\n" % len(body))
            with server.connect() as connection:
                connection.sendall(body + b"\r\n\r\n" if kind == 0 else head + body)
                connection.shutdown(1)  # no more comes
                while connection.recv(65536):
                    pass
        expect_healthy(server)
        expect_memory(peak_memory(server), 200 * MIB)


class SmallDisk:
    """A file system of its own in memory; None where mounting is not allowed."""

    def __init__(self, mebibytes):
        self.path = Path(tempfile.mkdtemp(prefix="millrace-disk-"))
        self.mebibytes = mebibytes

    def __enter__(self):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.mebibytes}m", "tmpfs",
                               str(self.path)], capture_output=True, check=False)
        self.mounted = done.returncode == 0
        if not self.mounted:
            print("skipped: a file system cannot be mounted here")
        return self.path if self.mounted else None

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.path)], check=False)
        shutil.rmtree(self.path, ignore_errors=True)

    def fill(self):
        with open(self.path / "filler", "ab", buffering=0) as filler:
            for size in (MIB, 4096, 1):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    pass


def refused(call):
    """The error of a call that cannot be carried out; its status is the service's own fault."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        expect(status >= 500, error, status)
        return True
    return False


def test_a_full_disk():
    disk = SmallDisk(48)
    with disk as path:
        if path is None:
            return
        with Server("--auth", "off", data=path / "data") as server:
            client, s3 = server.client("kinesisanalyticsv2"), server.client("s3")
            kinesis = server.client("kinesis")
            create(client, "before")
            s3.create_bucket(Bucket="bucket")
            s3.put_object(Bucket="bucket", Key="before", Body=b"x")
            kinesis.create_stream(StreamName="stream", ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName="stream",
                                                     WaiterConfig={"Delay": 1})
            put = {"StreamName": "stream", "PartitionKey": "k"}
            kinesis.put_record(Data=b"before", **put)
            disk.fill()
            # Each store has some room left within its files; that ends too.
            code = {"TextContent": "x" * 100_000}
            expect(any(refused(lambda: create(client, f"full{i}", ApplicationConfiguration={
                "ApplicationCodeConfiguration": {"CodeContentType": "PLAINTEXT",
                                                 "CodeContent": code}})) for i in range(40)),
                   "applications are still created")
            expect(refused(lambda: s3.put_object(Bucket="bucket", Key="full", Body=b"x" * MIB)),
                   "an object was stored")
            expect(any(refused(lambda: kinesis.put_record(Data=b"x" * 900_000, **put))
                       for _ in range(10)), "records are still taken")
            # Reads go on.
            describe(client, "before")
            expect_equal(s3.get_object(Bucket="bucket", Key="before")["Body"].read(), b"x")
            expect_healthy(server)
            expect("no space" in server.log.lower(), server.log[-2000:])
            # And with room, writes do.
            (path / "filler").unlink()
            create(client, "after")
            s3.put_object(Bucket="bucket", Key="after", Body=b"x" * MIB)
            kinesis.put_record(Data=b"after", **put)
            server.stop()
            server.start()
            client = server.client("kinesisanalyticsv2")
            for name in ("before", "after"):
                expect_equal(describe(client, name)["ApplicationStatus"], "READY")
            server.stop()
            disk.fill()
            code, text = run_program("--data", str(path / "other"), "--port", "0")
            expect(code == 1 and "space" in text.lower(), code, text)


def test_stores_that_are_no_databases():
    with Server("--auth", "off") as server:
        create(server.client("kinesisanalyticsv2"))
        server.stop()
        for store in STORES:
            file = server.data / store
            whole = file.read_bytes()
            for damaged in (b"nothing of the kind\n" * 1000, whole[:100] + b"\xff" * 5000):
                file.write_bytes(damaged)
                code, text = run_program("--data", str(server.data), "--port", "0")
                expect(code == 1 and str(file) in text and "damaged" in text, store, code, text)
            file.write_bytes(whole)
        server.start()
        expect_equal(describe(server.client("kinesisanalyticsv2"))["ApplicationStatus"], "READY")


def test_a_store_that_is_damaged_within():
    """Found at the start, or when the place is read: an error either way, no end by a signal."""
    noise = random.Random(7)
    with Server("--auth", "off") as server:
        client = server.client("kinesisanalyticsv2")
        for number in range(30):
            create(client, f"app{number}")
        server.stop()
        file = server.data / STORES[0]
        for beside in ("-wal", "-shm"):
            Path(f"{file}{beside}").unlink(missing_ok=True)
        whole = file.read_bytes()
        expect(len(whole) > 8 * 4096, len(whole))
        for _ in range(6):
            damaged = bytearray(whole)
            begin = noise.randrange(4096, len(whole) - 4096)
            damaged[begin:begin + 4096] = noise.randbytes(4096)
            file.write_bytes(damaged)
            try:
                server.start()
            except AssertionError:
                expect("damaged" in server.log or str(file) in server.log, server.log[-1000:])
                server.process.wait(timeout=10)
                server.process = None
                continue
            client = server.client("kinesisanalyticsv2")
            for number in range(30):
                try:
                    describe(client, f"app{number}")
                    client.list_applications()
                except botocore.exceptions.ClientError:
                    pass
            expect_healthy(server)
            expect_equal(server.stop(), 0)
            for beside in ("-wal", "-shm"):
                Path(f"{file}{beside}").unlink(missing_ok=True)
