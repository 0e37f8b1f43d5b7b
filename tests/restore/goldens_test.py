#!/usr/bin/env python3
"""Tests that old savepoints go on: goldens/v<format>/<name>, one per stateful operator.

    goldens_test.py [NAME...]      restores them, at other parallelisms than they were written at
    goldens_test.py --write        makes those that the current format of snapshots lacks

goldens/<name>.test is a text test with one query; its expected rows are Flink's. A golden is what
a job of that query had left when it had read the first half of its input: the savepoint, and its
output under the hidden names that it has until a checkpoint commits it. The restored job gets the
second half alone, and both outputs together must be the expected rows.

A golden is never written again: when the format of snapshots changes, its number does, --write
makes a folder beside the old ones, and all of them must still restore. A file below src/operators
or src/connectors that opens states needs goldens that are named after it and hold all of them.

MILLRACE names the program (default: build/release/bin/millrace). The last line is "N passed, N
failed".
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GOLDENS = HERE / 'goldens'
sys.path[:0] = [str(ROOT / 'tests' / 'flink'), str(ROOT / 'tests' / 'crash')]

import oracle_fill  # noqa: E402
from jobs import fold_changes  # noqa: E402

PROGRAM = os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))
SETTINGS = {'table.local-time-zone': 'UTC', 'pipeline.auto-watermark-interval': '0'}
PARALLELISMS = (1, 3)
SECONDS_PER_RUN = 60
SECONDS_TO_SAVEPOINT = 1
# What keeps a source busy until the savepoint.
SLOWED = {'filesystem': "'source.monitor-interval' = '10 ms'",
          'datagen': "'rows-per-second' = '300'",
          'nexmark': "'rate' = '700'"}
HIDDEN = '.{}.inprogress'

OPENING = re.compile(r'\b(?:store|state)(?:\.|->)open(\w+)\((?:"([^"]+)")?')
STATE_NAME = re.compile(r'(?:\bStateSchema \w+\{\.name|\b(?!connector\b)\w+\.name) = "([^"]+)"')
# States of sources that read from a service, which no .test here has: restored by other tests.
ELSEWHERE = {'kinesis_source': 'tests/serve/kinesis_connector_tests.py'}
# Files that open the states of several operators: each of these has goldens.
SHARED = {'ranked_groups': ('rank', 'upsert_rank')}
KINDS = {'Table': 'table', 'NamespacedTable': 'table', 'Rows': 'rows',
         'SortedRows': 'sorted rows', 'Timers': 'timers', 'List': 'list'}


class Failure(Exception):
    pass


def run(command, folder):
    process = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                             timeout=SECONDS_PER_RUN, check=False)
    if process.returncode != 0:
        raise Failure(f'exit code {process.returncode}: {process.stderr.decode()[:600]}')


def settings(**more):
    pairs = {**SETTINGS, **{key.replace('_', '.'): value for key, value in more.items()}}
    return [part for key, value in pairs.items() for part in ('-D', f'{key}={value}')]


class Query:
    """A goldens/<name>.test."""

    def __init__(self, path):
        blocks = oracle_fill.parse(path.read_text(encoding='utf-8').splitlines())
        self.name = path.stem
        self.files = [block for block in blocks if block.kind == 'file']
        self.tables = ['\n'.join(block.body) for block in blocks if block.kind == 'statement']
        queries = [block for block in blocks if block.kind == 'table']
        if len(queries) != 1 or queries[0].argument != 'types':
            raise Failure(f'{path.name}: one block "table types" is needed')
        self.text = '\n'.join(queries[0].body)
        expected = queries[0].expected
        if len(expected) < 2:
            raise Failure(f'{path.name} has no expected rows')
        self.columns = expected[0].removeprefix('# ')
        self.expected = sorted(json.dumps(json.loads(line)) for line in expected[1:])
        # Two readers of one file are one that works and one whose watermark never comes.
        self.parallelism = 1 if 'WATERMARK' in ''.join(self.tables) else 2

    def write_half(self, folder, first):
        """The first or the second half of every input file, as a file of its own."""
        for block in self.files:
            path = folder / block.argument
            path.parent.mkdir(parents=True, exist_ok=True)
            middle = len(block.body) // 2
            lines = block.body[:middle] if first else block.body[middle:]
            path = path if first else path.with_name(f'2{path.suffix}')
            path.write_text(''.join(f'{line}\n' for line in lines), encoding='utf-8')

    def script(self, slowed):
        tables = '\n'.join(f'{table};' for table in self.tables).replace('${DIR}/', '')
        for connector, option in SLOWED.items():
            if slowed:
                named = f"'connector' = '{connector}'"
                tables = tables.replace(named, f'{named}, {option}')
        sink = "'connector' = 'filesystem', 'path' = 'out', 'format' = 'debezium-json'"
        return (f'{tables}\nCREATE TABLE answer ({self.columns}) WITH ({sink});\n'
                f'INSERT INTO answer\n{self.text};\n')


def write(query, target):
    """Runs the job over the first half, stops it with a savepoint and keeps what is there."""
    with tempfile.TemporaryDirectory(prefix='golden-') as name:
        folder = Path(name)
        query.write_half(folder, first=True)
        (folder / 'job.sql').write_text(query.script(slowed=True), encoding='utf-8')
        command = [PROGRAM, 'run', '-f', 'job.sql', '--state', 'state',
                   *settings(parallelism_default=query.parallelism)]
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE)
        time.sleep(SECONDS_TO_SAVEPOINT)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=SECONDS_PER_RUN)[1].decode()
        found = list(folder.glob('state/savepoints/*/chk-*'))
        if process.returncode != 0 or len(found) != 1:
            raise Failure(f'no savepoint: {said[:600]}')
        target.mkdir(parents=True)
        shutil.copytree(found[0], target / 'chk-1')
        for path in sorted(folder.glob('out/part-*')):
            (target / 'out').mkdir(exist_ok=True)
            shutil.copyfile(path, target / 'out' / HIDDEN.format(path.name))


def restore(query, golden, parallelism):
    """The final rows of a job that goes on from a golden, sorted."""
    with tempfile.TemporaryDirectory(prefix='golden-') as name:
        folder = Path(name)
        shutil.copytree(golden, folder, dirs_exist_ok=True)
        query.write_half(folder, first=False)
        (folder / 'job.sql').write_text(query.script(slowed=False), encoding='utf-8')
        run([PROGRAM, 'sql', '-f', 'job.sql', '-D', 'execution.state-recovery.path=chk-1',
             *settings(parallelism_default=parallelism)], folder)
        out = folder / 'out'
        hidden = [path.name for path in out.glob('.part-*')]
        if hidden:
            raise Failure(f'not committed: {hidden[0]}')
        lines = [line for path in sorted(out.glob('part-*'))
                 for line in path.read_text(encoding='utf-8').splitlines()]
        rows = fold_changes(lines)
        return sorted(json.dumps(json.loads(row)) for row, count in rows.items()
                      for _ in range(count)) + [f'taken back: {row}' for row in -rows]


def check(name, golden, parallelism):
    try:
        query = Query(GOLDENS / f'{name}.test')
        rows = restore(query, golden, parallelism)
        if rows == query.expected:
            return ''
        missing = [row for row in query.expected if row not in rows]
        extra = [row for row in rows if row not in query.expected]
        return (f'{len(rows)} rows, {len(query.expected)} expected; '
                f'missing {missing[:3]}, too many {extra[:3]}')
    except (Failure, OSError, ValueError, subprocess.TimeoutExpired) as failure:
        return str(failure)


def states_of(golden):
    """(name, kind) of every state with entries in a golden."""
    found = set()
    for path in golden.glob('chk-1/*.state'):
        data = path.read_bytes()
        offset, size = struct.unpack_from('<QQ', data, len(data) - 32)
        for state in json.loads(data[offset:offset + size])['states']:
            if sum(run[4] for run in state['groups']) > 0:
                found.add((state['name'], json.loads(state['schema'])['kind']))
    return found


def stateful_files():
    """For each file that opens states: the kinds and the names that it opens."""
    found = {}
    for folder in ('operators', 'connectors'):
        for path in sorted((ROOT / 'src' / folder).rglob('*')):
            if path.suffix not in ('.h', '.cc') or path.stem.endswith(('_test', '_bench')):
                continue
            text = path.read_text(encoding='utf-8')
            openings = OPENING.findall(text)
            if openings:
                named = {name for _, name in openings if name} | set(STATE_NAME.findall(text))
                found[path] = ({KINDS[kind] for kind, _ in openings}, named)
    return found


def incomplete(version):
    """What the goldens of a version lack."""
    problems = []
    names = {path.name for path in version.glob('*')}
    for path in GOLDENS.glob('*.test'):
        if path.stem not in names:
            problems.append(f'{path.name} has no golden in {version.name}; run this with --write')
    files = stateful_files()
    if len(files) < 10:
        problems.append(f'only {len(files)} files with states were found')
    wanted = [(path, stem) for path in files for stem in SHARED.get(path.stem, (path.stem,))]
    for path, stem in wanted:
        if stem in ELSEWHERE:
            continue
        kinds, state_names = files[path]
        mine = [name for name in names if name == stem or name.startswith(f'{stem}_')]
        states = set().union(*(states_of(version / name) for name in mine))
        lacking = {*(kinds - {kind for _, kind in states}),
                   *(front for front in state_names
                     if not any(name.startswith(front) for name, _ in states))}
        if lacking:
            problems.append(f'{path.relative_to(ROOT)}: no golden {stem}* has entries of the'
                            f' states {", ".join(sorted(lacking))}; add a .test and run this with'
                            ' --write')
    return problems


def current_version():
    header = (ROOT / 'src' / 'state' / 'snapshot.h').read_text(encoding='utf-8')
    return GOLDENS / f"v{re.search(r'kSnapshotVersion = ([0-9]+)', header).group(1)}"


def write_missing():
    for path in sorted(GOLDENS.glob('*.test')):
        target = current_version() / path.stem
        if not target.exists():
            write(Query(path), target)
            print(f'wrote {target.relative_to(ROOT)}')


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*')
    parser.add_argument('--write', action='store_true')
    options = parser.parse_args()
    if options.write:
        write_missing()
        return 0
    goldens = [path for path in sorted(GOLDENS.glob('v*/*'))
               if not options.names or path.name in options.names]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [(golden, parallelism, pool.submit(check, golden.name, golden, parallelism))
                for golden in goldens for parallelism in PARALLELISMS]
        for golden, parallelism, outcome in runs:
            problem = outcome.result()
            passed, failed = passed + (not problem), failed + bool(problem)
            if problem:
                print(f'FAILED  {golden.relative_to(GOLDENS)} at parallelism {parallelism}:'
                      f' {problem}')
    if not options.names:
        problems = incomplete(current_version())
        for problem in problems:
            print(f'FAILED  {problem}')
        passed, failed = passed + (not problems), failed + len(problems)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
