"""The AWS SDKs for JavaScript and Java: one short life of an application, the same through both.

scripts/get_aws_sdks.sh installs them; without them the tests report themselves skipped.
"""

import os
import shutil
import subprocess
from pathlib import Path

from engine_tests import Applications
from harness import ACCESS_KEY, REGION, ROOT, SECRET_KEY, Server, expect_equal

PROGRAMS = Path(__file__).parent / "sdk"
SDK = ROOT / "build/sdk"
LIFE = """\
create READY 1
describe FLINK-1_20 true 60000
update 2 välue
list life
tags stage=test
stale ConcurrentModificationException 400
unknown ResourceNotFoundException 400
invalid ValidationException 400
start SUCCESSFUL RUNNING
snapshot READY 2
stop SUCCESSFUL READY
delete snapshot ResourceNotFoundException 400
delete ResourceNotFoundException 400
"""
RECORDS = """\
stream ACTIVE 2
put 0 failed
read 100 records of 2 shards
unknown ResourceNotFoundException
"""


def run(command, server, *arguments, **environment):
    full = dict(os.environ, AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY,
                AWS_REGION=REGION, **environment)
    done = subprocess.run([*command, server.url, *arguments], capture_output=True, text=True,
                          encoding="utf-8", env=full, timeout=120, check=False)
    expect_equal(done.returncode, 0, done.stdout + done.stderr[-4000:])
    return done.stdout


def run_javascript(program, server, *arguments):
    """What the program prints; None where the SDK is not installed."""
    modules = SDK / "javascript/node_modules"
    if not modules.is_dir() or not shutil.which("node"):
        print("skipped: the AWS SDK for JavaScript is not installed (scripts/get_aws_sdks.sh)")
        return None
    return run(["node", str(PROGRAMS / program)], server, *arguments, NODE_PATH=str(modules))


def run_java(program, server, *arguments):
    jars = SDK / "java"
    if not jars.is_dir() or not shutil.which("javac"):
        print("skipped: the AWS SDK for Java is not installed (scripts/get_aws_sdks.sh)")
        return None
    return run(["java", "-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-cp", f"{jars}/*",
                str(PROGRAMS / program)], server, *arguments,
               JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -Dsun.stdout.encoding=UTF-8")


def expect_output(runner, program, wanted, with_role):
    with Server() as server:
        arguments = [Applications(server).role] if with_role else []
        output = runner(program, server, *arguments)
        if output is not None:
            expect_equal(output, wanted)


def test_life_cycle_in_javascript():
    expect_output(run_javascript, "life_cycle.cjs", LIFE, with_role=True)


def test_life_cycle_in_java():
    expect_output(run_java, "LifeCycle.java", LIFE, with_role=True)


def test_records_in_javascript():
    """Kinesis, over HTTP/2 without TLS."""
    expect_output(run_javascript, "records.cjs", RECORDS, with_role=False)


def test_records_in_java():
    """Kinesis, in CBOR."""
    expect_output(run_java, "Records.java", RECORDS, with_role=False)
