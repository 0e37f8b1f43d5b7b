"""A `millrace serve` of its own for the tests of S3, with clients for it."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
PYTHON = ROOT / "build/python"
sys.path.insert(0, str(PYTHON))

import boto3  # noqa: E402
import botocore.config  # noqa: E402

PROGRAM = str(ROOT / "build/release/bin/millrace")
KEY_ID, SECRET = "AKIDROOTOFTHETESTS00", "secretOfTheTests"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """data: its directory; account; restart(signal) ends it and starts it on the same data"""

    account = "000000000000"

    def __init__(self, data, region="us-east-1"):
        self.data, self.region = data, region
        self.port = free_port()
        self.start()

    def start(self):
        environment = dict(os.environ, MILLRACE_ROOT_ACCESS_KEY_ID=KEY_ID,
                           MILLRACE_ROOT_SECRET_ACCESS_KEY=SECRET)
        with open(os.path.join(self.data, "..", "server.log"), "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--port", str(self.port), "--data", self.data,
                 "--region", self.region, "--account", self.account],
                env=environment, stderr=log,
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}"
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).read()
                return
            time.sleep(0.05)
        raise AssertionError("the server is not ready after a minute")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(60)
        assert code in (0, -how), f"the server ended with {code}"

    def restart(self, how=signal.SIGTERM):
        self.stop(how)
        self.start()

    def client(self, service, config=None, secure=False, host="127.0.0.1"):
        base = botocore.config.Config(retries={"max_attempts": 1}, read_timeout=300)
        return boto3.session.Session().client(
            service, region_name=self.region, aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET, verify=False,
            endpoint_url=f"http{'s' if secure else ''}://{host}:{self.port}",
            config=base.merge(config) if config else base,
        )

    def unchecked(self, service):
        """A client that sends what botocore would refuse."""
        client = self.client(service, botocore.config.Config(parameter_validation=False))
        client.meta.events.unregister(
            "before-parameter-build.s3", botocore.handlers.validate_bucket_name
        )
        return client

    def aws(self, *arguments):
        """aws-cli; returns its output."""
        environment = dict(
            os.environ, PYTHONPATH=str(PYTHON), AWS_ACCESS_KEY_ID=KEY_ID, PYTHONUTF8="1",
            AWS_SECRET_ACCESS_KEY=SECRET, AWS_DEFAULT_REGION=self.region,
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{self.port}",
        )
        command = [sys.executable, "-m", "awscli", *arguments]
        return subprocess.run(command, env=environment, check=True, capture_output=True,
                              text=True, encoding="utf-8").stdout

    def peak_memory(self):
        """Bytes, since it was started."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("the system does not tell the peak of the memory")

    @contextlib.contextmanager
    def other(self, **options):
        """A server beside this one, on data of its own."""
        with running(**options) as server:
            yield server


@contextlib.contextmanager
def running(**options):
    with tempfile.TemporaryDirectory(prefix="millrace-s3-") as folder:
        data = os.path.join(folder, "data")
        os.makedirs(data)
        server = Server(data, **options)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.stop()
