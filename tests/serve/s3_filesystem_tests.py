"""Tables, checkpoints and savepoints on s3://, through `millrace run` and the S3 companion."""

import gzip
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile
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
def test_lookup_table_is_read_again(server):
    s3 = server.client()
    bucket = make_bucket(s3)
    s3.put_object(Bucket=bucket, Key="rates/r.json", Body=b'{"id":1,"rate":10}\n')
    script = f"""
        CREATE TABLE ticks (n INT, k AS 1 + 0 * n, ts AS PROCTIME()) WITH ('connector'='datagen',
          'rows-per-second'='50', 'fields.n.kind'='sequence', 'fields.n.start'='1',
          'fields.n.end'='200');
        CREATE TABLE rates (id INT, rate INT) WITH ('connector'='filesystem', 'format'='json',
          'path'='s3://{bucket}/rates', 'lookup.full-cache.periodic-reload.interval'='100 ms');
        SELECT n, rate FROM ticks JOIN rates FOR SYSTEM_TIME AS OF ticks.ts ON ticks.k = rates.id;
        """
    job = subprocess.Popen([PROGRAM, "sql", "--output", "changelog", "-e", script], text=True,
                           stdout=subprocess.PIPE, env=environment())
    rows = [json.loads(job.stdout.readline())["row"]]
    s3.put_object(Bucket=bucket, Key="rates/r.json", Body=b'{"id":1,"rate":20}\n')
    rows += [json.loads(line)["row"] for line in job.stdout]
    equal(job.wait(), 0)
    equal([row["n"] for row in rows], list(range(1, 201)))
    rates = [row["rate"] for row in rows]
    equal(rates, sorted(rates))
    equal(set(rates), {10, 20})


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


class Shell:
    """`millrace sql` on a pseudo terminal: a job goes on while the next statement is typed."""

    def __init__(self, home):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.environ.update(environment(), TERM="xterm", MILLRACE_HISTORY=f"{home}/history")
            os.execv(PROGRAM, [PROGRAM, "sql"])
        self.seen = ""

    def expect(self, pattern, seconds=20):
        """Waits for a match behind what was expected last."""
        end = time.time() + seconds
        while not (found := re.search(pattern, self.seen)):
            if not select.select([self.terminal], [], [], max(0, end - time.time()))[0]:
                raise AssertionError(f"no {pattern!r} on the terminal: {self.seen!r}")
            self.seen += os.read(self.terminal, 65536).decode(errors="replace")
        self.seen = self.seen[found.end():]
        return found

    def type(self, text, pattern):
        os.write(self.terminal, (" ".join(text.split()) + "\n").encode())
        return self.expect(pattern)

    def kill(self):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.terminal)


TABLES = """
    CREATE TABLE numbers (n BIGINT, arrived AS PROCTIME()) WITH ('connector'='datagen',
      'rows-per-second'='4000', 'fields.n.kind'='sequence', 'fields.n.start'='1',
      'fields.n.end'='12000');
    CREATE TABLE copies (n BIGINT) WITH ('connector'='filesystem', 'format'='json',
      'path'='s3://{bucket}/copies');
    CREATE TABLE firsts (k BIGINT) WITH ('connector'='filesystem', 'format'='json',
      'path'='s3://{bucket}/firsts');"""
INSERTS = """EXECUTE STATEMENT SET BEGIN
    INSERT INTO copies SELECT n FROM numbers;
    INSERT INTO firsts SELECT k FROM (SELECT k, ROW_NUMBER() OVER (
      PARTITION BY k ORDER BY arrived) AS r FROM (SELECT MOD(n, 1000) AS k, arrived FROM numbers))
      WHERE r = 1;
    END;"""


@on_shared_server
def test_savepoint_is_restored_at_another_parallelism(server):
    s3 = server.client()
    bucket = make_bucket(s3)
    settings = f"""
        SET 'execution.checkpointing.interval' = '200 ms';
        SET 'execution.checkpointing.dir' = 's3://{bucket}/checkpoints';
        SET 'execution.checkpointing.savepoint-dir' = 's3://{bucket}/savepoints';"""
    with tempfile.TemporaryDirectory() as home:
        shell = Shell(home)
        shell.expect("Millrace SQL> ")
        script = settings + "SET 'parallelism.default' = '2';" + TABLES.format(bucket=bucket)
        script += "SET 'table.display.max-column-width' = '200';"
        for statement in script.split(";")[:-1]:
            shell.type(statement + ";", "succeeded.")
        job = shell.type(INSERTS, "Job ID: ([0-9a-f]{32})").group(1)
        time.sleep(1.2)
        stopped = shell.type(f"STOP JOB '{job}' WITH SAVEPOINT;",
                             rf"(s3://{bucket}/savepoints/savepoint-[0-9a-z-]+)")
        savepoint = stopped.group(1)
        shell.kill()
    before = visible_rows(s3, bucket, "copies/")
    assert 0 < len(before) < 12000, len(before)
    assert any(key.endswith("/manifest.json") for key in keys(s3, bucket, "savepoints/"))
    code, _, errors = sql(settings + f"""
        SET 'execution.state-recovery.path' = '{savepoint}';
        SET 'parallelism.default' = '3';""" + TABLES.format(bucket=bucket) + INSERTS)
    equal((code, errors), (0, errors))
    equal(sorted(row["n"] for row in visible_rows(s3, bucket, "copies/")), list(range(1, 12001)))
    equal(sorted(row["k"] for row in visible_rows(s3, bucket, "firsts/")), list(range(1000)))
    equal(s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []), [])


@on_shared_server
def test_what_a_killed_run_left_is_hidden(server):
    """As with Flink nobody removes it; it can be told apart, and no reader sees it."""
    s3 = server.client()
    bucket = make_bucket(s3)
    table = (f"CREATE TABLE copies (n BIGINT) WITH ('connector'='filesystem', 'format'='json',"
             f" 'path'='s3://{bucket}/out');")
    endless = ("CREATE TABLE numbers (n BIGINT) WITH ('connector'='datagen',"
               " 'rows-per-second'='100'); INSERT INTO copies SELECT n FROM numbers;")
    killed = [PROGRAM, "sql", "-e", "SET 'execution.checkpointing.interval' = '1 h';" + table +
              endless]
    with subprocess.Popen(killed, env=environment(), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as job:
        end = time.time() + 20
        while not keys(s3, bucket, "out/") and time.time() < end:
            time.sleep(0.1)
        job.send_signal(signal.SIGKILL)
    (marker,) = keys(s3, bucket, "out/")
    assert re.fullmatch(r"out/\.part-[0-9a-f-]{36}-0-0\.inprogress", marker), marker
    code, output, errors = sql(table + "INSERT INTO copies VALUES (1), (2);")
    equal((code, errors), (0, errors))
    code, output, errors = sql(table + "SELECT COUNT(*) AS number FROM copies;")
    equal((code, errors), (0, errors))
    equal(re.findall(r"\| \+[IU]A? *\| *([0-9]+) \|", output)[-1:], ["2"])
    assert marker in keys(s3, bucket, "out/")
    # The rows that had been uploaded are in an upload that the marker names.
    (upload,) = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    equal(json.loads(s3.get_object(Bucket=bucket, Key=marker)["Body"].read())["uploadId"],
          upload["UploadId"])


@on_shared_server
def test_flinks_options_say_where_s3_is_and_who_asks(server):
    s3 = server.client()
    bucket = make_bucket(s3)
    s3.put_object(Bucket=bucket, Key="in/a.json", Body=b'{"n":41}\n{"n":1}\n')
    query = (f"CREATE TABLE t (n INT) WITH ('connector'='filesystem', 'format'='json',"
             f" 'path'='s3://{bucket}/in'); SELECT SUM(n) AS total FROM t;")
    nowhere = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    nowhere["AWS_EC2_METADATA_DISABLED"] = "true"

    def ask(arguments, text):
        done = subprocess.run([PROGRAM, "sql", *arguments, "-e", text], capture_output=True,
                              text=True, check=False, env=nowhere, timeout=SCRIPT_SECONDS)
        return done.returncode, done.stdout, done.stderr

    for spelling in (("s3.endpoint", "s3.access-key", "s3.secret-key", "s3.path.style.access"),
                     ("fs.s3a.endpoint", "s3.access.key", "s3a.secret.key",
                      "fs.s3a.path.style.access")):
        values = dict(zip(spelling, (server.url, ACCESS_KEY, SECRET_KEY, "true")))
        options = [word for key, value in values.items() for word in ("-D", f"{key}={value}")]
        code, output, errors = ask(options, query)
        assert code == 0 and " 42 " in output, (output, errors)
    script = "".join(f"SET '{key}' = '{value}';" for key, value in values.items())
    code, output, errors = ask([], script + "SET;" + query)
    assert code == 0 and " 42 " in output, (output, errors)
    assert SECRET_KEY not in output and "******" in output, output
    in_host = (f"SET 's3.endpoint' = 'http://s3.localhost:{server.port}';"
               "SET 's3.path.style.access' = 'false';")
    code, output, errors = ask([], script + in_host + query)
    assert code == 0 and " 42 " in output, (output, errors)
    code, output, errors = ask([], script + "SET 's3.secret-key' = 'wrong';" + query)
    assert code != 0 and "permission denied" in errors, errors
    code, output, errors = ask([], script + "RESET 's3.secret-key';" + query)
    assert code != 0 and "'s3.access-key' is set, but 's3.secret-key' is not" in errors, errors
