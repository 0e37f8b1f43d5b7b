"""Idle sources beside active ones. The jobs never end, so what they print is compared with what
Apache Flink 2.3.0 printed of the same files, put into the folders in the same order."""

import json
import os
import subprocess
import tempfile
import time

import harness
from harness import expect

IDLE = "SET 'table.exec.source.idle-timeout' = '1 s';\n"
UNION = """CREATE TABLE p (w TIMESTAMP(3), s INT, n BIGINT) WITH ('connector' = 'print');
CREATE VIEW u AS SELECT * FROM a UNION ALL SELECT * FROM b;
INSERT INTO p SELECT window_start, SUM(v), COUNT(*)
FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;
"""
JOIN = """CREATE TABLE p (w TIMESTAMP(3), x INT, y INT) WITH ('connector' = 'print');
INSERT INTO p SELECT l.window_start, l.v, r.v
FROM (SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '10' SECOND))) l
LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '10' SECOND))) r
ON l.window_start = r.window_start AND l.window_end = r.window_end;
"""
FIRST_WINDOW = ["+I[2024-01-01T00:00, 33, 4]"]
LATER_WINDOWS = ["+I[2024-01-01T00:00:10, 33, 2]", "+I[2024-01-01T00:00:20, 4, 1]"]


def table(name, folder):
    return (f"CREATE TABLE {name} (ts TIMESTAMP(3), v INT, WATERMARK FOR ts AS ts) WITH ("
            f"'connector' = 'filesystem', 'path' = '{folder}/{name}', 'format' = 'json',"
            " 'source.monitor-interval' = '100 ms');\n")


def put(path, *rows):
    with open(path + ".part", "w", encoding="utf-8") as file:
        for second, value in rows:
            file.write(json.dumps({"ts": f"2024-01-01 00:00:{second:02d}.000", "v": value}) + "\n")
    os.rename(path + ".part", path)


class Job:
    """An INSERT that reads the folders a and b."""

    def __init__(self, folder, text):
        self.folder = folder
        for name in "ab":
            os.mkdir(f"{folder}/{name}")
        self.output = open(f"{folder}/printed", "w+", encoding="utf-8")
        self.process = None
        self.text = table("a", folder) + table("b", folder) + text

    def start(self):
        self.process = subprocess.Popen([harness.PROGRAM, "sql", "-e", self.text],
                                        stdout=self.output, stderr=subprocess.STDOUT)

    def put(self, name, *rows):
        put(f"{self.folder}/{name}", *rows)

    def printed(self):
        with open(f"{self.folder}/printed", encoding="utf-8") as file:
            return file.read().splitlines()

    def wait_for(self, lines, seconds=15):
        end = time.time() + seconds
        while sorted(self.printed()) != sorted(lines) and time.time() < end:
            time.sleep(0.05)
        expect(sorted(self.printed()) == sorted(lines), self.printed(), "instead of", lines)

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.output.close()


def run(text, steps):
    with tempfile.TemporaryDirectory() as folder:
        job = Job(folder, text)
        job.put("a/1", (1, 1), (5, 2))
        job.put("b/1", (2, 10), (8, 20), (14, 30))
        job.start()
        try:
            steps(job)
        finally:
            job.end()


def keep_a_active(job, seconds=2.5):
    job.put("a/2", (12, 3), (25, 4))
    end = time.time() + seconds
    while time.time() < end:
        job.put(f"a/{time.time()}", (30, 5))
        time.sleep(0.2)


def test_an_idle_source_of_a_union():
    def steps(job):
        keep_a_active(job)
        job.wait_for(FIRST_WINDOW + LATER_WINDOWS)

    run(IDLE + UNION, steps)


def test_without_a_timeout_the_slowest_source_counts():
    def steps(job):
        keep_a_active(job)
        job.wait_for(FIRST_WINDOW)

    run(UNION, steps)


def test_a_union_whose_sources_are_all_idle():
    """The furthest watermark counts when nobody is left to wait for."""
    def steps(job):
        job.put("a/2", (12, 3), (25, 4), (47, 5))
        job.wait_for(FIRST_WINDOW + LATER_WINDOWS)

    run(IDLE + UNION, steps)


def test_an_idle_source_of_a_window_join():
    def steps(job):
        keep_a_active(job)
        job.wait_for(["+I[2024-01-01T00:00, 1, 10]", "+I[2024-01-01T00:00, 1, 20]",
                      "+I[2024-01-01T00:00, 2, 10]", "+I[2024-01-01T00:00, 2, 20]",
                      "+I[2024-01-01T00:00:10, 3, 30]", "+I[2024-01-01T00:00:20, 4, null]"])

    run(IDLE + JOIN, steps)

