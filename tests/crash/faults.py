"""What goes wrong in a trial. A fault starts the job, disturbs it, and returns whether its moment
came; the trial then lets the job run to its end and compares.
"""
import subprocess
import tempfile
import time

DISK_BYTES = 96 << 20
FILE_LIMIT_BYTES = 24 << 10


def random_moment(trial):
    """killed at any moment, up to three times"""
    killed = False
    for _ in range(trial.choose.randint(1, 3)):
        trial.start()
        trial.sleep(0.02, 0.8 * trial.job.seconds)
        killed = trial.kill() or killed
    return killed


def at_start(trial):
    """killed within the first milliseconds, two to four times"""
    if trial.choose.random() < 0.5:
        trial.start()
        trial.sleep(0.2, 0.6)
        trial.kill()
    killed = False
    for _ in range(trial.choose.randint(2, 4)):
        trial.start()
        trial.sleep(0, 0.04)
        killed = trial.kill() or killed
    return killed


def in_checkpoint(trial):
    """killed while a checkpoint is written"""
    came = False
    for _ in range(trial.choose.randint(1, 2)):
        trial.start()
        trial.sleep(0, 0.5 * trial.job.seconds)
        known = set(trial.checkpoint_folders())

        def is_written(known=known):
            return any(not (path / 'manifest.json').exists()
                       for path in set(trial.checkpoint_folders()) - known)

        came = trial.wait_for(is_written) or came
        trial.sleep(0, 0.003)
        trial.kill()
    return came


def in_commit(trial):
    """killed when a checkpoint is complete and its files become visible"""
    came = False
    for _ in range(trial.choose.randint(1, 2)):
        trial.start()
        trial.sleep(0, 0.5 * trial.job.seconds)
        known = set(trial.complete_checkpoints())
        came = trial.wait_for(lambda known=known: set(trial.complete_checkpoints()) - known) or came
        trial.sleep(0, 0.004)
        trial.kill()
    return came


def in_restore(trial):
    """killed while it goes on from a checkpoint, up to three times"""
    trial.start()
    trial.wait_for(trial.complete_checkpoints)
    trial.sleep(0, 0.4 * trial.job.seconds)
    trial.kill()
    came = False
    for _ in range(trial.choose.randint(1, 3)):
        process = trial.start()
        came = trial.wait_for(lambda process=process: 'goes on from' in process.said()) or came
        trial.sleep(0, 0.02)
        trial.kill()
    return came


def at_end(trial):
    """killed about when its input ends and the last files become visible"""
    killed = False
    for _ in range(trial.choose.randint(1, 2)):
        process = trial.start()
        if trial.job.feeds:
            trial.feeder.join()
            trial.wait_for(lambda: trial.job.size_of(trial.place / 'out') >= trial.reference.bytes)
        else:
            trial.wait_for(lambda process=process: process.seconds() >= trial.job.seconds)
        if trial.choose.random() < 0.5:
            known = set(trial.complete_checkpoints())
            trial.wait_for(lambda known=known: set(trial.complete_checkpoints()) - known)
            trial.sleep(0, 0.003)
        else:
            trial.sleep(0, trial.reference.seconds - trial.job.seconds)
        killed = trial.kill() or killed
    return killed


def in_savepoint(trial):
    """stopped with a savepoint, and killed while that is written"""
    came = False
    for _ in range(trial.choose.randint(1, 2)):
        process = trial.start()
        trial.sleep(0.1, 0.5 * trial.job.seconds)
        if process.runs():
            process.interrupt()
        trial.sleep(0, 0.03)
        came = trial.kill() or came
    return came


def damaged(trial):
    """killed, and the newest checkpoint damaged"""
    trial.start()
    trial.wait_for(lambda: len(trial.complete_checkpoints()) >= 2)
    trial.sleep(0, 0.5 * trial.job.seconds)
    killed = trial.kill()
    found = trial.complete_checkpoints()
    if not killed or len(found) < 2:
        return False
    damage(found[-1], trial.choose)
    return True


def damage(checkpoint, choose):
    """Cuts, deletes or falsifies a file of a checkpoint."""
    states = sorted(checkpoint.glob('*.state'))
    kind = choose.choice(['cut', 'flip', 'delete', 'cut the manifest', 'flip the manifest',
                          'delete the manifest'])
    path = checkpoint / 'manifest.json' if 'manifest' in kind else choose.choice(states)
    data = bytearray(path.read_bytes())
    if kind.startswith('delete'):
        path.unlink()
    elif kind.startswith('cut'):
        path.write_bytes(data[:choose.randrange(len(data))])
    else:
        # Another format version is refused, whatever else there is.
        at = choose.randrange(max(0, data.find(b'"keyHash"')), len(data))
        data[at] ^= 1 << choose.randrange(8)
        path.write_bytes(data)


def disk_full(trial):
    """without room on the disk for a while, then killed or not"""
    trial.failures_expected = True
    if SmallDisk.refusal():
        return files_limited(trial)
    with_room = SmallDisk(trial.place)
    trial.clean_up = with_room.unmount
    trial.start()
    trial.sleep(0, 0.4 * trial.job.seconds)
    with_room.fill()
    trial.sleep(0.1, 0.4)
    if trial.choose.random() < 0.5:
        trial.kill()
    with_room.make_room()
    return True


def files_limited(trial):
    """Where no small disk can be had: every file is limited, in one run."""
    trial.start(file_limit=FILE_LIMIT_BYTES)
    trial.sleep(0.2, 0.8)
    trial.kill()
    return True


class SmallDisk:
    """A file system of its own size, in memory."""

    _refusal = None

    def __init__(self, place):
        self.place = place
        self.filler = place / 'filler'
        self._mount(place)

    @staticmethod
    def _mount(place):
        subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={DISK_BYTES}', 'tmpfs', str(place)],
                       check=True, capture_output=True)

    @classmethod
    def refusal(cls):
        """Why there can be none here; empty when there can."""
        if cls._refusal is None:
            with tempfile.TemporaryDirectory() as place:
                try:
                    cls._mount(place)
                    subprocess.run(['umount', place], check=True)
                    cls._refusal = ''
                except (OSError, subprocess.CalledProcessError) as error:
                    said = getattr(error, 'stderr', b'') or str(error).encode()
                    cls._refusal = said.decode().strip()
        return cls._refusal

    def fill(self):
        with open(self.filler, 'wb', buffering=0) as out:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        out.write(bytes(size))
                except OSError:
                    pass

    def make_room(self):
        self.filler.unlink()

    def unmount(self):
        for _ in range(50):
            if subprocess.run(['umount', str(self.place)], capture_output=True,
                              check=False).returncode == 0:
                return
            time.sleep(0.1)
        subprocess.run(['umount', '-l', str(self.place)], check=False)


FAULTS = {
    'moment': random_moment,
    'start': at_start,
    'checkpoint': in_checkpoint,
    'commit': in_commit,
    'restore': in_restore,
    'end': at_end,
    'savepoint': in_savepoint,
    'damaged': damaged,
    'full': disk_full,
}
