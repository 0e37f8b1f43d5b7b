#!/usr/bin/env python3
"""Tests that durable jobs give the same result however they are killed, moved and damaged.

    crash_test.py [--trials N] [--seed S] [--jobs q4,etl] [--faults moment,damaged] [--parallel N]
                  [--work FOLDER] [--report]

A trial runs a job with `millrace run`, disturbs it (faults.py), starts it again, often at another
parallelism, until it ends, and compares its output with that of an undisturbed run. Everything a
trial chooses comes from its seed. When one fails, its folder is kept, and the command that
repeats it is printed; moments of the clock differ all the same, so repeat it a few times.
Ctrl-C ends the test early and counts what there is.

MILLRACE names the program (default: build/release/bin/millrace). --report writes what was found
into docs/crash-test.md. The last line is "N passed, N failed".
"""
import argparse
import collections
import concurrent.futures
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from faults import FAULTS, SmallDisk
from jobs import JOBS
from trial import PROGRAM, ROOT, Failure, Reference, Trial

DOCUMENT = ROOT / 'docs' / 'crash-test.md'
SECONDS_PER_LINE = 5
# From so many trials on a fault whose moment never came is a failure of this test.
ENOUGH = 5

Outcome = collections.namedtuple(
    'Outcome', 'job fault seed error came kills restores passed_over')


def deal(names, number, choose):
    """`number` names, each about as often as the others, in random order."""
    dealt = []
    while len(dealt) < number:
        deck = list(names)
        choose.shuffle(deck)
        dealt += deck
    return dealt[:number]


def plan(options):
    """(job, fault, seed) of every trial."""
    choose = random.Random(options.seed)
    jobs = deal(options.jobs, options.trials, choose)
    faults = deal(options.faults, options.trials, choose)
    return [(job, fault, options.seed + i) for i, (job, fault) in enumerate(zip(jobs, faults))]


def run_trial(job, fault, seed, reference, work):
    trial = Trial(JOBS[job], reference, seed, work / f'{seed}-{job}-{fault}')
    came, error = False, ''
    try:
        came = FAULTS[fault](trial)
        trial.finish()
        trial.compare()
    except Failure as failure:
        error = str(failure)
    except (OSError, ValueError) as failure:
        error = f'{type(failure).__name__}: {failure}'
    finally:
        if trial.process:
            trial.process.kill()
    outcome = Outcome(job, fault, seed, error, came, trial.kills,
                      trial.number_said('goes on from checkpoint|restarted from'),
                      trial.number_said('is not usable'))
    if error:
        shutil.copytree(trial.place, trial.folder / 'kept')
    trial.clean_up()
    if not error:
        shutil.rmtree(trial.folder, ignore_errors=True)
    return outcome


class Tally:
    """Prints how it goes, and counts."""

    def __init__(self, trials, work):
        self.trials = trials
        self.work = work
        self.outcomes = []
        self.began = self.printed = time.monotonic()

    def add(self, outcome):
        self.outcomes.append(outcome)
        if outcome.error:
            self.show_failure(outcome)
        if time.monotonic() - self.printed > SECONDS_PER_LINE:
            self.show_progress()

    def show_progress(self):
        self.printed = time.monotonic()
        done = len(self.outcomes)
        print(f'{done} of {self.trials} trials, {done / (self.printed - self.began):.1f} a second,'
              f' {self.failed()} failed', flush=True)

    def show_failure(self, outcome):
        print(f'FAILED  {outcome.job} {outcome.fault} seed {outcome.seed}: {outcome.error}\n'
              f'    again: python3 tests/crash/crash_test.py --trials 1 --jobs {outcome.job}'
              f' --faults {outcome.fault} --seed {outcome.seed}\n'
              f'    kept: {self.work}/{outcome.seed}-{outcome.job}-{outcome.fault}', flush=True)

    def failed(self):
        return sum(bool(outcome.error) for outcome in self.outcomes)

    def never_came(self):
        """Faults that were tried often enough and never took place."""
        tried = collections.Counter(outcome.fault for outcome in self.outcomes)
        came = {outcome.fault for outcome in self.outcomes if outcome.came}
        return [fault for fault, number in tried.items() if number >= ENOUGH and fault not in came]


def table(options, outcomes):
    """Trials and failures per job and fault, as lines of Markdown."""
    head = ['fault', *options.jobs, 'came true', 'kills', 'restores']
    lines = ['| ' + ' | '.join(head) + ' |', '|---' * len(head) + '|']
    for fault in options.faults:
        mine = [outcome for outcome in outcomes if outcome.fault == fault]
        cells = []
        for job in options.jobs:
            those = [outcome for outcome in mine if outcome.job == job]
            failed = sum(bool(outcome.error) for outcome in those)
            cells.append(f'{len(those)}' + (f', **{failed} failed**' if failed else ''))
        cells += [str(sum(outcome.came for outcome in mine)),
                  str(sum(outcome.kills for outcome in mine)),
                  str(sum(outcome.restores for outcome in mine))]
        lines.append(f'| {fault} | ' + ' | '.join(cells) + ' |')
    return lines


def report(options, outcomes):
    """Puts the outcome of this run below the heading Result, the last one of the document."""
    text = DOCUMENT.read_text(encoding='utf-8')
    kept = text[:text.index('## Result\n')]
    version = subprocess.run([PROGRAM, '--version'], capture_output=True, check=True)
    failed = sum(bool(outcome.error) for outcome in outcomes)
    lines = ['## Result', '',
             f'`python3 tests/crash/crash_test.py {" ".join(sys.argv[1:])}` on'
             f' {time.strftime("%Y-%m-%d")}, {version.stdout.decode().split(chr(10))[0]}:'
             f' {len(outcomes) - failed} trials passed, {failed} failed.', '',
             *table(options, outcomes), '']
    DOCUMENT.write_text(kept + '\n'.join(lines), encoding='utf-8')


def run_all(options, work):
    references = {}
    for job in sorted(set(options.jobs)):
        references[job] = Reference(JOBS[job], work / 'undisturbed')
    print(f'{len(references)} undisturbed runs, '
          + ', '.join(f'{job} {reference.rows.total()} rows in {reference.seconds:.1f} s'
                      for job, reference in references.items()), flush=True)
    tally = Tally(options.trials, work)
    with concurrent.futures.ThreadPoolExecutor(options.parallel) as pool:
        running = [pool.submit(run_trial, job, fault, seed, references[job], work)
                   for job, fault, seed in plan(options)]
        try:
            for done in concurrent.futures.as_completed(running):
                tally.add(done.result())
        except KeyboardInterrupt:
            print('interrupted: the trials that run are finished, the others left out', flush=True)
            for trial in running:
                trial.cancel()
    return tally


def arguments():
    def listed(known):
        def parse(text):
            unknown = [name for name in text.split(',') if name not in known]
            if unknown:
                raise argparse.ArgumentTypeError(f'{unknown[0]} is none of {", ".join(known)}')
            return text.split(',')
        return parse

    faults = '\n'.join(f'  {name:<11}{fault.__doc__}' for name, fault in FAULTS.items())
    parser = argparse.ArgumentParser(
        description=__doc__, epilog='faults: the job is\n' + faults,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--trials', type=int, default=30)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--jobs', type=listed(JOBS), default=list(JOBS))
    parser.add_argument('--faults', type=listed(FAULTS), default=list(FAULTS))
    parser.add_argument('--parallel', type=int, default=4, help='trials at a time')
    parser.add_argument('--work', type=Path, help='where trials run, instead of a temporary folder')
    parser.add_argument('--report', action='store_true')
    return parser.parse_args()


def main():
    options = arguments()
    if options.work:
        options.work.mkdir(parents=True, exist_ok=True)
    if 'full' in options.faults and SmallDisk.refusal():
        print(f'no file system of a small size can be mounted ({SmallDisk.refusal()}): files are'
              ' limited in size instead')
    work = Path(tempfile.mkdtemp(prefix='crash-', dir=options.work))
    tally = run_all(options, work)
    failed = tally.failed()
    for fault in tally.never_came():
        failed += 1
        print(f'FAILED  the moment of the fault {fault} never came')
    if options.report:
        report(options, tally.outcomes)
    print('\n'.join(table(options, tally.outcomes)))
    if not tally.failed():
        shutil.rmtree(work)
    print(f'{len(tally.outcomes) - tally.failed()} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
