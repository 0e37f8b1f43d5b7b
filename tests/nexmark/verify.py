#!/usr/bin/env python3
"""Compares the results of the Nexmark queries with those of Apache Flink.

    verify.py                        all queries and seeds, from JSON and CSV files and the
                                     generator, at parallelism 1, 2 and 4
    verify.py --queries q5,q7 --seeds 1 --sources json --parallelism 2
    verify.py --three-runs           also to the end, to a checkpoint, and restored (test_runner)
    verify.py --quick                seed 1, each query from one source at one parallelism, in turn;
                                     three runs of those with small results
    verify.py --report               also writes the result into docs/nexmark.md
    verify.py --expect               asks Flink for the expected results again

MILLRACE names the program (default: build/release/bin/millrace). --expect needs a JDK, FLINK_HOME
(a Flink 2.3.0 distribution) and for q9 FLINK_HOME_1_20_5. The last line is "N passed, N failed".
"""
import argparse
import collections
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import expected_results as expected
from expected_results import scripts

SOURCES = ('json', 'csv', 'generator')
SECONDS_PER_RUN = 300
DOCUMENT = expected.ROOT / 'docs' / 'nexmark.md'
SAMPLES = 3


class Failure(Exception):
    """Why a run did not give Flink's result; the first line says it all."""


class Seed:
    """The events of one seed, in all forms, and what Flink makes of them."""

    def __init__(self, seed, work, sources):
        self.seed = seed
        self.work = work / f'seed-{seed}'
        self.entries = expected.load(seed)
        self.json = expected.dump(seed, self.work / 'json')
        if 'csv' in sources:
            expected.dump(seed, self.work / 'csv', 'csv')
        self.side = self.work / 'side_input.csv'
        scripts.write_side_input(self.side)
        self.bids = None

    def check_bytes(self):
        found = expected.file_digest([self.json])
        wanted = self.entries['sha256']
        if found != wanted:
            raise Failure(f'the dumped bytes have the SHA-256 {found}, not {wanted}: the generator'
                          ' has changed, and the expected results with it (--expect)')

    def source(self, name):
        if name == 'json':
            return scripts.json_files(self.work / 'json')
        if name == 'csv':
            return scripts.csv_files(self.work / 'csv')
        return scripts.generator(self.seed, expected.EVENTS, expected.DENSITY)

    def side_input(self):
        return scripts.side_input_file(self.side)

    def holds_bid(self, row):
        """Whether a row with a bid's columns is one of the input's bids."""
        if self.bids is None:
            self.bids = set()
            for line in open(self.json, encoding='utf-8'):
                bid = json.loads(line)['bid']
                if bid:
                    self.bids.add(tuple(bid.values()))
        return row in self.bids


def run_millrace(script, work, parallelism, output):
    file = work / 'script.sql'
    file.write_text(scripts.as_text(script), encoding='utf-8')
    command = [expected.millrace(), 'sql', '-f', str(file), '--output', output,
               '-D', f'parallelism.default={parallelism}', '-D', 'table.local-time-zone=UTC']
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                             timeout=SECONDS_PER_RUN, check=False)
    except subprocess.TimeoutExpired:
        raise Failure(f'did not end within {SECONDS_PER_RUN} s') from None
    if run.returncode != 0:
        said = run.stderr.decode(errors='replace').strip() or 'nothing on stderr'
        raise Failure(f'exit code {run.returncode}: {said[:600]}')
    return run.stdout.decode().split('\n')[:-1]


def rows_of(query, seed, source, parallelism):
    """Runs a query and returns its rows as lines."""
    if query != 'q10':
        script = scripts.select_script(query, seed.source(source), seed.side_input())
        return run_millrace(script, seed.work, parallelism, 'table')
    out = seed.work / 'q10'
    shutil.rmtree(out, ignore_errors=True)
    run_millrace(scripts.insert_script(query, seed.source(source), out), seed.work, parallelism,
                 'table')
    complete = expected.complete_partitions(out)
    wanted = seed.entries['queries']['q10']['complete']
    if complete != wanted:
        raise Failure(f'partitions marked complete: {complete}, Flink marked {wanted}')
    return expected.partition_rows(out)


def difference(seed, query, lines):
    """A short account of how the rows differ, as far as the expected ones are at hand."""
    wanted = expected.load_rows(seed.seed, query)
    if wanted is None:
        return ''
    ours = collections.Counter(expected.tied(query, lines))
    flinks = collections.Counter(expected.tied(query, wanted))
    missing, extra = flinks - ours, ours - flinks
    text = f'\n    {missing.total()} rows missing, {extra.total()} too many'
    for name, rows in (('missing', missing), ('too many', extra)):
        text += ''.join(f'\n    {name}: {row[:300]}' for row in sorted(rows)[:SAMPLES])
    return text


def compare(seed, query, lines):
    entry = seed.entries['queries'].get(query)
    if entry is None:
        raise Failure('no expected result (--expect)')
    if len(lines) != entry['rows']:
        raise Failure(f"{len(lines)} rows, Flink has {entry['rows']}"
                      + difference(seed, query, lines))
    if expected.digest(expected.tied(query, lines)) != entry['sha256']:
        raise Failure(f"other rows than Flink, {len(lines)} in number"
                      + difference(seed, query, lines))
    if query in expected.TIED:
        for line in lines:
            row = json.loads(line)
            row.pop('rank_number')
            if not seed.holds_bid(tuple(row.values())):
                raise Failure(f'a row that is no bid of the input: {line[:300]}')


def write_test(seed, query, lines):
    """A text test of a query whose rows have just been found equal to Flink's."""
    path = seed.work / 'tests' / f'seed_{seed.seed}_{query}.test'
    path.parent.mkdir(parents=True, exist_ok=True)
    *setup, select = scripts.select_script(query, seed.source('json'), seed.side_input())
    text = [f'# name: {path}', f'# description: Nexmark {query}.', '# group: [nexmark]', '']
    for statement in setup:
        text += ['statement ok', statement, '']
    if query in expected.TIED:
        text.append('ties ' + ', '.join(expected.TIED[query]))
    text += ['table', select, '----', *sorted(lines, key=str.encode), '']
    path.write_text('\n'.join(text), encoding='utf-8')
    return path


def three_runs(seed, query, lines):
    runner = Path(expected.millrace()).parent / 'test_runner'
    if not runner.exists():
        raise Failure(f'{runner} was not built')
    command = [str(runner), '--timeout', str(SECONDS_PER_RUN), str(write_test(seed, query, lines))]
    run = subprocess.run(command, capture_output=True, timeout=3 * SECONDS_PER_RUN, check=False)
    if run.returncode != 0:
        first, *rest = (run.stdout + run.stderr).decode(errors='replace').strip().split('\n')
        raise Failure('\n    '.join([first, *(line[:300] for line in rest[-3 * SAMPLES:])]))


class Tally:
    """Prints each outcome and remembers it for the report."""

    def __init__(self):
        self.passed = 0
        self.failures = []
        self.cells = {}   # (query, source or 'three runs') to the set of outcomes

    def check(self, seed, query, source, where, run):
        began = time.monotonic()
        try:
            result = run()
        except Failure as failure:
            self.failures.append((query, source))
            self.cells.setdefault((query, source), set()).add('fails')
            print(f'FAILED  seed {seed} {query} {where}: {failure}', flush=True)
            return None
        self.passed += 1
        self.cells.setdefault((query, source), set()).add('equal')
        print(f'passed  seed {seed} {query} {where} ({time.monotonic() - began:.1f} s)', flush=True)
        return result


def places(query, options):
    """The (source, parallelism) pairs at which a query runs."""
    every = [(source, parallelism)
             for source in options.sources for parallelism in options.parallelism]
    if not options.quick:
        return every
    # Neighbouring queries differ in both.
    turn = expected.CHECKED.index(query)
    return [every[turn * (len(options.parallelism) + 1) % len(every)]]


def wants_three_runs(seed, query, options):
    if query == 'q10':
        return False
    small = seed.entries['queries'].get(query, {}).get('rows', 0) <= expected.SMALL
    return options.three_runs or (options.quick and small)


def verify_query(seed, query, options, tally):
    rows = None
    for source, parallelism in places(query, options):
        def once(source=source, parallelism=parallelism):
            lines = rows_of(query, seed, source, parallelism)
            compare(seed, query, lines)
            return lines
        where = f'{source} parallelism {parallelism}'
        rows = tally.check(seed.seed, query, source, where, once) or rows
    if rows is not None and wants_three_runs(seed, query, options):
        tally.check(seed.seed, query, 'three runs', 'three runs',
                    lambda: three_runs(seed, query, rows))


def table(options, tally):
    """What of every query was found equal, as lines of Markdown."""
    kinds = list(options.sources) + (['three runs'] if options.three_runs else [])
    entries = [expected.load(seed)['queries'] for seed in options.seeds]
    head = [f'rows, seed {seed}' for seed in options.seeds]
    lines = ['| query | Flink | ' + ' | '.join(head + kinds) + ' |',
             '|---' * (2 + len(head) + len(kinds)) + '|']
    for query in options.queries:
        cells = [query, entries[0][query]['flink']]
        cells += [f"{entry[query]['rows']:,}" for entry in entries]
        for kind in kinds:
            outcomes = tally.cells.get((query, kind), set())
            cells.append('fails' if 'fails' in outcomes else 'equal' if outcomes else '-')
        lines.append('| ' + ' | '.join(cells) + ' |')
    return lines


def report(options, tally):
    """Puts the outcome of this run below the heading Result, the last one of the document."""
    text = DOCUMENT.read_text(encoding='utf-8')
    kept = text[:text.index('### Result\n')]
    version = subprocess.run([expected.millrace(), '--version'], capture_output=True, check=True)
    levels = ', '.join(map(str, options.parallelism))
    lines = ['### Result', '',
             f'`python3 tests/nexmark/verify.py {" ".join(sys.argv[1:])}` on'
             f' {time.strftime("%Y-%m-%d")}, {version.stdout.decode().split(chr(10))[0]}:'
             f' {tally.passed} comparisons passed, {len(tally.failures)} failed.',
             f'*equal*: the rows equal Flink\'s at the parallelisms {levels} for every seed.', '',
             *table(options, tally), '']
    DOCUMENT.write_text(kept + '\n'.join(lines), encoding='utf-8')


def arguments():
    def listed(kind, known=None):
        def parse(text):
            values = [kind(one) for one in text.split(',')]
            unknown = [one for one in values if known and one not in known]
            if unknown:
                raise argparse.ArgumentTypeError(f'{unknown[0]} is none of {", ".join(known)}')
            return values
        return parse

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--queries', type=listed(str, expected.CHECKED), default=expected.CHECKED)
    parser.add_argument('--seeds', type=listed(int), default=list(expected.SEEDS))
    parser.add_argument('--sources', type=listed(str, SOURCES), default=list(SOURCES))
    parser.add_argument('--parallelism', type=listed(int), default=[1, 2, 4])
    parser.add_argument('--three-runs', action='store_true')
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--report', action='store_true')
    parser.add_argument('--expect', action='store_true')
    options = parser.parse_args()
    if options.quick:
        options.seeds = options.seeds[:1]
    return options


def main():
    options = arguments()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix='nexmark-') as folder:
        work = Path(folder)
        for number in options.seeds:
            if options.expect:
                expected.produce(number, options.queries, work,
                                 lambda text: print(text, flush=True))
                continue
            seed = Seed(number, work, options.sources)
            tally.check(number, 'dump', 'bytes', 'bytes', seed.check_bytes)
            for query in options.queries:
                verify_query(seed, query, options, tally)
    if options.expect:
        return 0
    if options.report:
        report(options, tally)
    print(f'{tally.passed} passed, {len(tally.failures)} failed')
    return 1 if tally.failures else 0


if __name__ == '__main__':
    sys.exit(main())
