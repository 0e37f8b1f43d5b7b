"""The jobs that are killed: what they run, what feeds them, and what their output means.

A job is deterministic in its final result: whatever happens to it, folding the visible lines of its
output must give the lines of an uninterrupted run, each as often.
"""
import collections
import gzip
import json
import os
import random
import shutil
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'bench' / 'nexmark'))

import scripts  # noqa: E402

# Events in milliseconds of their own, so that q9 and q18 have no ties.
DENSITY = 500
ADDED = ('{"before":null,"after":', ',"op":"c"}')
TAKEN_BACK = ('{"before":', ',"after":null,"op":"d"}')


def visible_files(out):
    """The files that a reader of the folder sees."""
    for path in sorted(out.rglob('*')):
        parts = path.relative_to(out).parts
        if path.is_file() and not any(part[0] in '._' for part in parts):
            yield path


def fold_changes(lines):
    """The rows that changes in debezium-json leave, with their numbers. A row that is taken back
    more often than it came has a negative number."""
    rows = collections.Counter()
    for line in lines:
        for (front, back), count in ((ADDED, 1), (TAKEN_BACK, -1)):
            if line.startswith(front) and line.endswith(back):
                rows[line[len(front):-len(back)]] += count
                break
        else:
            raise ValueError(f'not a change: {line[:200]}')
    return collections.Counter({row: count for row, count in rows.items() if count != 0})


class NexmarkJob:
    """A Nexmark query over a generator that is slowed down to last a second or two."""

    feeds = False

    def __init__(self, name, events, rate, updating=False, compared=()):
        self.name = name
        self.events = events
        self.rate = rate
        self.seconds = events / rate   # at least, from the start to the end
        self.updating = updating
        self.compared = compared   # the columns that count where rows tie

    def prepare(self, folder):
        pass

    def script(self, feed, place):
        """`feed` is the folder of the input, `place` that of the output."""
        source = scripts.generator(1, self.events, DENSITY) + f", 'rate' = '{self.rate}'"
        form = 'debezium-json' if self.updating else 'json'
        sink = f"'connector' = 'filesystem', 'path' = '{place}/out', 'format' = '{form}'"
        statements = scripts.insert_script(self.name, source)
        return scripts.as_text([statement.replace("'connector' = 'blackhole'", sink)
                                for statement in statements])

    def result(self, out):
        """The rows of the output, with their numbers."""
        lines = [line for path in visible_files(out) for line in path.read_text().splitlines()]
        rows = fold_changes(lines) if self.updating else collections.Counter(lines)
        if not self.compared:
            return rows
        chosen = collections.Counter()
        for row, count in rows.items():
            values = json.loads(row)
            chosen[json.dumps([values[name] for name in self.compared])] += count
        return chosen


class FileJob:
    """Files to files, while compressed parts are put into the directory that is read.

    The job does not end by itself: it is complete when the output has the size of the expected one.
    """

    name = 'etl'
    feeds = True
    parts = 6
    lines_per_part = 30_000
    seconds_per_part = 0.2
    seconds = parts * seconds_per_part

    def prepare(self, folder):
        """Writes the parts once; a trial links them into its directory one after the other."""
        choose = random.Random(1)
        self.folder = folder
        self.kept_lines = 0
        folder.mkdir(parents=True)
        for part in range(self.parts):
            rows = [json.dumps({'id': part * self.lines_per_part + i,
                                'kind': choose.choice(['new', 'paid', 'sent', 'noise']),
                                'amount': choose.randrange(1_000_000) / 100,
                                'note': f'  order of the {choose.randrange(10_000)}th customer '})
                    for i in range(self.lines_per_part)]
            self.kept_lines += sum('"noise"' not in row for row in rows)
            data = gzip.compress(('\n'.join(rows) + '\n').encode(), 1)
            (folder / f'part-{part}.json.gz').write_bytes(data)

    def script(self, feed, place):
        return f"""
CREATE TABLE orders (id BIGINT, kind STRING, amount DECIMAL(10, 2), note STRING)
WITH ('connector' = 'filesystem', 'path' = '{feed}', 'format' = 'json',
      'source.monitor-interval' = '20 ms');
CREATE TABLE clean (id BIGINT, cents BIGINT, note STRING, kind STRING) PARTITIONED BY (kind)
WITH ('connector' = 'filesystem', 'path' = '{place}/out', 'format' = 'csv');
INSERT INTO clean
SELECT id, CAST(amount * 100 AS BIGINT), UPPER(TRIM(note)), kind FROM orders WHERE kind <> 'noise';
"""

    def start_feeding(self, feed):
        """Puts the parts into place while the job runs, and is killed, and runs again."""
        feed.mkdir()

        def run():
            for part in range(self.parts):
                name = f'part-{part}.json.gz'
                # Readers skip names with a dot: a part appears as a whole.
                shutil.copyfile(self.folder / name, feed / f'.{name}')
                os.rename(feed / f'.{name}', feed / name)
                time.sleep(self.seconds_per_part)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def size_of(self, out):
        return sum(path.stat().st_size for path in visible_files(out))

    def result(self, out):
        return collections.Counter(f'{path.parent.name} {line}' for path in visible_files(out)
                                   for line in path.read_text().splitlines())


JOBS = {job.name: job for job in (
    NexmarkJob('q4', 20_000, 14_000, updating=True),
    NexmarkJob('q5', 20_000, 14_000),
    NexmarkJob('q7', 20_000, 14_000),
    NexmarkJob('q8', 20_000, 14_000),
    NexmarkJob('q9', 20_000, 14_000, updating=True),
    NexmarkJob('q11', 20_000, 14_000),
    NexmarkJob('q18', 20_000, 14_000, updating=True),
    NexmarkJob('q19', 10_000, 7_000, updating=True,
               compared=('auction', 'price', 'rank_number')),
    NexmarkJob('q20', 20_000, 14_000),
    FileJob(),
)}
