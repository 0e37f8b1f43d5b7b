"""What the tests of applications between two Kinesis streams share: the application, a producer
that goes on whatever dies, and what the streams hold."""

import collections
import json
import os
import signal
import threading
import time

from engine_tests import Applications
from harness import Server, botocore, expect, expect_equal

KEYS = 20
INPUT, OUTPUT = "numbers", "results"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "kinesis:*", "Resource": "*"}]})
# Crashes come faster here than the default strategy forgives without long waits.
RESTART = ("SET 'restart-strategy.type' = 'fixed-delay';"
           "SET 'restart-strategy.fixed-delay.attempts' = '100';"
           "SET 'restart-strategy.fixed-delay.delay' = '50 ms';\n")
SOURCE = f"""
CREATE TABLE numbers (k STRING, n BIGINT) WITH (
  'connector' = 'kinesis', 'stream' = '{INPUT}', 'format' = 'json',
  'source.init.position' = 'TRIM_HORIZON', 'source.shard.discovery.interval' = '500 ms');
"""
FAILURES = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)


def wait_until(what, message, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.2)
    raise AssertionError(message() if callable(message) else message)


class StreamApplications(Applications):
    """Applications whose role may use the two streams, and calls that survive a dead service."""

    def __init__(self, server, shards):
        super().__init__(server)
        server.client("iam").put_role_policy(RoleName="service", PolicyName="streams",
                                             PolicyDocument=EVERYTHING)
        for name in (INPUT, OUTPUT):
            self.kinesis().create_stream(StreamName=name, ShardCount=shards)
        for name in (INPUT, OUTPUT):
            self.wait_for_stream(name)

    def kinesis(self):
        # A call that is repeated may have been heard the first time: readers count what is there.
        return self.server.client("kinesis", retries={"max_attempts": 10, "mode": "standard"})

    def wait_for_stream(self, name):
        self.kinesis().get_waiter("stream_exists").wait(
            StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    def records(self, name):
        """What the stream holds: lists of (partition key, value), shards in the order of ids."""
        kinesis = self.kinesis()
        found = []
        for shard in kinesis.list_shards(StreamName=name)["Shards"]:
            token = kinesis.get_shard_iterator(
                StreamName=name, ShardId=shard["ShardId"],
                ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            while token:
                page = kinesis.get_records(ShardIterator=token)
                found += [(record["PartitionKey"], json.loads(record["Data"]))
                          for record in page["Records"]]
                token = page.get("NextShardIterator")
                if page["MillisBehindLatest"] == 0:
                    break
        return found

    def restart_server(self):
        """The service dies and comes back where its workers look for it."""
        self.server.wanted_port = self.server.port
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.connect()

    def kill_worker(self):
        worker = self.worker()
        os.kill(worker, signal.SIGKILL)
        return worker


class Producer(threading.Thread):
    """Puts the numbers 0, 1, 2 ... with key n % KEYS until it is told to end. Each is sent until it
    has been confirmed, so it may lie in the stream more than once."""

    def __init__(self, apps, batch=50, pause=0.05):
        super().__init__(daemon=True)
        self.apps = apps
        self.batch = batch
        self.pause = pause
        self.sent = 0
        self.ending = threading.Event()
        self.error = None
        self.start()

    def run(self):
        try:
            while not self.ending.wait(self.pause):
                numbers = range(self.sent, self.sent + self.batch)
                self.put([{"Data": json.dumps({"k": f"key{n % KEYS}", "n": n}).encode(),
                           "PartitionKey": f"key{n % KEYS}"} for n in numbers])
                self.sent += self.batch
        except Exception as error:  # told by finish()
            self.error = error

    def put(self, records):
        give_up = time.monotonic() + 30
        client = None
        while records:
            try:
                # The service may have come back.
                client = client or self.apps.kinesis()
                results = client.put_records(StreamName=INPUT, Records=records)["Records"]
                records = [record for record, result in zip(records, results)
                           if "ErrorCode" in result]
            except FAILURES:
                if time.monotonic() > give_up:
                    raise
                client = None
                time.sleep(0.1)

    def finish(self):
        """Ends it; how many numbers are confirmed."""
        self.ending.set()
        self.join()
        if self.error:
            raise self.error
        return self.sent


def totals(rows):
    """Count and sum of each key's numbers."""
    found = collections.defaultdict(lambda: [0, 0])
    for row in rows:
        found[row["k"]][0] += 1
        found[row["k"]][1] += row["n"]
    return {key: tuple(value) for key, value in found.items()}


def with_streams(shards=2):
    """Decorator: the test gets StreamApplications on a service of its own."""
    def decorate(test):
        def run():
            with Server() as server:
                test(StreamApplications(server, shards))
        return run
    return decorate


__all__ = ["INPUT", "KEYS", "OUTPUT", "RESTART", "SOURCE", "Producer", "StreamApplications",
           "expect", "expect_equal", "totals", "wait_until", "with_streams"]
