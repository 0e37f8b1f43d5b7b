"""The example examples/getting-started as a user runs it: aws-cli and boto3 find the service and
the keys as they find AWS."""

import configparser
import os
import subprocess
import sys

from harness import CLIENTS, REGION, ROOT, Server, expect

EXAMPLE = ROOT / "examples/getting-started"


def run(server, *command):
    environment = dict(
        os.environ, PYTHONPATH=str(CLIENTS), AWS_CLI=f"{sys.executable} {CLIENTS}/bin/aws",
        AWS_ENDPOINT_URL=server.url, AWS_DEFAULT_REGION=REGION, AWS_PAGER="",
        AWS_SHARED_CREDENTIALS_FILE=str(server.data / "credentials"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300,
                          check=False)
    expect(done.returncode == 0, done.stdout + done.stderr, server.log[-3000:])
    return done.stdout


def test_getting_started():
    with Server("--set", "applications.metrics-interval=1 s", keys=False) as server:
        run(server, str(EXAMPLE / "setup.sh"))
        said = run(server, sys.executable, str(EXAMPLE / "exercise.py"))
        for text in ("StartApplication: SUCCESSFUL", "UpdateApplication: SUCCESSFUL",
                     "RollbackApplication: SUCCESSFUL",
                     "s3://millrace-getting-started/lowest_price.zip",
                     "to RUNNING", "numRecordsIn: ", "parallelism: 2",
                     "150 trades, each of them in exactly one of 7 windows"):
            expect(text in said, f"{text!r} is not in:\n{said}")
        run(server, str(EXAMPLE / "setup.sh"), "--remove")
        keys = configparser.ConfigParser()
        keys.read(server.data / "credentials")
        root = (keys["default"]["aws_access_key_id"], keys["default"]["aws_secret_access_key"])
        left = [server.client("kinesis", *root).list_streams()["StreamNames"],
                server.client("iam", *root).list_roles()["Roles"]]
        expect(left == [[], []], f"{left} is left")
