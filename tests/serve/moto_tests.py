"""The clients of AWS in connectors and files, against a second opinion: moto's server.

Skipped where moto is not installed (scripts/setup.sh --test).
"""

import itertools
import json
import os
import re
import subprocess
import sys
import threading
from contextlib import contextmanager

import boto3
from harness import PROGRAM, REGION, ROOT, expect, expect_equal

MOTO = ROOT / "build/moto"
SERVER = "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"
VARIABLES = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
             "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
             "CBOR_ENABLED": "false"}  # moto speaks JSON only


class Moto:
    def __init__(self, process):
        self.process = process
        self.lines = []
        self.url = None
        self.known = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()
        expect(self.known.wait(60), "moto did not start:", "".join(self.lines))

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found and self.url is None:
                self.url = found[0]
                self.known.set()

    def client(self, service):
        return boto3.session.Session().client(
            service, endpoint_url=self.url, region_name=REGION,
            aws_access_key_id=VARIABLES["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=VARIABLES["AWS_SECRET_ACCESS_KEY"])

    def sql(self, text):
        done = subprocess.run(
            [PROGRAM, "sql", "-e", text], capture_output=True, text=True, timeout=60, check=False,
            env=self.environment())
        return done.returncode, done.stdout + done.stderr

    def first_rows(self, text, count):
        """The first rows of a SELECT that has no end."""
        process = subprocess.Popen([PROGRAM, "sql", "--output", "changelog", "-e", text],
                                   stdout=subprocess.PIPE, text=True, env=self.environment())
        timer = threading.Timer(60, process.kill)
        timer.start()
        try:
            lines = list(itertools.islice(process.stdout, count))
            return [json.loads(line)["row"] for line in lines]
        finally:
            timer.cancel()
            process.kill()
            process.communicate()

    def environment(self):
        return dict(os.environ, AWS_ENDPOINT_URL=self.url, **VARIABLES)


@contextmanager
def moto():
    """A running server; None, and a word about it, where it is not installed."""
    if not (MOTO / "moto").is_dir():
        print("SKIPPED: moto_tests: moto is not installed (scripts/setup.sh --test)")
        yield None
        return
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", SERVER], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, env=dict(os.environ, PYTHONPATH=str(MOTO), **VARIABLES))
    try:
        yield Moto(process)
    finally:
        process.kill()
        process.wait()


def columns(connector, **options):
    listed = "".join(f", '{key}' = '{value}'" for key, value in options.items())
    return f"(k STRING, n INT) WITH ('connector' = '{connector}', 'format' = 'json'{listed});\n"


def test_the_second_opinion():
    with moto() as server:
        if server is not None:
            check_streams(server)
            check_objects(server)


def check_streams(server):
    """Rows are written and read again. No shard is split: a closed shard of moto never ends."""
    kinesis = server.client("kinesis")
    kinesis.create_stream(StreamName="numbers", ShardCount=2)
    rows = ", ".join(f"('key{n}', {n})" for n in range(200))
    sink = "CREATE TABLE dst " + columns("kinesis", stream="numbers")
    insert = f"INSERT INTO dst SELECT * FROM (VALUES {rows}) AS t(k, n);\n"
    code, output = server.sql(sink + insert)
    expect_equal(code, 0, output)
    written = []
    for shard in kinesis.list_shards(StreamName="numbers")["Shards"]:
        iterator = kinesis.get_shard_iterator(StreamName="numbers", ShardId=shard["ShardId"],
                                              ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        written += [json.loads(record["Data"])
                    for record in kinesis.get_records(ShardIterator=iterator)["Records"]]
    expect_equal(sorted(row["n"] for row in written), list(range(200)))

    source = "CREATE TABLE src " + columns("kinesis", stream="numbers",
                                           **{"source.init.position": "TRIM_HORIZON"})
    got = server.first_rows(source + "SELECT k, n FROM src;", 200)
    expect_equal(sorted(row["n"] for row in got), list(range(200)))
    code, output = server.sql(source.replace("numbers", "nobody") + "SELECT * FROM src;")
    expect(code != 0 and "ResourceNotFoundException" in output, output)


def check_objects(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="files")
    for name in ("a", "b c", "ü"):
        s3.put_object(Bucket="files", Key=f"in/{name}.json", Body=b'{"k":"x","n":1}\n' * 1000)
    code, output = server.sql(
        "CREATE TABLE src " + columns("filesystem", path="s3://files/in") +
        "CREATE TABLE dst " + columns("filesystem", path="s3://files/out") +
        "INSERT INTO dst SELECT k, n FROM src;")
    expect_equal(code, 0, output)
    keys = [entry["Key"] for entry in
            s3.list_objects_v2(Bucket="files", Prefix="out/")["Contents"]]
    lines = b"".join(s3.get_object(Bucket="files", Key=key)["Body"].read()
                     for key in keys if key.rsplit("/", 1)[-1][0] not in "._").splitlines()
    expect_equal(len(lines), 3000)
    code, output = server.sql("CREATE TABLE src " + columns("filesystem", path="s3://nowhere/in") +
                              "SELECT * FROM src;")
    expect(code != 0 and "nowhere" in output, output)
