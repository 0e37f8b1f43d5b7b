#!/usr/bin/env python3
"""Records the shape of Apache Flink's monitoring REST, which tests/serve/rest_tests.py expects.

    record_rest.py > tests/serve/flink_rest_shapes.txt

FLINK_HOME names a Flink 2.3.0 distribution with its scripts (scripts/get_flink.sh --cluster). A
small SQL job runs on a cluster of this machine while every path is asked for. A line is a path
with its parameters as names, or, indented below it, a member of the answer with its JSON types.
Ids that are keys are written `*`; an array's elements are `[]`.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'bench' / 'nexmark'))
sys.path.insert(0, str(ROOT / 'tests' / 'serve'))
import flink_cluster  # noqa: E402
import rest_paths  # noqa: E402

SCRIPT = """
CREATE TABLE orders (k INT, v BIGINT, ts AS LOCALTIMESTAMP,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (
  'connector' = 'datagen', 'rows-per-second' = '100', 'fields.k.min' = '0', 'fields.k.max' = '9');
CREATE TABLE totals (k INT, n BIGINT, s BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO totals SELECT k, COUNT(*), SUM(v) FROM orders GROUP BY k;
"""


class Cluster(flink_cluster.FlinkCluster):
    def configuration(self):
        return {**super().configuration(), 'table.dml-sync': 'false',
                'taskmanager.memory.process.size': '1600m',
                'execution.checkpointing.interval': '500 ms'}


def main():
    work = Path(tempfile.mkdtemp(prefix='flink-rest-'))
    try:
        with Cluster(os.environ['FLINK_HOME'], 'hashmap', 2, work) as cluster:
            script = work / 'script.sql'
            script.write_text(SCRIPT, encoding='utf-8')
            subprocess.run([str(cluster.home / 'bin' / 'sql-client.sh'), '-f', str(script)],
                           env=cluster.environment, stdin=subprocess.DEVNULL, check=True,
                           stdout=subprocess.DEVNULL)
            base = f'http://localhost:{flink_cluster.PORT}'
            rest_paths.wait_until_busy(base)
            time.sleep(12)  # metrics and back pressure are collected now and then
            for name, status, answer in rest_paths.ask_all(base):
                if len(sys.argv) > 1:
                    Path(sys.argv[1]).mkdir(exist_ok=True)
                    file = re.sub(r'\W+', '_', name) + '.json'
                    Path(sys.argv[1], file).write_text(json.dumps(answer, indent=1))
                print(name if status == 200 else f'{name} {status}')
                for line in rest_paths.shape(name, answer):
                    print(f'  {line}')
    finally:
        shutil.rmtree(work, ignore_errors=True)


main()
