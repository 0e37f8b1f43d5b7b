"""What the tests of the service share: a running `millrace serve` and stock clients for it."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRESET = os.environ.get("MILLRACE_PRESET", "release")
PROGRAM = os.environ.get("MILLRACE", str(ROOT / f"build/{PRESET}/bin/millrace"))
CLIENTS = ROOT / "build/python"  # scripts/get_aws_clients.sh
sys.path.insert(0, str(CLIENTS))

# Nothing of the user's own AWS configuration may reach the clients.
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ.update(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
                  AWS_EC2_METADATA_DISABLED="true")

import boto3  # noqa: E402
import botocore.config  # noqa: E402
import botocore.exceptions  # noqa: E402

ACCESS_KEY = "AKIAROOTROOTROOTROOT"
SECRET_KEY = "rootSecretKeyOfTheTests/0123456789abcdef"
REGION = "us-east-1"
START_SECONDS = 20


def expect(condition, *details):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in details))


def expect_equal(got, wanted, what=""):
    expect(got == wanted, f"{what} got {got!r}, not {wanted!r}")


def expect_memory(number_of_bytes, limit):
    """Less memory than the limit; a sanitizer's own may be as much again and more."""
    if PRESET == "release":
        expect(number_of_bytes < limit, f"{number_of_bytes} bytes of memory, the limit is {limit}")


def expect_error(call, code, status=None, text=None):
    """The call must fail with this error code (and status, and text within the message)."""
    try:
        result = call()
    except botocore.exceptions.ClientError as error:
        got = error.response["Error"]
        expect_equal(got["Code"], code, f"error code ({got.get('Message')})")
        if status is not None:
            expect_equal(error.response["ResponseMetadata"]["HTTPStatusCode"], status, "status")
        if text is not None:
            expect(text in got["Message"], f"message {got['Message']!r} lacks {text!r}")
        return error.response
    raise AssertionError(f"succeeded with {result!r} instead of {code}")


class Server:
    """A service with a data directory of its own; use as a context manager."""

    def __init__(self, *arguments, data=None, environment=None, keys=True):
        self.own_data = data is None
        self.data = Path(data or tempfile.mkdtemp(prefix="millrace-serve-"))
        self.arguments = list(arguments)
        self.environment = dict(os.environ)
        if keys:
            self.environment.update(MILLRACE_ROOT_ACCESS_KEY_ID=ACCESS_KEY,
                                    MILLRACE_ROOT_SECRET_ACCESS_KEY=SECRET_KEY)
        self.environment.update(environment or {})
        self.process = None
        self.port = None
        self.wanted_port = 0  # of the next start; 0 = any
        self.lines = []
        self._listening = threading.Event()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self.own_data:
            shutil.rmtree(self.data, ignore_errors=True)

    def start(self):
        command = [PROGRAM, "serve", "--port", str(self.wanted_port), "--data", str(self.data),
                   *self.arguments]
        self._listening.clear()
        started = time.monotonic()
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                        env=self.environment, text=True)
        threading.Thread(target=self._read_log, args=(self.process.stderr,), daemon=True).start()
        if not self._listening.wait(START_SECONDS):
            self.process.kill()
            raise AssertionError(f"the service did not start: {''.join(self.lines)}")
        self.start_seconds = time.monotonic() - started
        return self

    def _read_log(self, stream):
        for line in stream:
            self.lines.append(line)
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if event.get("message") == "listening":
                self.port = event["port"]
                self._listening.set()

    def stop(self, how=signal.SIGTERM):
        """Ends it and returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.process = None
        return code

    @property
    def log(self):
        return "".join(self.lines)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, service, access_key=ACCESS_KEY, secret_key=SECRET_KEY, token=None,
               region=REGION, url=None, **config):
        options = {"retries": {"max_attempts": 0}, "connect_timeout": 5, "read_timeout": 30}
        options.update(config)
        return boto3.session.Session().client(
            service, endpoint_url=url or self.url, region_name=region,
            aws_access_key_id=access_key, aws_secret_access_key=secret_key,
            aws_session_token=token, verify=str(self.data / "tls/certificate.pem"),
            config=botocore.config.Config(**options))

    def aws(self, *arguments, **environment):
        """Runs aws-cli and returns (exit code, stdout, stderr)."""
        full = dict(os.environ, PYTHONPATH=str(CLIENTS), AWS_ACCESS_KEY_ID=ACCESS_KEY,
                    AWS_SECRET_ACCESS_KEY=SECRET_KEY, AWS_DEFAULT_REGION=REGION,
                    AWS_ENDPOINT_URL=self.url, AWS_PAGER="", **environment)
        done = subprocess.run([sys.executable, str(CLIENTS / "bin/aws"), *arguments],
                              capture_output=True, text=True, env=full, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def connect(self, tls=False):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        if not tls:
            return connection
        context = ssl.create_default_context(cafile=str(self.data / "tls/certificate.pem"))
        return context.wrap_socket(connection, server_hostname="localhost")

    def exchange(self, request, tls=False):
        """Sends bytes and returns everything until the server closes."""
        with self.connect(tls) as connection:
            connection.sendall(request)
            return receive_all(connection)


SERVICE_ROLE = "arn:aws:iam::000000000000:role/service"
SERVICE_TRUST = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "kinesisanalytics.amazonaws.com"},
    "Action": "sts:AssumeRole"}]}


class ServerWithRole(Server):
    """A service with SERVICE_ROLE, which it may assume for its applications."""

    def start(self):
        super().start()
        iam = self.client("iam")
        try:
            iam.create_role(RoleName="service", AssumeRolePolicyDocument=json.dumps(SERVICE_TRUST))
        except iam.exceptions.EntityAlreadyExistsException:
            pass  # of the start before
        return self


def wait_until(holds, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        expect(time.monotonic() < end, f"it did not come within {seconds} s")
        time.sleep(0.05)


def receive_all(connection):
    received = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece


def receive_response(connection, rest=b""):
    """One HTTP response: (status, head, body, what follows)."""
    data = rest
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise AssertionError(f"the connection ended after {data!r}")
        data += piece
    head, _, data = data.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(data) < length:
        data += connection.recv(65536)
    return status, head, data[:length], data[length:]


def run_program(*arguments, seconds=30, environment=None):
    """Runs `millrace serve ...` that is expected to end by itself: (exit code, stderr)."""
    done = subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, text=True,
                          timeout=seconds, check=False, env=dict(os.environ, **(environment or {})))
    return done.returncode, done.stderr
