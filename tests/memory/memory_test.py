#!/usr/bin/env python3
"""Tests that the memory of a job does not grow with its input.

    memory_test.py                   1 and 3 million events, a few seconds
    memory_test.py --events 20000000 also prints the figures of docs/performance.md

A windowed count of Nexmark bids runs over the generator and over a file. Peaks of resident memory
are compared with that of a third of the input and with a bound far below the size of the file.
MILLRACE names the program (default: build/release/bin/millrace). The last line is
"N passed, N failed".
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'bench' / 'nexmark'))

import scripts  # noqa: E402

PROGRAM = os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))
DENSITY = 100_000
HIGHEST_MB = 150
# What allocators keep and threads leave behind differs between runs.
GROWTH_MB = 25

TUMBLE = """INSERT INTO answer SELECT auction, COUNT(*) AS num
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND))
GROUP BY window_start, window_end, auction"""


def queries(source):
    """Hopping windows joined with their maximum, and tumbling windows."""
    hop = scripts.insert_script('q5', source)
    return {'q5': hop, 'tumble': [*hop[:-1], TUMBLE]}


def peak_mb(script, parallelism, folder):
    file = folder / 'script.sql'
    file.write_text(scripts.as_text(script), encoding='utf-8')
    process = subprocess.Popen([PROGRAM, 'sql', '-f', str(file),
                                '-D', f'parallelism.default={parallelism}'],
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f'exit code {process.returncode}')
    return usage.ru_maxrss / 1024


def dumped(folder, events):
    """A folder with one file of so many events, and its size in MB."""
    subprocess.run([PROGRAM, 'bench', 'nexmark', 'dump', '--seed', '1', '--events', str(events),
                    '--rate', str(DENSITY), '--parts', '1', '--out', str(folder)], check=True)
    return (folder / 'part-0.json').stat().st_size / (1 << 20)


def check(name, small, large):
    good = large < HIGHEST_MB and large - small < GROWTH_MB
    print(f'{"passed" if good else "FAILED"}  {name}: {small:.0f} MB, {large:.0f} MB', flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--events', type=int, default=3_000_000)
    options = parser.parse_args()
    few, many = options.events // 3, options.events
    results = []
    build = ROOT / 'build'
    with tempfile.TemporaryDirectory(prefix='memory-', dir=build) as name:
        folder = Path(name)
        sources = {'generator': [scripts.generator(1, events, DENSITY) for events in (few, many)]}
        sizes = [dumped(folder / str(events), events) for events in (few, many)]
        sources[f'file of {sizes[1]:.0f} MB'] = [
            scripts.json_files(folder / str(events)) for events in (few, many)]
        for source, (small, large) in sources.items():
            for query in queries(small):
                for parallelism in (1, 2):
                    peaks = [peak_mb(queries(one)[query], parallelism, folder)
                             for one in (small, large)]
                    results.append(check(f'{query} from {source}, parallelism {parallelism}',
                                         *peaks))
    print(f'{results.count(True)} passed, {results.count(False)} failed')
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
