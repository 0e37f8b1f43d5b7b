"""Jobs: waiting, failures, signals, closed pipes, progress."""

import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time

import harness
from harness import ENDLESS, SINK, expect, expect_run, sql, stop_after


def test_failed_jobs():
    bad = "INSERT INTO s SELECT CAST(s AS INT) FROM (VALUES 'x') AS v(s);"
    expect_run(sql(SINK + bad), 1, "", "invalid cast")
    waiting = "SET 'table.dml-sync' = 'true';" + SINK + bad + "SELECT 1"
    expect_run(sql(waiting), 1, "", "invalid cast")
    # The failure of one job ends the others, which would run for ever.
    endless = ENDLESS + SINK + "INSERT INTO s SELECT a FROM g;"
    expect_run(sql(endless + bad), 1, "", "invalid cast")


def test_number_of_restarts():
    bad = "INSERT INTO s SELECT CAST(s AS INT) FROM (VALUES 'x') AS v(s);"
    for attempts, restarts in ((1, "1 restart"), (2, "2 restarts")):
        failed = sql(
            "SET 'restart-strategy.type' = 'fixed-delay';"
            "SET 'restart-strategy.fixed-delay.delay' = '10 ms';"
            f"SET 'restart-strategy.fixed-delay.attempts' = '{attempts}';" + SINK + bad,
            "--progress",
        )
        expect_run(failed, 1, "", f"invalid cast: after {restarts}: cannot cast")
        expect(f"; {restarts}\n" in failed.err, failed.err)


def test_failure_is_told_while_a_sink_is_stuck():
    """A write that nobody reads does not return, so the job cannot end."""
    text = (
        "SET 'execution.checkpointing.interval' = '100 ms';"
        "SET 'execution.checkpointing.timeout' = '200 ms';"
        "SET 'execution.checkpointing.tolerable-failed-checkpoints' = '1';"
        "SET 'restart-strategy.type' = 'none';"
        "CREATE TABLE g (a BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000');"
        "CREATE TABLE p (a BIGINT) WITH ('connector' = 'print'); INSERT INTO p SELECT a FROM g;"
    )
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "job.sql")
        with open(script, "w") as out:
            out.write(text)
        for arguments in (["sql", "-f", script], ["run", "-f", script, "--state", folder + "/s"]):
            command = subprocess.Popen(
                [harness.PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            err, end = b"", time.time() + 10
            while b"the job has failed" not in err and time.time() < end:
                if select.select([command.stderr], [], [], 0.1)[0]:
                    err += os.read(command.stderr.fileno(), 65536)
            command.kill()
            command.communicate()
            last = err.decode().splitlines()[-1]
            expect(re.fullmatch(
                r"warning: checkpoint failed: checkpoint \d+: not complete after 200 ms; '.*'"
                r" \(1/1\) has not answered; the job has failed and ends when its tasks return",
                last), last)


def test_jobs_are_waited_for():
    with tempfile.TemporaryDirectory() as folder:
        text = (
            f"CREATE TABLE f (a INT) WITH ('connector' = 'filesystem', 'path' = '{folder}/f',"
            " 'format' = 'csv'); INSERT INTO f VALUES 1, 2;"
        )
        expect_run(sql(text), 0, "", "")
        lines = []
        for name in os.listdir(folder + "/f"):
            with open(os.path.join(folder, "f", name)) as part:
                lines += part.read().split()
        expect(sorted(lines) == ["1", "2"], lines)


def test_signals():
    query = ["sql", "-e", ENDLESS + "SELECT a FROM g; SELECT 1"]
    code, out, err = stop_after(signal.SIGINT, 1, query)
    expect(code == 130 and err == "", code, err)
    expect("Query terminated, received a total of" in out, out)
    code, _, err = stop_after(signal.SIGTERM, 0.5, query)
    expect(code == 143 and err == "", code, err)
    job = ["sql", "-e", ENDLESS + SINK + "INSERT INTO s SELECT a FROM g"]
    code, out, err = stop_after(signal.SIGINT, 0.5, job)
    expect(code == 130 and out == "" and err == "", code, out, err)
    job[-1] = "SET 'table.dml-sync' = 'true';" + job[-1]
    code, _, err = stop_after(signal.SIGINT, 0.5, job)
    expect(code == 130 and err == "", code, err)
    counts = ENDLESS + "SELECT a, COUNT(*) AS n FROM g GROUP BY a"
    folded = ["sql", "--output", "table", "-e", counts]
    code, out, _ = stop_after(signal.SIGINT, 1, folded)
    expect(code == 130 and {json.loads(line)["a"] for line in out.splitlines()} == {1, 2, 3}, out)
    for delay in (0, 0.002, 0.01, 0.03):
        code, _, _ = stop_after(signal.SIGINT, delay, query)
        expect(code in (130, -signal.SIGINT), "after", delay, "seconds:", code)


def test_interrupt_while_reading():
    """A script that does not come."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = os.path.join(folder, "pipe")
        os.mkfifo(pipe)
        for arguments in (["-f", "-"], ["-f", pipe]):
            command = subprocess.Popen(
                [harness.PROGRAM, "sql", *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            time.sleep(0.5)
            command.send_signal(signal.SIGINT)
            try:
                code = command.wait(timeout=5)
            finally:
                command.kill()
                out, err = command.communicate()
            expect(code == 130 and out == b"" and err == b"", arguments, code, err)


def test_missing_streams():
    """A data file never becomes standard output."""
    with tempfile.TemporaryDirectory() as folder:
        text = (
            f"CREATE TABLE f (a INT) WITH ('connector' = 'filesystem', 'path' = '{folder}/f',"
            " 'format' = 'csv'); SET 'table.dml-sync' = 'true'; INSERT INTO f VALUES 1;"
            " SELECT a FROM f; INSERT INTO f VALUES 2"
        )
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", harness.PROGRAM, "sql", "-e", text]
        expect(subprocess.run(command, timeout=20).returncode == 0, "exit code")
        lines = []
        for name in os.listdir(folder + "/f"):
            with open(os.path.join(folder, "f", name)) as part:
                lines += part.read().split()
        expect(sorted(lines) == ["1", "2"], lines)


def test_closed_output():
    for text in (
        ENDLESS + "SELECT a FROM g",
        "CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '100000');"
        "SELECT a FROM g; SELECT 1",
    ):
        command = subprocess.Popen(
            [harness.PROGRAM, "sql", "-e", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        line = command.stdout.readline()
        command.stdout.close()
        code = command.wait(timeout=10)
        err = command.stderr.read().decode()
        command.stderr.close()
        expect(line.startswith(b"+--") and code == 0 and err == "", line, code, err)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [harness.PROGRAM, "sql", "-e", "SELECT 1"],
            stdout=full, stderr=subprocess.PIPE, timeout=10,
        )
    expect(done.returncode == 1 and b"cannot write" in done.stderr, done)


def test_progress():
    text = ENDLESS + SINK + "INSERT INTO s SELECT a FROM g"
    code, out, err = stop_after(signal.SIGINT, 2.4, ["sql", "--progress", "-e", text])
    lines = err.splitlines()
    expect(code == 130 and out == "" and len(lines) >= 2, code, err)
    expect(re.search(r"\d s \| in \d+ records/s .*busiest", lines[0]), lines)
    expect(re.search(r"records in, .* out; .*records/s", lines[-1]), lines)


def test_progress_at_the_end_counts_bytes():
    with tempfile.TemporaryDirectory() as folder:
        table = ("(a INT) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '%s');")
        with open(os.path.join(folder, "in.json"), "w") as out:
            out.write('{"a":1}\n' * 5)
        run = sql("CREATE TABLE i " + table % os.path.join(folder, "in.json")
                  + "CREATE TABLE o " + table % os.path.join(folder, "out")
                  + "INSERT INTO o SELECT a FROM i", "--progress")
        expect_run(run, 0, err="5 records in (40 B), 5 records out (40 B); ")


def test_file_without_permission():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "secret.json")
        with open(path, "w") as out:
            out.write('{"a":1}\n')
        os.chmod(path, 0)
        text = (
            f"CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = '{path}',"
            " 'format' = 'json'); SELECT * FROM t"
        )
        # Root may read everything.
        user = {"user": 65534} if os.geteuid() == 0 else {}
        run = sql(text, cwd=folder, **user)
        expect_run(run, 1, err="permission denied")
        expect(path in run.err, run.err)


def test_what_a_killed_job_left_is_hidden():
    with tempfile.TemporaryDirectory() as folder:
        table = (
            f"CREATE TABLE f (a INT) WITH ('connector' = 'filesystem', 'path' = '{folder}/f',"
            " 'format' = 'csv');"
        )

        def hidden():
            names = os.listdir(folder + "/f") if os.path.exists(folder + "/f") else []
            return [name for name in names if name.startswith(".")]

        killed = subprocess.Popen(
            [harness.PROGRAM, "sql", "-e", "SET 'execution.checkpointing.interval' = '1 h';" +
             ENDLESS + table + "INSERT INTO f SELECT a FROM g;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        end = time.time() + 10
        while not hidden() and time.time() < end:
            time.sleep(0.05)
        killed.kill()
        killed.wait()
        # As after a crash of the machine that had written some of it.
        (left,) = hidden()
        expect(re.fullmatch(r"\.part-[0-9a-f-]{36}-0-0\.inprogress", left), left)
        with open(f"{folder}/f/{left}", "w") as file:
            file.write("7\n8\n")
        # Another job over the same directory neither reads nor removes it, as in Flink.
        expect_run(sql(table + "INSERT INTO f VALUES 1, 2;"), 0, "", "")
        rows = sql(table + "SELECT a FROM f;", "--output", "csv").out
        expect(sorted(re.findall(r"\d+", rows)) == ["1", "2"], rows)
        expect(hidden() == [left], hidden())
