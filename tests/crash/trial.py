"""One trial: a durable job, the processes that run it one after the other, and its verdict."""
import os
import random
import re
import resource
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get('MILLRACE', str(ROOT / 'build' / 'release' / 'bin' / 'millrace'))
SECONDS_PER_RUN = 60
POLL_SECONDS = 0.0005
SAMPLES = 3
# A signal that comes before there is a job to stop: before the program listens, and after.
INTERRUPTED_AT_START = (-signal.SIGTERM, 128 + signal.SIGTERM)


class Failure(Exception):
    """What is wrong with the outcome of a trial."""


class Process:
    """One `millrace run` of the job; what it says goes to a file."""

    def __init__(self, command, log, file_limit=None):
        self.log = log
        self.began = time.monotonic()

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

        with open(log, 'wb') as out:
            # Python ignores SIGXFSZ, and so must the job: it shall see the failing write.
            # A session of its own keeps Ctrl-C away from it.
            self.child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True, restore_signals=file_limit is None,
                preexec_fn=limit if file_limit else None)

    def runs(self):
        return self.child.poll() is None

    def seconds(self):
        return time.monotonic() - self.began

    def said(self):
        return self.log.read_text(errors='replace')

    def interrupt(self):
        self.child.send_signal(signal.SIGTERM)

    def kill(self):
        """True when there was something to kill."""
        killed = self.runs()
        self.child.kill()
        self.child.wait()
        return killed

    def wait(self):
        try:
            return self.child.wait(timeout=SECONDS_PER_RUN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f'the job does not end: {self.said()[-600:]}') from None


class Trial:
    """A job in folders of its own, with everything a fault needs to disturb it."""

    def __init__(self, job, reference, seed, folder):
        self.job = job
        self.reference = reference
        self.choose = random.Random(seed)
        self.folder = folder
        self.place = folder / 'place'   # state, input and output; a small disk in some trials
        self.process = None
        self.parallelism = self.choose.randint(1, 4)
        self.interval = self.choose.choice([40, 60, 100])
        self.runs = 0
        self.kills = 0
        self.failures_expected = False
        self.feeder = None
        self.clean_up = lambda: None
        folder.mkdir(parents=True)
        self.place.mkdir()

    # What faults use.

    def start(self, file_limit=None):
        """Starts the job, or goes on with it, often at another parallelism."""
        if self.runs == 0:
            feed = self.folder / 'in'
            script = self.job.script(feed, self.place)
            (self.folder / 'job.sql').write_text(script, encoding='utf-8')
            if self.job.feeds:
                self.feeder = self.job.start_feeding(feed)
        elif self.choose.random() < 0.5:
            self.parallelism = self.choose.randint(1, 4)
        self.runs += 1
        command = [PROGRAM, 'run', '-f', str(self.folder / 'job.sql'),
                   '--state', str(self.place / 'state'),
                   '-D', f'parallelism.default={self.parallelism}',
                   '-D', f'execution.checkpointing.interval={self.interval} ms']
        self.process = Process(command, self.folder / f'run-{self.runs}.log', file_limit)
        return self.process

    def sleep(self, low, high):
        """Sleeps for a time between, unless the job ends before."""
        until = time.monotonic() + self.choose.uniform(low, high)
        while self.process.runs() and time.monotonic() < until:
            time.sleep(min(0.005, max(0, until - time.monotonic())))

    def wait_for(self, condition, seconds=3, poll=POLL_SECONDS):
        """Whether it came true while the job ran. Looked at often: some moments are short."""
        until = time.monotonic() + seconds
        while self.process.runs() and time.monotonic() < until:
            if condition():
                return True
            time.sleep(poll)
        return False

    def kill(self):
        killed = self.process.kill()
        self.kills += killed
        return killed

    def checkpoint_folders(self):
        found = list((self.place / 'state').glob('*/*/chk-*'))
        return sorted(found, key=lambda path: int(path.name.removeprefix('chk-')))

    def complete_checkpoints(self):
        """Their folders, the newest last."""
        return [path for path in self.checkpoint_folders() if (path / 'manifest.json').exists()]

    # How a trial ends.

    def finish(self):
        """Lets the job run to its end."""
        if self.process is None or not self.process.runs():
            self.start()
        if self.job.feeds:
            code = self.stop_when_complete()
        else:
            code = self.process.wait()
        if code != 0 and self.failures_expected:
            # Whatever the full disk made fail must go on now.
            self.failures_expected = False
            self.finish()
        elif code != 0:
            raise Failure(f'run {self.runs} ends with {code}: {self.process.said()[-600:]}')

    def stop_when_complete(self):
        wanted = self.reference.bytes
        out = self.place / 'out'
        self.wait_for(lambda: not self.feeder.is_alive() and self.job.size_of(out) >= wanted,
                      SECONDS_PER_RUN / 2, poll=0.02)
        while True:
            self.sleep(0.05, 0.1)
            self.process.interrupt()
            code = self.process.wait()
            if code not in INTERRUPTED_AT_START:
                return code
            self.start()

    def compare(self):
        difference = self.reference.difference(self.job.result(self.place / 'out'))
        if difference:
            raise Failure(difference)

    def number_said(self, pattern):
        """How many runs said something that fits."""
        logs = self.folder.glob('run-*.log')
        return sum(bool(re.search(pattern, log.read_text(errors='replace'))) for log in logs)


class Reference:
    """What an uninterrupted run of a job gives."""

    def __init__(self, job, folder):
        job.prepare(folder / f'{job.name}-input')
        self.rows = None
        self.bytes = self.seconds = 0
        trial = Trial(job, self, 0, folder / job.name)
        trial.parallelism = 1
        process = trial.start()
        if job.feeds:
            self.stop_when_all_is_read(trial)
        if process.wait() != 0:
            raise Failure(f'{job.name} fails undisturbed: {process.said()[-600:]}')
        out = trial.place / 'out'
        self.rows = job.result(out)
        self.seconds = process.seconds()
        self.bytes = sum(path.stat().st_size for path in out.rglob('part-*'))

    @staticmethod
    def stop_when_all_is_read(trial):
        """Stops a job that would wait for more input, when it has written what it must."""
        out = trial.place / 'out'
        wanted = trial.job.kept_lines
        trial.feeder.join()
        trial.wait_for(lambda: trial.job.result(out).total() >= wanted, SECONDS_PER_RUN, poll=0.3)
        trial.process.interrupt()
        trial.process.wait()
        written = trial.job.result(out).total()
        if written != wanted:
            raise Failure(f'{trial.job.name} writes {written} lines undisturbed, not {wanted}')

    def difference(self, rows):
        """A short account of how rows differ from these; empty when they do not."""
        missing, extra = self.rows.copy(), rows.copy()
        missing.subtract(rows)
        extra.subtract(self.rows)
        missing, extra = +missing, +extra
        if not missing and not extra:
            return ''
        text = f'{missing.total()} rows missing, {extra.total()} too many'
        for name, some in (('missing', missing), ('too many', extra)):
            text += ''.join(f'\n    {name}: {row[:200]}' for row in sorted(some)[:SAMPLES])
        return text
