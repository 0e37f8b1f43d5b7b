#!/usr/bin/env python3
"""What the service is like when it is empty, and when much is stored and some of it runs.

    scale.py [--applications N] [--running N] [--describes N]

Prints how soon it is ready and what memory it needs when idle; then, with N applications stored and
some of them running, how long DescribeApplication takes (signed requests over one plain connection:
a stock client would need longer for itself than the server), how long after StartApplication an
application is RUNNING, and what CPU service and workers need when nothing happens. MILLRACE names
the program (default: build/release/bin/millrace).
"""
import argparse
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'tests' / 'serve'))

from harness import ACCESS_KEY, REGION, SECRET_KEY, Server, receive_response  # noqa: E402
from botocore.auth import SigV4Auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

CODE = """
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE nowhere (r BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT MOD(id, 10), COUNT(*) FROM numbers GROUP BY MOD(id, 10);
"""
TRUST = {'Version': '2012-10-17', 'Statement': [{
    'Effect': 'Allow', 'Principal': {'Service': 'kinesisanalytics.amazonaws.com'},
    'Action': 'sts:AssumeRole'}]}


def status_number(process, label):
    text = Path(f'/proc/{process}/status').read_text()
    return int(re.search(rf'^{label}:\s+(\d+)', text, re.MULTILINE)[1])


def megabytes(process):
    return status_number(process, 'VmRSS') / 1024


def cpu_seconds(process):
    fields = Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def workers_of(server):
    found = []
    for entry in Path('/proc').iterdir():
        try:
            words = (entry / 'cmdline').read_bytes().split(b'\0') if entry.name.isdigit() else []
        except OSError:
            continue
        if b'worker' in words and any(str(server.data).encode() in word for word in words):
            found.append(int(entry.name))
    return found


def describe_request(server, name):
    body = json.dumps({'ApplicationName': name})
    request = AWSRequest('POST', server.url + '/', data=body, headers={
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'KinesisAnalytics_20180523.DescribeApplication'})
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), 'kinesisanalytics', REGION).add_auth(request)
    head = ''.join(f'{key}: {value}\r\n' for key, value in request.headers.items())
    return (f'POST / HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{head}'
            f'Content-Length: {len(body)}\r\n\r\n{body}').encode()


class Describer:
    def __init__(self, server):
        self.server = server
        self.connection = server.connect()

    def ask(self, request):
        self.connection.sendall(request)
        status, _, body, _ = receive_response(self.connection)
        if status != 200:
            sys.exit(f'DescribeApplication: {status} {body[:300]}')
        return body

    def latencies(self, requests, count):
        """Milliseconds of each call, sorted."""
        taken = []
        for i in range(count):
            began = time.perf_counter()
            self.ask(requests[i * 7919 % len(requests)])
            taken.append((time.perf_counter() - began) * 1000)
        return sorted(taken)

    def wait_for(self, name, status):
        request = describe_request(self.server, name)
        wanted = f'"ApplicationStatus":"{status}"'.encode()
        while wanted not in self.ask(request).replace(b'": "', b'":"'):
            time.sleep(0.005)


def create(client, role, name):
    client.create_application(
        ApplicationName=name, RuntimeEnvironment='FLINK-1_20', ServiceExecutionRole=role,
        ApplicationConfiguration={'ApplicationCodeConfiguration': {
            'CodeContentType': 'PLAINTEXT', 'CodeContent': {'TextContent': CODE}}})


def percentile(values, percent):
    return values[min(len(values) - 1, int(len(values) * percent / 100))]


def measure_describes(server, describer, names, count):
    """Beside the least that any answer takes, which tells what the machine does otherwise."""
    health = [f'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n'.encode()]
    describes = [describe_request(server, name) for name in names]
    for what, requests in (('GET /healthz', health), ('DescribeApplication', describes)):
        before = cpu_seconds(server.process.pid)
        taken = describer.latencies(requests, count)
        used = (cpu_seconds(server.process.pid) - before) / count * 1e6
        print(f'{what}: median {percentile(taken, 50):.2f} ms, p99 {percentile(taken, 99):.2f} ms, '
              f'slowest {taken[-1]:.2f} ms, {used:.0f} us of CPU')


def measure_idle(server):
    time.sleep(3)
    print(f'ready after {server.start_seconds:.2f} s, idle {megabytes(server.process.pid):.1f} MB')


def measure_starts(client, describer, names):
    """Seconds from the request to RUNNING."""
    taken = []
    for name in names:
        began = time.perf_counter()
        client.start_application(ApplicationName=name)
        describer.wait_for(name, 'RUNNING')
        taken.append(time.perf_counter() - began)
    taken.sort()
    print(f'RUNNING {statistics.median(taken):.2f} s after StartApplication (median of '
          f'{len(taken)}; slowest {taken[-1]:.2f} s)')


def measure_quiet(server, workers):
    seconds = 10
    before = cpu_seconds(server.process.pid), sum(map(cpu_seconds, workers))
    time.sleep(seconds)
    used = cpu_seconds(server.process.pid) - before[0]
    worked = sum(map(cpu_seconds, workers)) - before[1]
    print(f'CPU: service {used / seconds * 100:.1f} %, each of {len(workers)} workers '
          f'{worked / seconds / len(workers) * 100:.1f} %; memory: service '
          f'{megabytes(server.process.pid):.0f} MB, a worker '
          f'{statistics.mean(map(megabytes, workers)):.0f} MB')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--applications', type=int, default=1000)
    parser.add_argument('--running', type=int, default=20)
    parser.add_argument('--describes', type=int, default=5000)
    options = parser.parse_args()
    print(f'load of the machine before: {os.getloadavg()[0]:.1f}')
    with Server('--quota', f'applications={options.applications}') as server:
        measure_idle(server)
        role = server.client('iam').create_role(
            RoleName='service', AssumeRolePolicyDocument=json.dumps(TRUST))['Role']['Arn']
        client = server.client('kinesisanalyticsv2')
        names = [f'application-{i:04d}' for i in range(options.applications)]
        began = time.perf_counter()
        for name in names:
            create(client, role, name)
        print(f'{len(names)} applications created in {time.perf_counter() - began:.1f} s')
        describer = Describer(server)
        measure_starts(client, describer, names[:options.running])
        measure_quiet(server, workers_of(server))
        measure_describes(server, describer, names, options.describes)
    print(f'load of the machine after: {os.getloadavg()[0]:.1f}')


if __name__ == '__main__':
    main()
