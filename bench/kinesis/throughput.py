#!/usr/bin/env python3
"""What a record costs `millrace serve`: CPU per record of PutRecords and GetRecords over 64 shards.

    throughput.py [--records N] [--bytes N] [--cbor]

Starts a server without authentication and throttling, sends prepared requests over plain
connections (a stock client would need more CPU than the server) and reads everything back. Prints
records per second, and microseconds of the server's CPU per record put and got. MILLRACE names the
program (default: build/release/bin/millrace).
"""
import argparse
import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))
SHARDS = 64
BATCH = 500


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def start(directory, port):
    command = [PROGRAM, 'serve', '--port', str(port), '--data', directory, '--auth', 'off',
               '--set', 'kinesis.throttling=off']
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            return process
        except OSError:
            time.sleep(0.1)
    sys.exit('the server does not listen')


def cpu_seconds(process):
    fields = Path(f'/proc/{process.pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection('127.0.0.1', port)

    def raw(self, operation, body, media='json'):
        headers = {'Content-Type': f'application/x-amz-{media}-1.1',
                   'X-Amz-Target': f'Kinesis_20131202.{operation}'}
        self.connection.request('POST', '/', body, headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200:
            sys.exit(f'{operation}: {response.status} {answer[:300]}')
        return answer

    def call(self, operation, **members):
        return json.loads(self.raw(operation, json.dumps(members)) or '{}')


def cbor(value):
    """Enough of CBOR for a request."""
    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256:
            return bytes([major << 5 | 24, number])
        return bytes([major << 5 | 25]) + number.to_bytes(2, 'big')

    if isinstance(value, dict):
        return head(5, len(value)) + b''.join(cbor(k) + cbor(v) for k, v in value.items())
    if isinstance(value, list):
        return head(4, len(value)) + b''.join(cbor(element) for element in value)
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(2, len(value)) + value


def batch_body(seed, size, as_cbor):
    records = []
    for i in range(BATCH):
        data = (f'{{"id":{seed * BATCH + i},"text":"' + 'x' * size)[:size - 2].encode() + b'"}'
        records.append({'Data': data if as_cbor else base64.b64encode(data).decode(),
                        'PartitionKey': f'key-{seed * BATCH + i}'})
    request = {'StreamName': 'load', 'Records': records}
    return cbor(request) if as_cbor else json.dumps(request).encode()


def run_threads(function, arguments):
    threads = [threading.Thread(target=function, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(process, name, count, work):
    cpu, began = cpu_seconds(process), time.monotonic()
    work()
    seconds, used = time.monotonic() - began, cpu_seconds(process) - cpu
    print(f'{name}: {count / seconds:,.0f} records/s, {used / count * 1e6:.2f} us of CPU each')


def put_all(port, requests, bodies, media):
    def worker(index):
        client = Client(port)
        for i in range(requests // 4):
            client.raw('PutRecords', bodies[(index + 4 * i) % len(bodies)], media)

    run_threads(worker, range(4))


def get_all(port, media):
    """Every record of the shards, read as fast as it goes; the answers are not looked at much."""
    counts = []

    def worker(index):
        client = Client(port)
        for shard in range(index, SHARDS, 4):
            token = client.call('GetShardIterator', StreamName='load', ShardId=str(shard),
                                ShardIteratorType='TRIM_HORIZON')['ShardIterator']
            if media == 'cbor':
                answer = client.raw('GetRecords', cbor({'ShardIterator': token}), 'cbor')
            else:
                answer = client.raw('GetRecords', json.dumps({'ShardIterator': token}))
            counts.append(answer.count(b'SequenceNumber'))

    run_threads(worker, range(4))
    return sum(counts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--records', type=int, default=400_000)
    parser.add_argument('--bytes', type=int, default=200)
    parser.add_argument('--cbor', action='store_true')
    options = parser.parse_args()
    media = 'cbor' if options.cbor else 'json'
    requests = options.records // BATCH // 4 * 4
    count = requests * BATCH
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        process = start(directory, port)
        try:
            client = Client(port)
            client.call('CreateStream', StreamName='load', ShardCount=SHARDS)
            bodies = [batch_body(seed, options.bytes, options.cbor) for seed in range(8)]
            measure(process, 'put', count, lambda: put_all(port, requests, bodies, media))
            got = []
            measure(process, 'got', count, lambda: got.append(get_all(port, media)))
            if got[0] != count:
                sys.exit(f'{count} records put, {got[0]} got')
        finally:
            process.terminate()
            process.wait(20)


if __name__ == '__main__':
    main()
