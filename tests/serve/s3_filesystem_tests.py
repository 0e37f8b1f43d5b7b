"""Tables, checkpoints and savepoints on s3://, through `millrace run` and the S3 companion."""

import gzip
import json
import os
import signal
import subprocess
import time

from harness import ACCESS_KEY, PROGRAM, REGION, SECRET_KEY
from s3_support import equal, make_bucket, on_shared_server, shared_server

SCRIPT_SECONDS = 60


def environment():
    return dict(os.environ, AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY,
                AWS_REGION=REGION, AWS_ENDPOINT_URL=shared_server().url)


def sql(text):
    """Runs statements: (exit code, stdout, stderr)."""
    done = subprocess.run([PROGRAM, "sql", "-e", text], capture_output=True, text=True, check=False,
                          env=environment(), timeout=SCRIPT_SECONDS)
    return done.returncode, done.stdout, done.stderr


def keys(s3, bucket, prefix):
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def visible_rows(s3, bucket, prefix):
    rows = []
    for key in keys(s3, bucket, prefix):
        if key.rsplit("/", 1)[-1][0] not in "._":
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
            rows += [json.loads(line) for line in body.splitlines()]
    return rows


@on_shared_server
def test_source_reads_a_pattern_and_gzip(server):
    s3 = server.client()
    bucket = make_bucket(s3)
    s3.put_object(Bucket=bucket, Key="in/a.json", Body=b'{"n":1}\n{"n":2}\n')
    s3.put_object(Bucket=bucket, Key="in/b.json.gz", Body=gzip.compress(b'{"n":30}\n'))
    s3.put_object(Bucket=bucket, Key="in/c.txt", Body=b"no json")
    s3.put_object(Bucket=bucket, Key="in/_hidden.json", Body=b"no json")
    code, output, errors = sql(
        f"CREATE TABLE t (n INT) WITH ('connector'='filesystem', 'format'='json',"
        f" 'path'='s3://{bucket}/in/*.json*'); SELECT SUM(n) AS total FROM t;")
    equal(code, 0)
    assert "33" in output, output


@on_shared_server
def test_errors_name_what_to_do(server):
    s3 = server.client()
    for path, words in (("s3://no-such-bucket-anywhere/x", "no-such-bucket-anywhere"),
                        (f"s3://{make_bucket(s3)}/nothing", "nothing")):
        code, _, errors = sql(f"CREATE TABLE t (n INT) WITH ('connector'='filesystem',"
                              f" 'format'='json', 'path'='{path}'); SELECT * FROM t;")
        assert code != 0 and words in errors, errors


def run_command(bucket, directory, script):
    path = directory / "job.sql"
    path.write_text(script.format(bucket=bucket), encoding="utf-8")
    return [PROGRAM, "run", "--file", str(path), "--state", str(directory / "state")]


@on_shared_server
def test_sink_is_exactly_once_through_crashes(server):
    s3 = server.client()
    import pathlib
    import tempfile
    bucket = make_bucket(s3)
    script = """
        SET 'execution.checkpointing.interval' = '300 ms';
        CREATE TABLE numbers (n BIGINT) WITH ('connector'='datagen', 'rows-per-second'='4000',
          'fields.n.kind'='sequence', 'fields.n.start'='1', 'fields.n.end'='20000');
        CREATE TABLE copies (n BIGINT) WITH ('connector'='filesystem', 'format'='json',
          'path'='s3://{bucket}/out');
        INSERT INTO copies SELECT n FROM numbers;"""
    with tempfile.TemporaryDirectory() as directory:
        command = run_command(bucket, pathlib.Path(directory), script)
        for seconds in (1.2, 1.7):
            with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE) as job:
                time.sleep(seconds)
                job.send_signal(signal.SIGKILL)
        done = subprocess.run(command, env=environment(), capture_output=True, text=True,
                              timeout=SCRIPT_SECONDS, check=False)
        assert done.returncode == 0, done.stderr
    equal(sorted(row["n"] for row in visible_rows(s3, bucket, "out/")), list(range(1, 20001)))
    equal(s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []), [])
