"""Flags, where scripts come from, exit codes, settings."""

import json
import os
import re
import tempfile

from harness import SINK, Run, expect, expect_run, sql


def test_version_and_help():
    expect_run(Run("--version"), 0)
    for command in ([], ["sql"], ["bench", "nexmark", "dump"]):
        run = Run(*command, "--version")
        expect_run(run, 0, err="")
        expect(re.match(r"millrace \d+\.\d+", run.out), "no version of", command)
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
    help_text = Run("sql", "-e", "SELECT 1 AS a; help;").out
    expect("QUIT, EXIT" in help_text and "SHOW JOBS" in help_text, help_text)
    expect_run(Run("sql", "-f", "no/such/file.sql"), 1, "", "no/such/file.sql")
    expect_run(sql("-- nothing but a comment"), 0, "", "")
    expect_run(sql("SELECT 1 AS a; QUIT; SELECT 2 AS a", "--output", "table"), 0, '{"a":1}\n')


def test_settings():
    run = sql("SELECT 1 AS a", "-D", "akka.ask.timeout=1 s", "--output", "table")
    expect_run(run, 0, '{"a":1}\n', "note: option 'akka.ask.timeout' has no effect")
    run = sql("SET 'table.dml-synch' = 'true'")
    shown = "warning: option 'table.dml-synch' is unknown\nhint: Did you mean 'table.dml-sync'?\n"
    expect_run(run, 0, "")
    expect(run.err == shown, run.err)
    run = sql("SET 'akka.ask.timeout' = '1 s'; SET 'akka.ask.timeout' = '2 s'")
    expect(run.err == "note: option 'akka.ask.timeout' has no effect in Millrace\n", run.err)
    expect_run(sql("SET 'table.dml-synch' = 'true'", "--strict"), 1, "", "hint: Did you mean")
    run = sql("SET 'parallelism.default' = '0'")
    expect_run(run, 1, "", "(line 1, column 29)")
    expect_run(sql("SET 'table.dml-synch' = 'true'", "--strict"), 1, "", "table.dml-sync")
    changelog = "SET 'state.backend.changelog.enabled' = 'true'"
    expect_run(sql(changelog, "--strict"), 1, "", "no effect")
    expect_run(sql("SET 'state.backend.type' = 'hashmap'", "--strict"), 0, "", "")
    expect_run(sql("SET 'state.backend.type' = 'rocksdb'"), 1, "", "unsupported")
    expect_run(sql("SET 'execution.runtime-mode' = 'batch'"), 1, "", "unsupported")
    expect_run(sql("SET 'parallelism.default' = 'x'"), 1, "", "It must be an integer")
    text = "SET 'state.checkpoints.dir' = 'x'; SET"
    out = sql(text, "--set", "parallelism.default=2", "--output", "table").out
    wanted = ["execution.checkpointing.dir", "parallelism.default"]
    expect([json.loads(line)["key"] for line in out.splitlines()] == wanted, out)


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


def test_script_texts():
    mark = Run("sql", "--output", "table", "-f", "-", stdin="\ufeffSELECT 1 AS a;\r\nSELECT 2 AS a")
    expect_run(mark, 0, '{"a":1}\n\n{"a":2}\n', "")
    text = "/* ; */ SELECT ';' AS a -- ;\n;;; SELECT 1 AS `b;`"
    expect_run(sql(text, "--output", "table"), 0, '{"a":";"}\n\n{"b;":1}\n', "")
    twice = Run("sql", "--output", "table", "-e", "SELECT 1 AS a", "-e", "SELECT 2 AS a")
    expect_run(twice, 0, '{"a":1}\n\n{"a":2}\n', "")


def test_statement_sets():
    inserts = "INSERT INTO s VALUES 1; INSERT INTO s VALUES 2;"
    for text in (
        f"EXECUTE STATEMENT SET BEGIN {inserts} END; SHOW JOBS",
        f"BEGIN STATEMENT SET;\n{inserts}\nEND;\nSHOW JOBS",
    ):
        run = sql("SET 'table.dml-sync' = 'true';" + SINK + text, "--output", "table")
        expect_run(run, 0)
        jobs = [json.loads(line) for line in run.out.splitlines()]
        name = "insert-into_default_catalog.default_database.s,default_catalog.default_database.s"
        expect([job["job name"] for job in jobs] == [name], run.out)
        expect(jobs[0]["status"] == "FINISHED", run.out)
