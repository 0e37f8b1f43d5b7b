#!/usr/bin/env python3
"""Whether an application keeps up with a stream of 64 shards that it copies into another of 64.

    pipeline.py [--rate N] [--seconds N] [--bytes N] [--parallelism N]

Puts N records a second, signed, throttled as in AWS, while an application of the service reads them
and writes each into the second stream. Prints what was put how soon after the
last all had arrived, and what CPU a record costs the service and the worker. Ends with an
error when a record is missing. MILLRACE names the program (default: build/release/bin/millrace).
"""
import argparse
import hashlib
import http.client
import json
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'tests' / 'serve'))

from harness import ACCESS_KEY, REGION, SECRET_KEY, Server  # noqa: E402
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from throughput import cbor, run_threads  # noqa: E402

SHARDS = 64
BATCH = 500
PRODUCERS = 4
INPUT, OUTPUT = 'load', 'copy'
TRUST = {'Version': '2012-10-17', 'Statement': [{
    'Effect': 'Allow', 'Principal': {'Service': 'kinesisanalytics.amazonaws.com'},
    'Action': 'sts:AssumeRole'}]}
ALLOWED = {'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Action': 'kinesis:*', 'Resource': '*'}]}
CODE = f"""
CREATE TABLE numbers (id BIGINT, text STRING) WITH (
  'connector' = 'kinesis', 'stream' = '{INPUT}', 'source.init.position' = 'TRIM_HORIZON',
  'format' = 'json');
CREATE TABLE copies (id BIGINT, text STRING) WITH (
  'connector' = 'kinesis', 'stream' = '{OUTPUT}', 'format' = 'json',
  'sink.flush-buffer.timeout' = '500');
INSERT INTO copies SELECT id, text FROM numbers;
"""


class Client:
    """Signed calls in CBOR over one connection."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection('127.0.0.1', server.port)
        self.signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), 'kinesis', REGION)

    def call(self, operation, body):
        request = AWSRequest('POST', self.server.url + '/', data=body, headers={
            'Content-Type': 'application/x-amz-cbor-1.1',
            'X-Amz-Target': f'Kinesis_20131202.{operation}'})
        self.signer.add_auth(request)
        self.connection.request('POST', '/', body, dict(request.headers.items()))
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200:
            sys.exit(f'{operation}: {response.status} {answer[:300]}')
        return answer


def batch_body(seed, size):
    """Keys differ, so that all shards get about the same; the ids of batches do not."""
    records = []
    for i in range(BATCH):
        data = (f'{{"id":{seed * BATCH + i},"text":"' + 'x' * size)[:size - 2].encode() + b'"}'
        key = hashlib.md5(f'{seed}-{i}'.encode()).hexdigest()
        records.append({'Data': data, 'PartitionKey': key})
    return cbor({'StreamName': INPUT, 'Records': records})


class Load:
    """Producers that put `rate` records a second."""

    def __init__(self, server, options):
        self.server = server
        self.bodies = [batch_body(seed, options.bytes) for seed in range(64)]
        self.interval = BATCH * PRODUCERS / options.rate
        self.batches = options.rate * options.seconds // BATCH // PRODUCERS
        self.lock = threading.Lock()
        self.put = self.refused = 0

    def run(self):
        began = time.monotonic()
        run_threads(self.produce, range(PRODUCERS))
        return time.monotonic() - began

    def produce(self, index):
        client = Client(self.server)
        began = time.monotonic() + index * self.interval / PRODUCERS
        for i in range(self.batches):
            wait = began + i * self.interval - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            answer = client.call('PutRecords', self.bodies[(index + PRODUCERS * i) % 64])
            put = answer.count(b'SequenceNumber')
            with self.lock:
                self.put += put
                self.refused += BATCH - put


def text_behind(answer, label):
    """The CBOR text string that follows the label; None when there is none."""
    at = answer.find(label)
    if at < 0 or answer[at + len(label)] >> 5 != 3:
        return None
    at += len(label)
    short = answer[at] & 31
    size_bytes = 0 if short < 24 else 1 << (short - 24)
    size = short if short < 24 else int.from_bytes(answer[at + 1:at + 1 + size_bytes], 'big')
    return answer[at + 1 + size_bytes:at + 1 + size_bytes + size].decode()


class Counter:
    """How many records the output holds; the answers are not looked at much."""

    def __init__(self, server):
        kinesis = server.client('kinesis')
        self.client = Client(server)
        self.tokens = [kinesis.get_shard_iterator(
            StreamName=OUTPUT, ShardId=shard['ShardId'],
            ShardIteratorType='TRIM_HORIZON')['ShardIterator']
            for shard in kinesis.list_shards(StreamName=OUTPUT)['Shards']]
        self.count = 0

    def look(self):
        """Reads on. No shard is read more often than is granted."""
        began = time.monotonic()
        for index, token in enumerate(self.tokens):
            answer = self.client.call('GetRecords', cbor({'ShardIterator': token}))
            self.count += answer.count(b'SequenceNumber')
            self.tokens[index] = text_behind(answer, b'NextShardIterator')
        time.sleep(max(0, began + 0.2 - time.monotonic()))
        return self.count


def cpu_seconds(process):
    fields = Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def worker_of(server):
    for entry in Path('/proc').iterdir():
        try:
            words = (entry / 'cmdline').read_bytes().split(b'\0') if entry.name.isdigit() else []
        except OSError:
            continue
        if b'worker' in words and any(str(server.data).encode() in word for word in words):
            return int(entry.name)
    sys.exit('there is no worker')


def start_application(server, parallelism):
    iam = server.client('iam')
    role = iam.create_role(RoleName='service',
                           AssumeRolePolicyDocument=json.dumps(TRUST))['Role']['Arn']
    iam.put_role_policy(RoleName='service', PolicyName='streams',
                        PolicyDocument=json.dumps(ALLOWED))
    kinesis = server.client('kinesis')
    for name in (INPUT, OUTPUT):
        kinesis.create_stream(StreamName=name, ShardCount=SHARDS)
    for name in (INPUT, OUTPUT):
        kinesis.get_waiter('stream_exists').wait(
            StreamName=name, WaiterConfig={'Delay': 1, 'MaxAttempts': 30})
    client = server.client('kinesisanalyticsv2')
    client.create_application(
        ApplicationName='app', RuntimeEnvironment='FLINK-1_20', ServiceExecutionRole=role,
        ApplicationConfiguration={
            'ApplicationCodeConfiguration': {'CodeContentType': 'PLAINTEXT',
                                             'CodeContent': {'TextContent': CODE}},
            'FlinkApplicationConfiguration': {'ParallelismConfiguration': {
                'ConfigurationType': 'CUSTOM', 'Parallelism': parallelism,
                'ParallelismPerKPU': 1, 'AutoScalingEnabled': False}}})
    client.start_application(ApplicationName='app')
    while client.describe_application(ApplicationName='app')['ApplicationDetail'][
            'ApplicationStatus'] != 'RUNNING':
        time.sleep(0.1)
    return worker_of(server)


def run(server, options):
    worker = start_application(server, options.parallelism)
    load = Load(server, options)
    time.sleep(1)
    before = cpu_seconds(server.process.pid), cpu_seconds(worker)
    seconds = load.run()
    ended = time.monotonic()
    used = [cpu_seconds(server.process.pid) - before[0], cpu_seconds(worker) - before[1]]
    counter = Counter(server)
    while counter.look() < load.put:
        if time.monotonic() > ended + 120:
            sys.exit(f'{load.put} records put, {counter.count} arrived')
    print(f'put: {load.put:,} records in {seconds:.1f} s, {load.put / seconds:,.0f} a second, '
          f'{load.refused} refused')
    print(f'all {counter.count:,} had arrived within {time.monotonic() - ended:.1f} s of the last')
    print(f'CPU of a record: service {used[0] / load.put * 1e6:.2f} us (put, got, put), worker '
          f'{used[1] / load.put * 1e6:.2f} us')
    if counter.count != load.put:
        sys.exit(f'{counter.count - load.put} records too many')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rate', type=int, default=50_000)
    parser.add_argument('--seconds', type=int, default=20)
    parser.add_argument('--bytes', type=int, default=100)
    parser.add_argument('--parallelism', type=int, default=2)
    options = parser.parse_args()
    print(f'load of the machine before: {os.getloadavg()[0]:.1f}')
    with Server() as server:
        run(server, options)
    print(f'load of the machine after: {os.getloadavg()[0]:.1f}')


if __name__ == '__main__':
    main()
