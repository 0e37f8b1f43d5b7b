"""What the Nexmark queries must return, as Apache Flink has said (expected/seed-S.json).

One file per seed: {"events", "density", "sha256" of the dumped bytes, "queries": {name: entry}}.
An entry has "flink" (the version asked), "rows" (how many), "sha256" of the sorted rows in the
`table` form of tests/README.md, each with its line end. The rows of small results stand beside it
(expected/seed-S/QUERY.rows). q10 has the rows of its files as "FOLDER LINE". q19 has ties: "sha256"
is that of the columns TIED, because which of equal bids gets a place is open.
"""
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / 'bench' / 'nexmark'), str(ROOT / 'tests' / 'flink')]

import oracle_fill  # noqa: E402
import scripts  # noqa: E402

EVENTS = 100_000
# 100 seconds of event time, every event in its own millisecond: q9 and q18 have no ties then.
DENSITY = 1_000
SEEDS = (1, 2)
SMALL = 1_000
TIED = {'q19': ('auction', 'price', 'rank_number')}
# Flink 2.3.0 leaves out -U for a Top-1 whose order is not one time attribute (FLINK-40368).
OLDER_FLINK = ('q9',)
# q12 reads the clock: its rows are not the same twice.
CHECKED = [query for query in scripts.QUERIES if query != 'q12']


def path_of(seed):
    return HERE / 'expected' / f'seed-{seed}.json'


def rows_paths(seed, query):
    """Where a query's rows may stand: small ones in the repository, all below build/."""
    name = f'seed-{seed}/{query}.rows'
    return HERE / 'expected' / name, ROOT / 'build' / 'nexmark' / 'expected' / name


def save_rows(seed, query, lines):
    """Large results stay below build/, where they help to explain a difference."""
    kept, built = rows_paths(seed, query)
    small = len(lines) <= SMALL and query != 'q10'
    kept.unlink(missing_ok=True)
    for path in (kept, built) if small else (built,):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(''.join(f'{line}\n' for line in sorted(lines, key=str.encode)),
                        encoding='utf-8')


def load_rows(seed, query):
    """The expected rows, or None where only their digest is known here."""
    for path in rows_paths(seed, query):
        if path.exists():
            return path.read_text(encoding='utf-8').split('\n')[:-1]
    return None


def load(seed):
    return json.loads(path_of(seed).read_text(encoding='utf-8'))


def digest(lines):
    state = hashlib.sha256()
    for line in sorted(lines, key=str.encode):
        state.update(line.encode() + b'\n')
    return state.hexdigest()


def file_digest(paths):
    """SHA-256 of the files one after the other."""
    state = hashlib.sha256()
    for path in paths:
        with open(path, 'rb') as file:
            while block := file.read(1 << 20):
                state.update(block)
    return state.hexdigest()


def tied(query, lines):
    """What is compared of a query with ties."""
    if query not in TIED:
        return lines
    rows = map(json.loads, lines)
    return [json.dumps([row[name] for name in TIED[query]]) for row in rows]


def partition_rows(folder):
    """The lines of all visible files below a partitioned table's folder, with their partition."""
    lines = []
    for path in sorted(Path(folder).rglob('*')):
        below = path.relative_to(folder)
        if path.is_file() and not any(part[0] in '._' for part in below.parts):
            text = path.read_bytes().decode()
            lines += [f'{below.parent} {line}' for line in text.split('\n') if line]
    return lines


def complete_partitions(folder):
    return sorted(str(path.parent.relative_to(folder)) for path in Path(folder).rglob('_SUCCESS'))


def millrace():
    return os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))


def dump(seed, folder, form='json', program=None):
    """Dumps the events of a seed to one file and returns its path."""
    command = [program or millrace(), 'bench', 'nexmark', 'dump', '--seed', str(seed),
               '--events', str(EVENTS), '--parts', '1', '--rate', str(DENSITY),
               '--format', form, '--out', str(folder)]
    subprocess.run(command, check=True)
    return Path(folder) / f'part-0.{form}'


def flink_commands(query, source, side_input, out):
    """Commands of RunScripts; the answer to the last one is the result."""
    if query == 'q10':
        # Without a final checkpoint the last files would stay invisible.
        commands = ['@set execution.checkpointing.interval 1s']
        run = scripts.insert_script(query, source, out)
        last = '@run'
    else:
        commands = []
        file = 'q13_join' if query == 'q13' else None
        run = scripts.select_script(query, source, side_input, file)
        last = '@rows'
    for i, statement in enumerate(run):
        kind = last if i + 1 == len(run) else '@run'
        commands.append(f'{kind}\n{statement}\n@@')
    return commands


def entry_of(query, version, lines):
    compared = tied(query, lines)
    return {'flink': version, 'rows': len(lines), 'sha256': digest(compared)}


def answer_lines(query, answers, out):
    """The rows of the last answer; raises where any statement failed."""
    answers = list(answers)
    failed = [answer.error for answer in answers if answer.error]
    if failed:
        raise RuntimeError(f'{query}: {failed[0]}')
    if query == 'q10':
        return partition_rows(out)
    return answers[-1].result(oracle_fill.Block('table', '', 0))


def ask_flink(home, version, seed, queries, data, work):
    """Runs queries in one Flink; returns {query: entry}."""
    side = work / 'side_input.csv'
    scripts.write_side_input(side)
    files = []
    for query in queries:
        out = work / f'{seed}-{query}.out'
        commands = flink_commands(query, scripts.json_files(data),
                                  scripts.side_input_file(side), out)
        files.append(work / f'{seed}-{query}.script')
        files[-1].write_text('\n'.join(commands) + '\n', encoding='utf-8')
    oracle_fill.run_flink(home, files, 1)
    entries = {}
    for query, file in zip(queries, files):
        text = Path(f'{file}.out').read_text(encoding='utf-8')
        out = work / f'{seed}-{query}.out'
        lines = answer_lines(query, oracle_fill.parse_answers(text), out)
        entries[query] = entry_of(query, version, lines)
        if query == 'q10':
            entries[query]['complete'] = complete_partitions(out)
        save_rows(seed, query, lines)
    return entries


def produce(seed, queries, work, say):
    """Asks the Flinks for the results of a seed and writes them into expected/."""
    data = dump(seed, work / f'seed-{seed}')
    head = {'events': EVENTS, 'density': DENSITY, 'sha256': file_digest([data])}
    path = path_of(seed)
    old = load(seed) if path.exists() else {}
    same = all(old.get(key) == value for key, value in head.items())
    entries = old['queries'] if same else {}
    flinks = (('2.3.0', 'FLINK_HOME', [q for q in queries if q not in OLDER_FLINK]),
              ('1.20.5', 'FLINK_HOME_1_20_5', [q for q in queries if q in OLDER_FLINK]))
    for version, variable, chosen in flinks:
        if not chosen:
            continue
        home = os.environ.get(variable)
        if not home:
            sys.exit(f'{variable} must name a Flink {version} distribution')
        say(f'seed {seed}: asking Flink {version} for {", ".join(chosen)}')
        entries.update(ask_flink(home, version, seed, chosen, data.parent, work))
    ordered = {query: entries[query] for query in CHECKED if query in entries}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**head, 'queries': ordered}, indent=1, ensure_ascii=False) + '\n',
                    encoding='utf-8')
