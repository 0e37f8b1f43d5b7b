"""What goes to standard output, in every form, and errors."""

import json
import os
import tempfile

from harness import EMPTY, SINK, Run, expect, expect_run, sql


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
        " SELECT CAST(1.5 AS DOUBLE) AS d, CAST(1e20 AS DOUBLE) AS e, CAST(0.1 AS FLOAT) AS f,"
        " CAST(100000 AS DOUBLE) AS g"
    )
    out = (
        '{"a":1,"n":1,"max b":"q\\""}\n{"a":2,"n":2,"max b":"y"}\n\n\n'
        '{"d":1.5,"e":1e+20,"f":0.1,"g":100000}\n'
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
    commented = "CREATE TABLE c (a INT COMMENT 'x') WITH ('connector' = 'blackhole'); DESCRIBE c"
    expect("|    a |  INT | TRUE |     |        |           |       x |" in sql(commented).out, out)
    out = sql(SINK + "SHOW CREATE TABLE s").out
    expect(out.startswith("CREATE TABLE") and "'connector' = 'blackhole'" in out, out)
    expect_run(sql(SINK + "SHOW TABLES", "--output", "table"), 0, '{"table name":"s"}\n')


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


def test_hints():
    run = sql("CREATE TABLE t (a STRIN)")
    expect_run(run, 1, "", "unknown type: type 'STRIN' not found (line 1, column 19)")
    expect("hint: Did you mean 'STRING'" in run.err, run.err)
    expect_run(sql("SELECT UPPER('a'), UPPER(1, 2)"), 1, "",
               "'UPPER': wrong arguments: expected (string), got (INT, INT)")
    expect_run(sql("SELECT SUM('a')"), 1, "", "'SUM': wrong arguments")
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "a.json"), "w") as out:
            out.write('{"a":1}\n')
        run = sql(
            f"CREATE TABLE t (a INT, b INT) WITH ('connector' = 'filesystem', 'path' = '{folder}',"
            " 'format' = 'json', 'json.fail-on-missing-field' = 'true'); SELECT * FROM t"
        )
        expect_run(run, 1, err="the field 'b' is missing")
        expect("set 'json.fail-on-missing-field' = 'false'" in run.err, run.err)


def test_explain():
    table = "CREATE TABLE t (a INT) WITH ('connector' = 'datagen');" + SINK
    out = sql(table + "EXPLAIN CHANGELOG_MODE SELECT a, COUNT(*) FROM t GROUP BY a").out
    # Nobody asks for the -U of a query that is only explained, as in Flink.
    expect("changelogMode=[I,UA]" in out and "changelogMode=[I])" in out, out)
    out = sql(table + "EXPLAIN INSERT INTO s SELECT a FROM t").out
    expect("Sink(table=[default_catalog.default_database.s], fields=[a])" in out, out)
    for detail in ("ESTIMATED_COST", "PLAN_ADVICE", "JSON_EXECUTION_PLAN"):
        run = sql(table + f"EXPLAIN {detail} SELECT a FROM t")
        expect_run(run, 1, "", f"unsupported: EXPLAIN {detail} (line")


def test_sink_with_a_parallelism_of_its_own():
    script = (
        "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '6',"
        " 'scan.parallelism' = '2');"
        "CREATE TABLE p (a INT) WITH ('connector' = 'print', 'sink.parallelism' = '3');"
        "INSERT INTO p SELECT a FROM t"
    )
    lines = sql(script).out.splitlines()
    printed = [line for line in lines if "+I[" in line]
    numbered = all(line.split("> ")[0] in ("1", "2", "3") for line in printed)
    expect(len(printed) == 6 and numbered, lines)


def test_first_failure_ends_the_script():
    run = sql("SELECT 1 AS a; SELECT nope; SELECT 2 AS a", "--output", "table")
    expect_run(run, 1, '{"a":1}\n', "unknown column")
    text = "SELECT CAST(s AS INT) FROM (VALUES 'x') AS v(s); SELECT 2 AS a"
    run = sql(text, "--output", "table")
    expect_run(run, 1, "", "invalid cast")


def error_line(script):
    """The line that the error shows, and the character above the caret."""
    run = Run("sql", "-f", "-", stdin=script)
    expect(run.code == 1, run.code, run.err)
    _, line, caret = run.err.split("\n")[:3]
    expect(caret.strip() == "^", run.err)
    return line[2:], line[len(caret) - 1 :][:1]


def test_shown_lines():
    expect(error_line("SELECT 'ä\tö', prise") == ("SELECT 'ä\tö', prise", "p"), "tabs")
    # Of a long line the part around the error is shown.
    line, at = error_line("SELECT " + "1, " * 1000 + "prise" + ", 1" * 100000)
    expect(at == "p" and len(line) < 200, at, line)
    expect(line.startswith("...") and line.endswith("..."), line)
    line, at = error_line("SELECT prise, '\x1b[31m'")
    expect("\x1b" not in line and at == "p", repr(line))


def test_close_matches():
    table = "CREATE TABLE trades (price INT) WITH ('connector' = 'datagen');"
    for text, wanted in (
        ("SELECT prise FROM trades", "'price'"),
        ("SELECT * FROM trade", "'trades'"),
        ("SELECT UPER('a')", "'UPPER'"),
        ("SELECT * FROM trades /*+ OPTIONS('number-of-row' = '2') */", "'number-of-rows'"),
        ("CREATE TABLE t (a INT) WITH ('connector' = 'datagne'); SELECT * FROM t", "'datagen'"),
        ("SELEC 1", "'SELECT'"),
    ):
        run = sql(table + text)
        expect(f"Did you mean {wanted}" in run.err and "(line 1, column " in run.err, text, run.err)


def test_option_errors_show_the_table():
    table = "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-row' = '1');"
    expect_run(sql(table + "\nSELECT 1 FROM t"), 1, "", "(line 2, column 15)")
    text = SINK + table + "\nINSERT INTO s SELECT a FROM t"
    expect_run(sql(text), 1, "", "(line 3, column 29)")
