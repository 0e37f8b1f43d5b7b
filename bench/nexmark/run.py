#!/usr/bin/env python3
"""Measures the Nexmark queries in events per CPU-second.

    run.py                          5 million events, JSON lines, parallelism 2; beside the
                                    figures of flink_reference.json
    run.py --flink                  runs Apache Flink (FLINK_HOME) on the same events in the same
                                    session and compares with the best of its settings
    run.py --queries q5,q7 --runs 3 --out results.jsonl
    run.py --script q5              prints the SQL that would be run

A query's cost is the user and system time of the whole process tree, with parsing, planning and
exit; the best of --runs counts. Both engines take checkpoints every 10 seconds to the local disk,
write to blackhole sinks (q10: files) and aggregate in mini-batches of 2 s or 50,000 rows.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import flink_cluster
import scripts

ROOT = scripts.HERE.parents[1]
DATA = ROOT / 'build' / 'nexmark'
SETTINGS = {
    'execution.checkpointing.interval': '10 s',
    'table.exec.mini-batch.enabled': 'true',
    'table.exec.mini-batch.allow-latency': '2 s',
    'table.exec.mini-batch.size': '50000',
    'table.optimizer.agg-phase-strategy': 'TWO_PHASE',
    'table.optimizer.distinct-agg.split.enabled': 'true',
    'table.local-time-zone': 'UTC',
}


def millrace():
    return os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))


def say(text):
    print(text, file=sys.stderr, flush=True)


def dumped(options, parts):
    """The folder with the events in that many files; made on first use."""
    name = f'seed-{options.seed}-{options.events}-{options.density}-{parts}'
    folder = options.data / name
    if not folder.exists():
        say(f'writing {options.events:,} events to {folder}')
        partial = folder.with_name(name + '.partial')
        shutil.rmtree(partial, ignore_errors=True)
        subprocess.run([millrace(), 'bench', 'nexmark', 'dump', '--seed', str(options.seed),
                        '--events', str(options.events), '--rate', str(options.density),
                        '--parts', str(parts), '--out', str(partial)], check=True)
        partial.rename(folder)
    # Both engines shall find the bytes in the page cache.
    for file in sorted(folder.iterdir()):
        with open(file, 'rb') as data:
            while data.read(1 << 24):
                pass
    return folder


def script_of(query, folder, work, side_input):
    out = Path(work) / 'out'
    shutil.rmtree(out, ignore_errors=True)
    return scripts.as_text(scripts.insert_script(query, scripts.json_files(folder), out,
                                                 side_input))


def run_millrace(script, parallelism, work):
    """Returns what one run took: {"cpu", "wall", "rss_mb"}."""
    file = Path(work) / 'script.sql'
    file.write_text(script, encoding='utf-8')
    checkpoints = Path(work) / 'checkpoints'
    shutil.rmtree(checkpoints, ignore_errors=True)
    settings = {**SETTINGS, 'parallelism.default': parallelism,
                'execution.checkpointing.dir': checkpoints}
    command = [millrace(), 'sql', '-f', str(file)]
    for key, value in settings.items():
        command += ['-D', f'{key}={value}']
    with open(Path(work) / 'stderr', 'w+b') as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=errors)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read(600).decode(errors='replace').strip()
            raise RuntimeError(f'exit code {process.returncode}: {said}')
    return {'cpu': used.ru_utime + used.ru_stime, 'wall': wall,
            'rss_mb': used.ru_maxrss / 1024}


def record(options, row):
    if options.out:
        with open(options.out, 'a', encoding='utf-8') as out:
            out.write(json.dumps(row) + '\n')


def measure_millrace(options, work, side):
    """The best run of each query: {query: row}."""
    folder = dumped(options, options.parts)
    best = {}
    for query in options.queries:
        for _ in range(options.runs):
            script = script_of(query, folder, work, scripts.side_input_file(side))
            try:
                row = run_millrace(script, options.parallelism, work)
            except RuntimeError as error:
                say(f'millrace {query} failed: {error}')
                best.setdefault(query, None)
                continue
            row.update(engine='millrace', query=query, events=options.events)
            record(options, row)
            say(f"millrace {query}: {row['cpu']:.2f} CPU-s, {row['wall']:.2f} s")
            if not best.get(query) or row['cpu'] < best[query]['cpu']:
                best[query] = row
    return best


def measure_flink(options, work, side):
    """The best of Flink's settings for each query: {query: row}."""
    home = os.environ.get('FLINK_HOME')
    if not home:
        sys.exit('run.py: --flink needs FLINK_HOME, a Flink 2.3.0 distribution')
    # A file is one split in Flink, so each subtask gets its own.
    folder = dumped(options, options.parallelism)
    best = {}
    for setting in options.flink_settings:
        with flink_cluster.FlinkCluster(home, setting, options.parallelism, work) as cluster:
            def script(query):
                return script_of(query, folder, work, scripts.side_input_connector(side))
            say(f'Flink {flink_cluster.version_of(home)} {setting}: warming up')
            cluster.run(script('q1'))
            for query in options.queries * options.runs:
                cpu, wall = cluster.run(script(query))
                row = {'engine': 'flink', 'setting': setting, 'query': query, 'cpu': cpu,
                       'wall': wall, 'events': options.events}
                record(options, row)
                say(f'Flink {setting} {query}: {cpu:.2f} CPU-s, {wall:.2f} s')
                if query not in best or cpu < best[query]['cpu']:
                    best[query] = row
    return best


def rate(row):
    """Thousands of events per CPU-second."""
    return row['events'] / row['cpu'] / 1000


def table(options, ours, flinks):
    reference = json.loads((scripts.HERE / 'flink_reference.json').read_text(encoding='utf-8'))
    beside = 'Flink, same session' if options.flink else 'Flink, reference'
    lines = ['| query | wall s | CPU s | peak RSS MB | K events/CPU-s | ' + beside + ' | ratio |',
             '|---|---|---|---|---|---|---|']
    product, count = 1.0, 0
    for query in options.queries:
        flink = flinks.get(query)
        other = rate(flink) if flink else None if options.flink else reference['queries'][query]
        row = ours.get(query)
        if not row:
            lines.append(f'| {query} | fails | | | | {other or 0:.0f} | |')
            continue
        ratio = f'{rate(row) / other:.1f}' if other else ''
        if other:
            product, count = product * rate(row) / other, count + 1
        lines.append(f"| {query} | {row['wall']:.2f} | {row['cpu']:.2f} | {row['rss_mb']:.0f} |"
                     f" {rate(row):.0f} | {other or 0:.0f} | {ratio} |")
    if count:
        lines.append(f'| geometric mean | | | | | | {product ** (1 / count):.1f} |')
    return '\n'.join(lines)


def machine():
    names = [line.split(':', 1)[1].strip() for line in open('/proc/cpuinfo', encoding='utf-8')
             if line.startswith('model name')]
    return f"{names[0] if names else platform.machine()}, {len(names)} cores, {platform.release()}"


def arguments():
    def queries(text):
        names = text.split(',')
        for name in names:
            if name not in scripts.QUERIES:
                raise argparse.ArgumentTypeError(f'there is no query {name} here')
        return names

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--queries', type=queries, default=scripts.QUERIES)
    parser.add_argument('--events', type=int, default=5_000_000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--density', type=int, default=100_000,
                        help='events per second of event time')
    parser.add_argument('--parts', type=int, default=1, help='files that Millrace reads')
    parser.add_argument('--parallelism', type=int, default=2)
    parser.add_argument('--runs', type=int, default=1)
    parser.add_argument('--data', help='folder of the dumps (default: build/nexmark)')
    parser.add_argument('--out', help='append one JSON line per run to this file')
    parser.add_argument('--flink', action='store_true')
    parser.add_argument('--flink-settings', type=lambda text: text.split(','),
                        default=['hashmap', 'hashmap-parallel-gc'],
                        help=f"of {', '.join(flink_cluster.SETTINGS)}")
    parser.add_argument('--script', choices=scripts.QUERIES, metavar='QUERY')
    return parser.parse_args()


def main():
    options = arguments()
    options.data = Path(options.data or DATA).resolve()
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='work-', dir=options.data) as work:
        side = options.data / 'side_input.csv'
        scripts.write_side_input(side)
        if options.script:
            folder = dumped(options, options.parts)
            print(script_of(options.script, folder, 'build/nexmark',
                            scripts.side_input_file(side)), end='')
            return 0
        ours = measure_millrace(options, work, side)
        flinks = measure_flink(options, work, side) if options.flink else {}
    print(f'{options.events:,} events, parallelism {options.parallelism},'
          f' {time.strftime("%Y-%m-%d")}, {machine()}\n')
    print(table(options, ours, flinks))
    return 0 if all(ours.values()) else 1


if __name__ == '__main__':
    sys.exit(main())
