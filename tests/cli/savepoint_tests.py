"""`millrace savepoint`: what is in a savepoint, and whether a changed script can go on from it."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time

import harness
import run_tests
from harness import Run, expect, expect_run

TABLES = """
SET 'table.exec.state.ttl' = '36 h';
CREATE TABLE g (a INT, b INT, arrived AS PROCTIME()) WITH ('connector' = 'datagen',
  'rows-per-second' = '500', 'fields.b.min' = '1', 'fields.b.max' = '20');
CREATE TABLE f (a INT, b INT) WITH ('connector' = 'filesystem', 'format' = 'csv',
  'path' = '{folder}/out');
"""
FIRSTS = """INSERT INTO f SELECT a, b FROM (SELECT *, ROW_NUMBER() OVER (
  PARTITION BY {key} ORDER BY arrived) AS r FROM g) WHERE r = 1;
"""


def shows(run, code, text):
    expect_run(run, code)
    expect(text in run.out, f"stdout {run.out!r} lacks {text!r}")


@contextlib.contextmanager
def savepoint():
    """A folder with a savepoint of FIRSTS by b, its path, and how to write a script."""
    with tempfile.TemporaryDirectory() as folder:

        def script(insert):
            path = os.path.join(folder, "job.sql")
            with open(path, "w") as out:
                out.write(TABLES.format(folder=folder) + insert)
            return path

        state = os.path.join(folder, "state")
        process = subprocess.Popen(
            [harness.PROGRAM, "run", "-f", script(FIRSTS.format(key="b")), "--state", state],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        expect(process.returncode == 0, err)
        found = [place for place, _, names in os.walk(state) if "manifest.json" in names]
        expect(len(found) == 1, found)
        yield found[0], script


def test_savepoint_inspect():
    with savepoint() as (path, _):
        shown = Run("savepoint", "inspect", path)
        shows(shown, 0, "insert:f[0]/deduplicate(g)")
        for text in ("PARTITION BY b in INSERT INTO f", "state keys: table, 20 entries",
                     "key    g.b INT", "ttl    36 h since a key was written", "key groups ("):
            expect(text in shown.out, text, shown.out)
        shown = json.loads(Run("savepoint", "inspect", path, "--json").out)
        states = {op["id"]: op["states"] for op in shown["operators"]}
        keys = states["insert:f[0]/deduplicate(g)"][0]
        expect(keys["entries"] == 20 and keys["schema"]["keyNames"] == ["g.b"], keys)
        expect_run(Run("savepoint", "inspect", path + "/none"), 1, "", "no complete checkpoint")


def test_savepoint_check():
    with savepoint() as (path, script):
        def check(insert, *flags):
            return Run("savepoint", "check", path, "-f", script(insert), *flags)

        shows(check(FIRSTS.format(key="b")), 0, "verdict: full")
        for_ever = "SET 'table.exec.state.ttl' = '0 s';"
        shows(check(for_ever + FIRSTS.format(key="b")), 0, "verdict: full")
        other = check(FIRSTS.format(key="a"))
        shows(other, 1, "it was kept by (g.b), now by (g.a)")
        plain = "INSERT INTO f SELECT a, b FROM g;"
        shows(check(plain), 1, "the job does not have it; its state would be lost")
        ignored = "-Dexecution.state-recovery.ignore-unclaimed-state=true"
        shows(check(plain, ignored), 3, "verdict: partial")
        report = json.loads(check(plain, ignored, "--json").out)
        expect(report["verdict"] == "partial", report)
        expect_run(check("INSERT INTO f SELECT c FROM g;"), 1, "", "unknown column")
        expect_run(check("SELECT 1 FROM g;", "-D", "x"), 2, "", "not KEY=VALUE")
        expect_run(check(""), 1, "", "the script starts no job")
        expect_run(check(plain, "-D", "pipeline.max-parallelism=64"), 1, "", "max parallelism 128")


def test_state_that_no_operator_claims():
    with savepoint() as (path, script):
        restore = f"-Dexecution.state-recovery.path={path}"
        values = "INSERT INTO f SELECT a, b FROM (VALUES (1, 2)) AS v(a, b);"
        refused = Run("sql", "-f", script(values), restore)
        expect_run(refused, 1, "", "(deduplication PARTITION BY b in INSERT INTO f), which the job "
                   "does not have, nor 1 other (")
        other = FIRSTS.format(key="b").replace("INTO f", "INTO h").replace("FROM g", "FROM i")
        tables = TABLES.replace("TABLE f", "TABLE h").replace("TABLE g", "TABLE i")
        refused = Run("sql", "-f", script(tables.format(folder=path) + other), restore)
        expect_run(refused, 1, "", "which the job does not have, nor 2 others (")


def test_damaged_files_are_refused():
    with savepoint() as (path, script):
        file = script(FIRSTS.format(key="b"))
        for name in sorted(os.listdir(path)):
            if not name.endswith(".state"):
                continue
            with open(os.path.join(path, name), "rb") as part:
                whole = part.read()
            for offset in (40, len(whole) - 40):
                with open(os.path.join(path, name), "wb") as part:
                    part.write(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1:])
                for run in (Run("savepoint", "inspect", path),
                            Run("savepoint", "check", path, "-f", file)):
                    expect_run(run, 1, "", f"{name}' is damaged at offset ")
            with open(os.path.join(path, name), "wb") as part:
                part.write(whole)
        shows(Run("savepoint", "check", path, "-f", file), 0, "verdict: full")


def test_state_directory_of_a_job():
    """What `millrace run` would go on from, and nothing is changed."""
    with run_tests.job(rows=100000) as (_, script, state):
        def shows_both(place, warning=""):
            expect(run_tests.checkpoints(state) == kept, "it changed the state")
            for prefix in ("", "file:"):
                shown = Run("savepoint", "inspect", prefix + state + "/")
                expect_run(shown, 0, err=warning)
                expect(shown.out.startswith(place + "\n"), place, shown.out)
            checked = Run("savepoint", "check", state, "-f", script)
            expect_run(checked, 0, err=warning)
            expect("verdict: full" in checked.out, checked.out)

        os.makedirs(state)
        with open(state + "/job.json", "w") as out:
            json.dump({"formatVersion": 1, "jobId": "0" * 32, "finished": False}, out)
        none = Run("savepoint", "inspect", state)
        expect_run(none, 1, "", f"no complete checkpoint in '{state}'")
        expect("'checkpoints/<job id>/chk-7'" in none.err, none.err)
        run_tests.stop(run_tests.start(script, state), signal.SIGKILL, 0.6)
        kept = run_tests.checkpoints(state)
        expect("/checkpoints/" in kept[-1], kept)
        shows_both(kept[-1])
        run_tests.stop(run_tests.start(script, state), signal.SIGTERM, 0.4)
        kept = run_tests.checkpoints(state)
        expect("/savepoints/" in kept[-1], kept)
        shows_both(kept[-1])
        run_tests.damage(kept[-1])
        shows_both(kept[-2], "is not usable")
        for place in kept[:-1]:
            run_tests.damage(place)
        expect_run(Run("savepoint", "inspect", state), 1, "", "none of the checkpoints is usable")


def test_check_takes_the_max_parallelism_of_the_savepoint():
    with savepoint() as (path, script):
        file = script(FIRSTS.format(key="b"))
        shows(Run("savepoint", "check", path, "-f", file, "-Dparallelism.default=100"), 0, "full")
        exceeded = Run("savepoint", "check", path, "-f", file, "-Dparallelism.default=200")
        expect_run(exceeded, 1, "", "parallelism 200 exceeds the max parallelism 128")


def test_lists_of_another_connector_are_not_dropped():
    """A source that is another connector's now would begin anew, a sink leave files hidden."""
    def check(path, file, *flags):
        return Run("savepoint", "check", path, "-f", file, *flags)

    def restore(path, file, *flags):
        return Run("sql", "-f", file, f"-Dexecution.state-recovery.path={path}", *flags)

    ignored = "-Dexecution.state-recovery.ignore-unclaimed-state=true"
    with savepoint() as (path, script):
        file = script(FIRSTS.format(key="b"))
        with open(file) as text:
            before = text.read()
        folder = os.path.dirname(file)
        os.mkdir(folder + "/in")
        source = before.replace("'connector' = 'datagen'", "'connector' = 'filesystem', 'format' = "
                                f"'csv', 'path' = '{folder}/in'")
        source = source[:source.index("  'rows-per-second'")].rstrip(", \n") + (
            ");" + source[source.index(");", source.index("'rows-per-second'")) + 2:])
        sink = before.replace("'connector' = 'filesystem', 'format' = 'csv',\n  'path' = "
                              f"'{folder}/out'", "'connector' = 'blackhole'")
        sink = sink.replace("'rows-per-second'", "'number-of-rows' = '5', 'rows-per-second'")
        for changed, name in ((source, "rows"), (sink, "parts")):
            expect(changed != before, changed)
            with open(file, "w") as out:
                out.write(changed)
            lost = f"another connector wrote its list '{name}', which would be lost"
            shows(check(path, file), 1, "verdict: incompatible")
            shows(check(path, file), 1, lost)
            expect_run(restore(path, file), 1, "", lost)
            dropped = f"its list '{name}', which another connector wrote, is dropped"
            shows(check(path, file, ignored), 3, dropped)
            expect_run(restore(path, file, ignored), 0)
