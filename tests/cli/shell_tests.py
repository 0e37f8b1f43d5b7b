"""The interactive shell, on a pseudo terminal."""

import os
import re
import tempfile
import time

from harness import ENDLESS, SINK, Terminal, expect


def in_shell(test):
    """Runs a test with a new shell that knows ENDLESS and SINK, and ends the shell."""
    with tempfile.TemporaryDirectory() as folder:
        shell = Terminal(os.path.join(folder, "history"))
        shell.expect("Millrace SQL> ")
        shell.type(ENDLESS)
        shell.expect("succeeded.")
        shell.type(SINK)
        shell.expect("succeeded.")
        shell.expect("Millrace SQL> ")
        test(shell)
        shell.type("QUIT;\n")
        expect(shell.end() == 0, "exit code")


def test_interrupted_insert():
    def test(shell):
        shell.type("SET 'table.dml-sync' = 'true';\n")
        shell.expect("succeeded.")
        shell.type("INSERT INTO s SELECT a FROM g;\n")
        time.sleep(0.5)
        shell.type("\x03")
        shell.expect("Millrace SQL> ")
        shell.type("SELECT 'alive' AS a;\n")
        shell.expect("| +I |")

    in_shell(test)


def test_stop_job():
    def test(shell):
        shell.type("INSERT INTO s SELECT a FROM g;\n")
        shell.expect("Job ID: ")
        shell.expect("Millrace SQL> ")
        shell.type("STOP JOB 'none';\n")
        shell.expect("job 'none' not found")
        shell.type("SHOW JOBS;\n")
        shell.expect("job id")
        shell.expect("start time")
        shell.expect("RUNNING")
        job = re.search(r"\| ([0-9a-f]{32}) \|", shell.before).group(1)
        shell.type(f"STOP JOB '{job}';\n")
        shell.expect("succeeded.")
        shell.expect("is CANCELED")

    in_shell(test)


def test_stop_job_with_savepoint():
    def test(shell):
        with tempfile.TemporaryDirectory() as folder:
            shell.type("INSERT INTO s SELECT a FROM g;\n")
            shell.expect("Millrace SQL> ")
            shell.type("SHOW JOBS;\n")
            shell.expect("RUNNING")
            job = re.search(r"\| ([0-9a-f]{32}) \|", shell.before).group(1)
            shell.type(f"STOP JOB '{job}' WITH SAVEPOINT;\n")
            shell.expect("there is no directory for the savepoint")
            shell.type("SET 'table.display.max-column-width' = '200';\n")
            shell.type(f"SET 'execution.checkpointing.savepoint-dir' = '{folder}';\n")
            shell.type("INSERT INTO s SELECT a FROM g WHERE a > 0;\n")
            shell.expect("Job ID: ")
            shell.expect("Millrace SQL> ")
            second = re.search(r"[0-9a-f]{32}", shell.before).group(0)
            shell.type(f"STOP JOB '{second}' WITH SAVEPOINT;\n")
            shell.expect("savepoint path")
            shell.expect(f"{folder}/savepoint-")
            shell.type(f"STOP JOB '{second}';\n")
            shell.expect("does not run: it is STOPPED")
            shell.type(f"DESCRIBE JOB '{second}';\n")
            shell.expect("COMPLETED | triggered")
            shell.type("DESCRIBE JOB 'none';\n")
            shell.expect("job 'none' not found")

    in_shell(test)


def test_stop_job_takes_the_savepoint_directory_of_now():
    """As in Flink: that of the session when it says STOP, not when the job was started."""
    def test(shell):
        with tempfile.TemporaryDirectory() as folder:
            shell.type("SET 'table.display.max-column-width' = '200';\n")
            for before, now in (("", "late"), ("first", "second")):
                if before:
                    directory = f"{folder}/{before}"
                    shell.type(f"SET 'execution.checkpointing.savepoint-dir' = '{directory}';\n")
                shell.type("INSERT INTO s SELECT a FROM g;\n")
                shell.expect("Job ID: ")
                shell.expect("Millrace SQL> ")
                job = re.search(r"[0-9a-f]{32}", shell.before).group(0)
                shell.type(f"SET 'execution.checkpointing.savepoint-dir' = '{folder}/{now}';\n")
                shell.expect("succeeded.")
                shell.type(f"STOP JOB '{job}' WITH SAVEPOINT;\n")
                shell.expect("savepoint path")
                shell.expect("1 row in set")
                expect(f"{folder}/{now}/savepoint-" in shell.before, shell.before)

    in_shell(test)


def test_describe_job_shows_memory():
    def test(shell):
        shell.type("SET 'table.display.max-column-width' = '200';\n")
        shell.type("CREATE TABLE r (k INT, n BIGINT) WITH ('connector' = 'blackhole');\n")
        shell.type("INSERT INTO r SELECT a, COUNT(*) FROM g GROUP BY a;\n")
        shell.expect("Job ID: ")
        shell.expect("Millrace SQL> ")
        job = re.search(r"[0-9a-f]{32}", shell.before).group(0)
        time.sleep(0.5)
        shell.type(f"DESCRIBE JOB '{job}';\n")
        shell.expect("checkpoints triggered")
        row = r"memory of 'GroupAggregate[^']*'(?:, state '(\w+)')? +\| +([0-9]+) bytes"
        sizes = re.findall(row, shell.before)
        expect([state for state, _ in sizes] == ["", "groups"], shell.before)
        expect(sizes[0][1] == sizes[1][1] and int(sizes[0][1]) > 0, sizes)

    in_shell(test)


def test_stop_job_with_drain():
    """The windows that are open fire before the savepoint: every row is counted."""
    with tempfile.TemporaryDirectory() as folder:

        def test(shell):
            for statement in (
                f"SET 'execution.checkpointing.savepoint-dir' = '{folder}/savepoints';",
                "SET 'table.display.max-column-width' = '200';",
                "CREATE TABLE h (a INT, t AS LOCALTIMESTAMP, WATERMARK FOR t AS t) WITH"
                " ('connector' = 'datagen', 'rows-per-second' = '200');",
                "CREATE TABLE c (n BIGINT) WITH ('connector' = 'filesystem', 'format' = 'csv',"
                f" 'path' = '{folder}/out');",
                "INSERT INTO c SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE h, DESCRIPTOR(t),"
                " INTERVAL '1' DAY)) GROUP BY window_start, window_end;",
            ):
                shell.type(statement + "\n")
            shell.expect("Job ID: ")
            shell.expect("Millrace SQL> ")
            job = re.search(r"[0-9a-f]{32}", shell.before).group(0)
            time.sleep(0.5)
            shell.type(f"STOP JOB '{job}' WITH SAVEPOINT WITH DRAIN;\n")
            shell.expect("savepoint path")
            shell.expect(f"{folder}/savepoints/savepoint-")
            shell.type("SHOW JOBS;\n")
            shell.expect("FINISHED")

        in_shell(test)
        counts = []
        for name in os.listdir(folder + "/out"):
            with open(os.path.join(folder, "out", name)) as part:
                counts += [int(line) for line in part]
        expect(sum(counts) > 0, counts)


def test_typing():
    def test(shell):
        shell.type("BEGIN STATEMENT SET;\nINSERT INTO s VALUES (1);\n")
        shell.expect("> INSERT")
        shell.type("INSERT INTO s VALUES (2);\nEND;\n")
        shell.expect("Job ID: ")
        shell.type("SELECT 'a\n;b' AS q;\n")
        shell.expect("a\\n;b")
        shell.type("SELEC 1;\n")
        shell.expect("[ERROR] syntax error")
        shell.type("-- a comment\nSELECT 'x' AS t; SELECT 'y' AS t; -- more\n")
        shell.expect("| +I |                              x |")
        shell.expect("| +I |                              y |")
        shell.expect("Millrace SQL> ")
        shell.type(";\n")
        shell.expect("Millrace SQL> ")
        # The line before last, by the arrow key.
        shell.type("\x1b[A\n")
        shell.expect("| +I |                              y |")

    in_shell(test)


def test_shell():
    with tempfile.TemporaryDirectory() as folder:
        history = os.path.join(folder, "history")
        shell = Terminal(history)
        shell.expect("Millrace SQL> ")
        shell.type("SELECT 1 AS a,\n")
        shell.expect("> ")
        shell.type("2 AS b;\n")
        shell.expect("Received a total of 1 row")
        shell.type("SELECT 'x\n")
        shell.expect("> ")
        shell.type("y' AS c;\n")
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
            entries = lines.read()
        expect("garbage" not in entries, "a dropped line is in the history")
        # libedit writes a blank as \\040 and a line end as \\012.
        expect("SELECT\\0401\\040AS\\040a,\\0402\\040AS\\040b;" in entries, entries)
        expect("'x\\012y'" in entries, "a line end inside a string is lost", entries)
        shell = Terminal(history)
        shell.expect("Millrace SQL> ")
        shell.type("\x04")
        expect(shell.end() == 0, "exit code after Ctrl-D")
