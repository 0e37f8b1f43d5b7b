"""The connector 'kinesis': SQL reads and writes streams of `millrace serve`."""

import collections
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness import ACCESS_KEY, PROGRAM, REGION, SECRET_KEY, expect, expect_equal
from kinesis_support import make_stream, on_shared_server, read, stream_name

KEYS = 10


def environment(server):
    return dict(os.environ, AWS_ENDPOINT_URL=server.url, AWS_REGION=REGION,
                AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY)


def start(server, *arguments):
    return subprocess.Popen([PROGRAM, *arguments], env=environment(server), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def sql(server, text, seconds=30):
    done = subprocess.run([PROGRAM, "sql", "-e", text], env=environment(server), text=True,
                          capture_output=True, timeout=seconds, check=False)
    return done.returncode, done.stdout + done.stderr


def source(name, columns="k STRING, n BIGINT", **options):
    options = {"source.init.position": "TRIM_HORIZON", "source.shard.discovery.interval": "1 s",
               "format": "json", **options}
    listed = "".join(f", '{key}' = '{value}'" for key, value in options.items())
    return (f"CREATE TABLE src ({columns}) "
            f"WITH ('connector' = 'kinesis', 'stream' = '{name}'{listed});\n")


def put_numbers(kinesis, name, numbers):
    numbers = list(numbers)
    for begin in range(0, len(numbers), 500):
        records = [{"Data": json.dumps({"k": f"key{n % KEYS}", "n": n}).encode(),
                    "PartitionKey": f"key{n % KEYS}"} for n in numbers[begin:begin + 500]]
        while records:
            results = kinesis.put_records(StreamName=name, Records=records)["Records"]
            records = [record for record, result in zip(records, results)
                       if "ErrorCode" in result]


def read_all(kinesis, name):
    shards = kinesis.list_shards(StreamName=name)["Shards"]
    return [json.loads(record["Data"]) for shard in shards
            for record in read(kinesis, name, int(shard["ShardId"].split("-")[1]))]


def lines_of(directory):
    """Rows of finished and of hidden part files."""
    def counter(path):
        return int(path.name.rsplit("-", 1)[-1].split(".")[0])

    return [json.loads(line) for path in sorted(Path(directory).rglob("part-*"), key=counter)
            if path.is_file() and not path.name.startswith(".")
            for line in path.read_text().splitlines()]


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=30)[0]


@on_shared_server
def test_sink_writes_rows_with_their_keys(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=3)
    code, output = sql(server, f"""
        CREATE TABLE dst (k STRING, n INT) PARTITIONED BY (k)
        WITH ('connector' = 'kinesis', 'stream' = '{name}', 'format' = 'json');
        INSERT INTO dst SELECT 'key' || CAST(n AS STRING), n FROM (VALUES (1), (2), (3)) AS t(n);
    """)
    expect_equal(code, 0, output)
    shards = kinesis.list_shards(StreamName=name)["Shards"]
    records = [record for index in range(len(shards)) for record in read(kinesis, name, index)]
    expect_equal(sorted((record["PartitionKey"], record["Data"]) for record in records),
                 [(f"key{n}", b'{"k":"key%d","n":%d}' % (n, n)) for n in (1, 2, 3)])


@on_shared_server
def test_a_missing_stream_and_wrong_keys_are_told(server):
    code, output = sql(server, source(stream_name("missing")) + "SELECT * FROM src;")
    expect(code != 0 and "missing" in output and "ResourceNotFoundException" in output, output)
    name = make_stream(server.client())
    wrong = {"aws.credentials.provider": "BASIC", "aws.credentials.basic.accesskeyid": "AKIAWRONG",
             "aws.credentials.basic.secretkey": "secretOfNobody"}
    code, output = sql(server, source(name, **wrong) + "SELECT * FROM src;")
    expect(code != 0 and "secretOfNobody" not in output, output)
    code, output = sql(server, source(name, **{"source.reader.type": "EFO"}) + "SELECT * FROM src;")
    expect(code != 0 and "enhanced fan-out" in output, output)


@on_shared_server
def test_split_and_merge_under_load_lose_nothing_and_keep_the_order(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=2)
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory, "job.sql")
        script.write_text(source(name) + f"""
            CREATE TABLE dst (k STRING, n BIGINT) WITH ('connector' = 'filesystem',
              'path' = '{directory}/out', 'format' = 'json');
            INSERT INTO dst SELECT k, n FROM src;""")
        job = start(server, "run", "-f", str(script), "--state", f"{directory}/state",
                    "-D", "parallelism.default=1", "-D", "execution.checkpointing.interval=500 ms")
        try:
            put_numbers(kinesis, name, range(1000))
            kinesis.split_shard(StreamName=name, ShardToSplit="shardId-000000000000",
                                NewStartingHashKey=str(2**126))
            put_numbers(kinesis, name, range(1000, 2000))
            kinesis.get_waiter("stream_exists").wait(
                StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
            kinesis.merge_shards(StreamName=name, ShardToMerge="shardId-000000000003",
                                 AdjacentShardToMerge="shardId-000000000001")
            put_numbers(kinesis, name, range(2000, 3000))
            wait_for(lambda: len(lines_of(f"{directory}/out")) >= 3000)
        finally:
            output = stop(job)
        rows = lines_of(f"{directory}/out")
        expect_equal(sorted(row["n"] for row in rows), list(range(3000)), output)
        # One subtask writes, so its parts in the order of their numbers are the order of arrival.
        by_key = collections.defaultdict(list)
        for row in rows:
            by_key[row["k"]].append(row["n"])
        for key, numbers in by_key.items():
            expect_equal(numbers, sorted(numbers), f"order of {key}")


@on_shared_server
def test_positions_survive_kill(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=4)
    target = make_stream(kinesis, shards=2)
    with tempfile.TemporaryDirectory() as directory:
        script = Path(directory, "job.sql")
        script.write_text(source(name) + f"""
            CREATE TABLE counts (k STRING, c BIGINT, s BIGINT, PRIMARY KEY (k) NOT ENFORCED)
              PARTITIONED BY (k) WITH ('connector' = 'kinesis', 'stream' = '{target}',
              'sink.flush-buffer.timeout' = '100', 'format' = 'debezium-json');
            INSERT INTO counts SELECT k, COUNT(*), SUM(n) FROM src GROUP BY k;""")
        command = ("run", "-f", str(script), "--state", f"{directory}/state",
                   "-D", "execution.checkpointing.interval=300 ms")
        done = 0
        for parallelism in (2, 3, 1):
            job = start(server, *command, "-D", f"parallelism.default={parallelism}")
            for _ in range(5):
                put_numbers(kinesis, name, range(done, done + 200))
                done += 200
                time.sleep(0.15)
            job.kill()
            job.communicate()
        job = start(server, *command)
        wanted = {f"key{i}": (done // KEYS, sum(range(i, done, KEYS))) for i in range(KEYS)}

        def folded():
            last = {}
            for change in read_all(kinesis, target):
                if change["op"] == "c":
                    row = change["after"]
                    last[row["k"]] = (row["c"], row["s"])
            return last

        try:
            wait_for(lambda: folded() == wanted)
        finally:
            output = stop(job)
        expect_equal(folded(), wanted, output)
