#!/usr/bin/env python3
"""Tests that a job killed at any moment and restored gives the files of an uninterrupted run.

    restore_test.py [--kills N] [--seed S]

A statement set with two sinks runs with checkpoints, is killed with SIGKILL, starts again from its
last complete checkpoint at another parallelism, and so on. MILLRACE names the program (default:
build/release/bin/millrace). The last line is "N passed, N failed".
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))
SECONDS_PER_RUN = 120
EVENTS = 100_000

SCRIPT = """
CREATE TABLE events (
  event_type INT,
  person ROW<`dateTime` TIMESTAMP(3)>,
  auction ROW<`dateTime` TIMESTAMP(3)>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)>,
  happened AS COALESCE(bid.`dateTime`, auction.`dateTime`, person.`dateTime`),
  WATERMARK FOR happened AS happened - INTERVAL '1' SECOND
) WITH ('connector' = 'nexmark', 'events' = '{events}', 'rate' = '{rate}',
        'events-per-second-of-event-time' = '1000');
CREATE TABLE high (auction BIGINT, bidder BIGINT, price BIGINT, kind STRING) PARTITIONED BY (kind)
WITH ('connector' = 'filesystem', 'path' = '{out}/high', 'format' = 'csv');
CREATE TABLE counts (
  auction BIGINT, bids BIGINT, bidders BIGINT, highest BIGINT, begins TIMESTAMP(3)
) WITH ('connector' = 'filesystem', 'path' = '{out}/counts', 'format' = 'json');
EXECUTE STATEMENT SET BEGIN
  INSERT INTO high
  SELECT bid.auction, bid.bidder, bid.price,
    CASE WHEN bid.price > 10000000 THEN 'very' ELSE 'just' END
  FROM events WHERE event_type = 2 AND bid.price > 1000000;
  INSERT INTO counts
  SELECT bid.auction, COUNT(*), COUNT(DISTINCT bid.bidder), MAX(bid.price), window_start
  FROM TABLE(HOP(TABLE events, DESCRIPTOR(happened), INTERVAL '2' SECOND, INTERVAL '4' SECOND))
  WHERE event_type = 2
  GROUP BY window_start, window_end, bid.auction;
END;
"""


def start(work, out, rate, parallelism, restore=None):
    file = work / 'script.sql'
    file.write_text(SCRIPT.format(events=EVENTS, rate=rate, out=out), encoding='utf-8')
    settings = {'parallelism.default': parallelism, 'execution.checkpointing.interval': '100 ms',
                'execution.checkpointing.dir': work / 'checkpoints'}
    if restore:
        settings['execution.state-recovery.path'] = restore
    command = [PROGRAM, 'sql', '-f', str(file)]
    for key, value in settings.items():
        command += ['-D', f'{key}={value}']
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def finish(process):
    _, errors = process.communicate(timeout=SECONDS_PER_RUN)
    if process.returncode != 0:
        raise RuntimeError(f'exit code {process.returncode}: {errors.decode()[:600]}')


def number(checkpoint):
    return int(checkpoint.name.removeprefix('chk-'))


def latest_checkpoint(work):
    complete = [path.parent for path in (work / 'checkpoints').glob('*/chk-*/manifest.json')]
    return max(complete, key=number, default=None)


def visible_lines(out):
    """The lines of all files that a reader sees, with their folder."""
    lines = []
    for path in out.rglob('*'):
        if path.is_file() and not any(part[0] in '._' for part in path.relative_to(out).parts):
            folder = path.parent.relative_to(out)
            lines += [f'{folder} {line}' for line in path.read_text().splitlines()]
    return sorted(lines)


def run_until_killed(work, out, choose, parallelism):
    """Kills the job some time after it has completed a further checkpoint; False if it ends before.
    """
    restored = latest_checkpoint(work)
    process = start(work, out, EVENTS // 4, parallelism, restored)
    deadline = time.monotonic() + SECONDS_PER_RUN
    while process.poll() is None and time.monotonic() < deadline:
        newest = latest_checkpoint(work)
        if newest and (restored is None or number(newest) > number(restored)):
            break
        time.sleep(0.01)
    time.sleep(choose.uniform(0, 0.3))
    if process.poll() is not None:
        finish(process)
        return False
    process.kill()
    process.communicate()
    return True


def killed_and_restored(work, choose, kills):
    out = work / 'out'
    done = 0
    while done < kills and run_until_killed(work, out, choose, choose.randint(1, 4)):
        done += 1
    if done == 0:
        raise RuntimeError('the job ended before it could be killed')
    finish(start(work, out, EVENTS // 4, choose.randint(1, 4), latest_checkpoint(work)))
    return done, visible_lines(out)


def check(work, seed, kills, expected):
    choose = random.Random(seed)
    work.mkdir()
    try:
        done, found = killed_and_restored(work, choose, kills)
    except RuntimeError as error:
        print(f'FAILED  seed {seed}: {error}', flush=True)
        return False
    good = found == expected
    print(f'{"passed" if good else "FAILED"}  seed {seed}: killed {done} times, {len(found)} lines,'
          f' {len(expected)} without', flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--kills', type=int, default=3)
    parser.add_argument('--seed', type=int, help='only this one instead of two')
    options = parser.parse_args()
    seeds = [options.seed] if options.seed else [1, 2]
    with tempfile.TemporaryDirectory(prefix='restore-') as name:
        work = Path(name)
        (work / 'whole').mkdir()
        finish(start(work / 'whole', work / 'whole' / 'out', 100 * EVENTS, 2))
        expected = visible_lines(work / 'whole' / 'out')
        results = [check(work / str(seed), seed, options.kills, expected) for seed in seeds]
    if len(expected) < 10_000:
        print(f'FAILED  {len(expected)} lines are too few to show anything')
        results.append(False)
    print(f'{results.count(True)} passed, {results.count(False)} failed')
    return 0 if all(results) else 1


if __name__ == '__main__':
    sys.exit(main())
