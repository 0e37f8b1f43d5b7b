#!/usr/bin/env python3
"""Tests of the command `millrace`: flags, exit codes, output forms, signals, pipes and the shell.

    cli_test.py [MILLRACE]      default: build/release/bin/millrace

Ends with the line "N passed, N failed".
"""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback

PROGRAM = "build/release/bin/millrace"
ENDLESS = (
    "CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50',"
    " 'fields.a.min' = '1', 'fields.a.max' = '3');\n"
)
EMPTY = "SELECT a FROM (VALUES 1) AS v(a) WHERE a = 2"
SINK = "CREATE TABLE s (a INT) WITH ('connector' = 'blackhole');\n"


class Run:
    """One finished run of the command."""

    def __init__(self, *arguments, stdin="", seconds=20):
        done = subprocess.run(
            [PROGRAM, *arguments], input=stdin.encode(), capture_output=True, timeout=seconds
        )
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.err = done.stderr.decode()


def expect(condition, *details):
    if not condition:
        raise AssertionError(" ".join(str(each) for each in details))


def expect_run(run, code, out=None, err=None):
    expect(run.code == code, f"exit code {run.code}, not {code}; stderr: {run.err}")
    if out is not None:
        expect(run.out == out, f"stdout {run.out!r}, not {out!r}")
    if err is not None:
        expect(err in run.err, f"stderr {run.err!r} lacks {err!r}")


def sql(text, *flags, **more):
    return Run("sql", *flags, "-e", text, **more)


def test_version_and_help():
    expect_run(Run("--version"), 0)
    expect(re.match(r"millrace \d+\.\d+", Run("--version").out), "no version")
    for command in ([], ["sql"], ["bench"], ["bench", "nexmark", "dump"]):
        run = Run(*command, "--help")
        expect_run(run, 0, err="")
        expect("--help" in run.out, "no help for", command)


def test_wrong_usage():
    for arguments in (
        [],
        ["frobnicate"],
        ["sql", "--frobnicate"],
        ["sql", "--output", "xml", "-e", "SELECT 1"],
        ["sql", "-f"],
        ["sql", "-f", "a.sql", "-e", "SELECT 1"],
        ["sql", "stray"],
        ["sql", "-D", "novalue", "-e", "SELECT 1"],
        ["sql", "-D", "parallelism.default=many", "-e", "SELECT 1"],
        ["sql", "-D", "parallelism.default=0", "-e", "SELECT 1"],
        ["sql", "-D", "table.local-time-zone=Mars/Crater", "-e", "SELECT 1"],
        ["sql", "--strict", "-D", "no.such.key=1", "-e", "SELECT 1"],
        ["bench", "nexmark", "dump"],
    ):
        run = Run(*arguments)
        expect(run.code == 2, arguments, "gave", run.code)
        expect(run.out == "" and run.err != "", arguments, "wrote", run.out)


def test_tableau():
    box = (
        "+----+-------------+--------------------------------+\n"
        "| op |           n |                              s |\n"
        "+----+-------------+--------------------------------+\n"
        "| +I |           1 | abcdefghijklmnopqrstuvwxyza... |\n"
        "| +I |           2 |                         <NULL> |\n"
        "| +I |           3 |                 日本語テキスト |\n"
        "| +I |           4 |                     a\\nb\\u001b |\n"
        "+----+-------------+--------------------------------+\n"
        "Received a total of 4 rows\n"
    )
    rows = (
        "SELECT * FROM (VALUES (1, 'abcdefghijklmnopqrstuvwxyzabcdefgh'),"
        " (2, CAST(NULL AS STRING)), (3, '日本語テキスト'),"
        " (4, U&'a\\000Ab\\001B')) AS v(n, s)"
    )
    expect_run(sql(rows, "-D", "sql-client.display.print-time-cost=false"), 0, box, "")
    expect("Received a total of 0 row (" in sql(EMPTY).out, "no row")


def test_tableau_widths():
    text = (
        "SELECT CAST(1 AS TINYINT) AS a, CAST(NULL AS SMALLINT) AS b, TRUE AS c,"
        " CAST(1 AS DECIMAL(38, 2)) AS d, DATE '2024-01-01' AS e,"
        " TIMESTAMP '2024-01-02 03:04:05.123' AS f, CAST(1 AS BIGINT) AS a_name_of_25_characters_x"
    )
    head = sql(text).out.split("\n")[1]
    widths = [len(cell) - 2 for cell in head.strip("|").split("|")]
    expect(widths == [2, 4, 6, 5, 40, 10, 23, 25], widths)


def test_table_form():
    text = (
        "SELECT a, COUNT(*) AS n, MAX(b) AS `max b` FROM (VALUES (2, 'x'), (1, 'q\"'), (2, 'y'))"
        " AS v(a, b) GROUP BY a; " + EMPTY + ";"
        " SELECT CAST(1.5 AS DOUBLE) AS d, CAST(1e20 AS DOUBLE) AS e, CAST(0.1 AS FLOAT) AS f"
    )
    out = (
        '{"a":1,"n":1,"max b":"q\\""}\n{"a":2,"n":2,"max b":"y"}\n\n\n'
        '{"d":1.5,"e":1e+20,"f":0.1}\n'
    )
    expect_run(sql(text, "--output", "table"), 0, out, "")


def test_changelog_form():
    text = "SELECT COUNT(*) AS n FROM (VALUES 1, 2) AS v(a)"
    run = sql(text, "--output", "changelog")
    expect_run(run, 0)
    changes = [json.loads(line) for line in run.out.splitlines()]
    ops = [change["op"] for change in changes]
    expect(ops == ["+I", "-U", "+U"], ops)
    expect(changes[-1]["row"] == {"n": 2}, changes)


def test_csv_form():
    text = "SELECT * FROM (VALUES (1, 'a,\"b'), (2, ''), (3, CAST(NULL AS STRING))) AS v(n, s)"
    expect_run(sql(text, "--output", "csv"), 0, 'n,s\n1,"a,""b"\n2,""\n3,\n', "")
    text = "SELECT a, COUNT(*) AS n FROM (VALUES 1, 1) AS v(a) GROUP BY a"
    expect_run(sql(text, "--output", "csv"), 0, "a,n\n1,2\n", "")


def test_result_mode_key():
    text = "SET 'sql-client.execution.result-mode' = 'changelog'; SELECT 1 AS a"
    expect_run(sql(text), 0, '{"op":"+I","row":{"a":1}}\n')
    expect_run(sql(text, "--output", "table"), 0, '{"a":1}\n')


def test_listings():
    out = sql(SINK + "SHOW TABLES; SHOW VIEWS; DESCRIBE s").out
    expect("| table name |" in out and "|          s |" in out and "1 row in set" in out, out)
    expect("Empty set\n" in out and "| name | type | null | key | extras | watermark |" in out, out)
    out = sql(SINK + "SHOW CREATE TABLE s").out
    expect(out.startswith("CREATE TABLE") and "'connector' = 'blackhole'" in out, out)
    expect_run(sql(SINK + "SHOW TABLES", "--output", "table"), 0, '{"table name":"s"}\n')


def test_where_scripts_come_from():
    with tempfile.TemporaryDirectory() as folder:
        file, init = os.path.join(folder, "a.sql"), os.path.join(folder, "init.sql")
        with open(file, "w") as out:
            out.write("-- one\nSHOW TABLES;\nSELECT 7 AS a -- no semicolon")
        with open(init, "w") as out:
            out.write(SINK)
        wanted = '{"table name":"s"}\n\n{"a":7}\n'
        expect_run(Run("sql", "--output", "table", "-i", init, "-f", file), 0, wanted, "")
        with open(init, "w") as out:
            out.write("SELECT x;")
        run = Run("sql", "-i", init, "-f", file)
        expect_run(run, 1, "", "init.sql: ")
    expect_run(Run("sql", "--output", "table", "-f", "-", stdin="SELECT 1 AS a;"), 0, '{"a":1}\n')
    expect_run(Run("sql", "--output", "table", stdin="SELECT 1 AS a"), 0, '{"a":1}\n')
    expect_run(Run("sql", "-f", "-", stdin=""), 0, "", "")
    expect_run(Run("sql", "-f", "no/such/file.sql"), 1, "", "no/such/file.sql")
    expect_run(sql("-- nothing but a comment"), 0, "", "")
    expect_run(sql("SELECT 1 AS a; QUIT; SELECT 2 AS a", "--output", "table"), 0, '{"a":1}\n')


def test_error_in_a_long_script():
    lines = [f"CREATE TEMPORARY VIEW v{i} AS SELECT {i} AS a;" for i in range(300)]
    lines[149] = "  SELECT 'x' AS s, prise FROM v7;"
    run = Run("sql", "-f", "-", stdin="\n".join(lines))
    expect_run(run, 1, "", "line 150, column 20")
    shown = run.err.splitlines()
    at = shown.index("  " + lines[149])
    expect(shown[at + 1] == "  " + " " * 19 + "^", run.err)
    lines[149] = "SELECT FROM WHERE;"
    expect_run(Run("sql", "-f", "-", stdin="\n".join(lines)), 1, "", "line 150, column")
    lines[149] = "SELECT 'open"
    expect_run(Run("sql", "-f", "-", stdin="\n".join(lines)), 1, "", "line 150, column")


def test_first_failure_ends_the_script():
    run = sql("SELECT 1 AS a; SELECT nope; SELECT 2 AS a", "--output", "table")
    expect_run(run, 1, '{"a":1}\n', "unknown column")
    text = "SELECT CAST(s AS INT) FROM (VALUES 'x') AS v(s); SELECT 2 AS a"
    run = sql(text, "--output", "table")
    expect_run(run, 1, "", "invalid cast")


def test_failed_jobs():
    bad = "INSERT INTO s SELECT CAST(s AS INT) FROM (VALUES 'x') AS v(s);"
    expect_run(sql(SINK + bad), 1, "", "invalid cast")
    waiting = "SET 'table.dml-sync' = 'true';" + SINK + bad + "SELECT 1"
    expect_run(sql(waiting), 1, "", "invalid cast")
    # The failure of one job ends the others, which would run for ever.
    endless = ENDLESS + SINK + "INSERT INTO s SELECT a FROM g;"
    expect_run(sql(endless + bad), 1, "", "invalid cast")


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


def test_settings():
    run = sql("SELECT 1 AS a", "-D", "state.backend.type=rocksdb", "--output", "table")
    expect_run(run, 0, '{"a":1}\n', "note: option 'state.backend.type' has no effect")
    run = sql("SET 'table.dml-synch' = 'true'")
    expect_run(run, 0, "", "Did you mean 'table.dml-sync'?")
    expect_run(sql("SET 'table.dml-synch' = 'true'", "--strict"), 1, "", "table.dml-sync")
    expect_run(sql("SET 'state.backend.type' = 'rocksdb'", "--strict"), 1, "", "no effect")
    expect_run(sql("SET 'execution.runtime-mode' = 'batch'"), 1, "", "unsupported")
    expect_run(sql("SET 'parallelism.default' = 'x'"), 1, "", "It must be an integer")
    text = "SET 'state.checkpoints.dir' = 'x'; SET"
    out = sql(text, "--set", "parallelism.default=2", "--output", "table").out
    wanted = ["execution.checkpointing.dir", "parallelism.default"]
    expect([json.loads(line)["key"] for line in out.splitlines()] == wanted, out)


def stop_after(signal_number, seconds, arguments):
    process = subprocess.Popen(
        [PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(seconds)
    process.send_signal(signal_number)
    out, err = process.communicate(timeout=10)
    return process.returncode, out.decode(), err.decode()


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


def test_closed_output():
    for text in (
        ENDLESS + "SELECT a FROM g",
        "CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '100000');"
        "SELECT a FROM g; SELECT 1",
    ):
        command = subprocess.Popen(
            [PROGRAM, "sql", "-e", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        line = command.stdout.readline()
        command.stdout.close()
        code = command.wait(timeout=10)
        err = command.stderr.read().decode()
        command.stderr.close()
        expect(line.startswith(b"+--") and code == 0 and err == "", line, code, err)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [PROGRAM, "sql", "-e", "SELECT 1"], stdout=full, stderr=subprocess.PIPE, timeout=10
        )
    expect(done.returncode == 1 and b"cannot write" in done.stderr, done)


def test_progress():
    text = ENDLESS + SINK + "INSERT INTO s SELECT a FROM g"
    code, out, err = stop_after(signal.SIGINT, 2.4, ["sql", "--progress", "-e", text])
    lines = err.splitlines()
    expect(code == 130 and out == "" and len(lines) >= 2, code, err)
    expect(re.search(r"\d s \| in \d+ records/s .*busiest", lines[0]), lines)
    expect(re.search(r"records in, .* out; .*records/s", lines[-1]), lines)


def test_nexmark_dump():
    with tempfile.TemporaryDirectory() as folder:
        run = Run("bench", "nexmark", "dump", "--seed", "7", "--events", "1000", "--parts", "2",
                  "--out", folder)
        expect_run(run, 0, "")
        lines = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as part:
                lines += [json.loads(line) for line in part]
        expect(len(lines) == 1000, len(lines))


class Terminal:
    """The shell on a pseudo terminal."""

    def __init__(self, history):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.environ.update(TERM="xterm", MILLRACE_HISTORY=history, LC_ALL="C.UTF-8")
            os.execv(PROGRAM, [PROGRAM, "sql"])
        self.seen = ""

    def expect(self, text, seconds=10):
        """Waits for text behind what was expected last."""
        end = time.time() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.time()))
            if not ready:
                raise AssertionError(f"no {text!r} on the terminal: {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"the shell ended before {text!r}: {self.seen!r}") from None
        self.seen = self.seen.split(text, 1)[1]

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        deadline = time.time() + 10
        while time.time() < deadline:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 65536)
                except OSError:
                    pass
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.fd)
        raise AssertionError("the shell does not end")


def test_shell():
    with tempfile.TemporaryDirectory() as folder:
        history = os.path.join(folder, "history")
        shell = Terminal(history)
        shell.expect("Millrace SQL> ")
        shell.type("SELECT 1 AS a,\n")
        shell.expect("> ")
        shell.type("2 AS b;\n")
        shell.expect("Received a total of 1 row")
        shell.type("SELECT garbage")
        shell.expect("garbage")
        shell.type("\x03")
        shell.expect("Millrace SQL> ")
        shell.type(ENDLESS)
        shell.expect("[INFO] Execute statement succeeded.")
        shell.type("SELECT a FROM g;\n")
        shell.expect("| +I |")
        shell.type("\x03")
        shell.expect("Query terminated")
        shell.expect("Millrace SQL> ")
        shell.type("SELECT nope;\n")
        shell.expect("[ERROR] unknown column")
        shell.type("help\n")
        shell.expect("QUIT, EXIT")
        shell.type("sele\tUP\t('done');\n")
        shell.expect("DONE")
        shell.type(SINK + "INSERT INTO s SELECT a FROM g;\n")
        shell.expect("Job ID: ")
        shell.type("QUIT;\n")
        shell.expect("is cancelled")
        expect(shell.end() == 0, "exit code")
        with open(history) as lines:
            expect("garbage" not in lines.read(), "a dropped line is in the history")
        shell = Terminal(history)
        shell.expect("Millrace SQL> ")
        shell.type("\x04")
        expect(shell.end() == 0, "exit code after Ctrl-D")


def main():
    global PROGRAM
    if len(sys.argv) > 1:
        PROGRAM = sys.argv[1]
    PROGRAM = os.path.abspath(PROGRAM)
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
        except Exception:
            failed += 1
            print(f"FAILED: {name}")
            traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
