"""`millrace run`: durable jobs, their state directories, and what goes wrong with them."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import harness
from harness import Run, expect, expect_run


@contextlib.contextmanager
def job(rows=3000, rate=1000, interval="50 ms", more=""):
    """A folder with a script that counts generated numbers into files."""
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "job.sql")
        write_script(script, folder, rows, rate, interval, more)
        yield folder, script, os.path.join(folder, "state")


def write_script(script, folder, rows, rate, interval, more):
    with open(script, "w") as out:
        out.write(
            f"SET 'execution.checkpointing.interval' = '{interval}';\n{more}"
            "CREATE TABLE g (a BIGINT) WITH ('connector' = 'datagen',"
            f" 'rows-per-second' = '{rate}', 'fields.a.kind' = 'sequence',"
            f" 'fields.a.start' = '1', 'fields.a.end' = '{rows}');\n"
            "CREATE TABLE f (a BIGINT) WITH ('connector' = 'filesystem', 'format' = 'csv',"
            f" 'path' = '{folder}/out');\n"
            "INSERT INTO f SELECT a FROM g;\n"
        )


def run(script, state, *flags):
    return Run("run", "-f", script, "--state", state, *flags)


def start(script, state, *flags):
    return subprocess.Popen(
        [harness.PROGRAM, "run", "-f", script, "--state", state, *flags],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def stop(process, signal_number, after):
    time.sleep(after)
    process.send_signal(signal_number)
    out, err = process.communicate(timeout=20)
    expect(out == b"", out)
    return process.returncode, err.decode()


def results(folder):
    """The numbers in finished files."""
    lines = []
    for name in os.listdir(folder + "/out"):
        if name.startswith("."):
            continue
        with open(os.path.join(folder, "out", name)) as part:
            lines += part.read().split()
    return sorted(int(line) for line in lines)


def checkpoints(state):
    """Complete ones, the newest last."""
    found = []
    for place, _, names in os.walk(state):
        if "manifest.json" in names:
            found.append((int(os.path.basename(place).split("-")[1]), place))
    return [place for _, place in sorted(found)]


def test_run_to_the_end_once():
    with job(rows=500, rate=2000) as (folder, script, state):
        expect_run(run(script, state), 0, "", "has finished")
        expect(results(folder) == list(range(1, 501)), "wrong rows")
        expect_run(run(script, state), 0, "", "nothing left to do")
        expect(results(folder) == list(range(1, 501)), "the job ran again")


def test_run_stops_with_a_savepoint():
    with job() as (folder, script, state):
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            code, err = stop(start(script, state), signal_number, 0.7)
            expect(code == 0 and "was stopped with savepoint" in err, code, err)
        last = run(script, state)
        expect_run(last, 0, "", "goes on from checkpoint")
        expect("savepoints/savepoint-" in last.err, last.err)
        expect(results(folder) == list(range(1, 3001)), "lost or repeated rows")


def test_run_stops_while_it_starts():
    with job(rows=1000000) as (_, script, state):
        stop(start(script, state), signal.SIGTERM, 0.4)
        for i in range(40):
            process = start(script, state)
            process.stderr.readline()  # it goes on from a checkpoint
            code, err = stop(process, signal.SIGTERM, 0.0001 * i)
            if code != 128 + signal.SIGTERM:  # else it was too early to stop anything
                expect(code == 0 and f"savepoint '{state}/" in err, code, err)


def test_run_goes_on_after_kill():
    with job() as (folder, script, state):
        for after in (0.05, 0.4, 0.6):
            code, _ = stop(start(script, state), signal.SIGKILL, after)
            expect(code == -signal.SIGKILL, code)
        expect_run(run(script, state, "-D", "parallelism.default=2"), 0, "", "has finished")
        expect(results(folder) == list(range(1, 3001)), "lost or repeated rows")
        expect(len(checkpoints(state)) == 3, checkpoints(state))


def test_run_passes_over_damage():
    with job(rows=100000) as (_, script, state):
        stop(start(script, state), signal.SIGTERM, 0.6)
        newest, before = checkpoints(state)[-1], checkpoints(state)[-2]
        name = damage(newest)
        code, err = stop(start(script, state), signal.SIGTERM, 0.4)
        expect(code == 0, code, err)
        expect("is not usable" in err and name in err and "at offset" in err, err)
        expect(f"goes on from checkpoint {before.rsplit('-', 1)[1]} " in err, err)
        # Not one of them is usable any more.
        for place in checkpoints(state):
            with open(os.path.join(place, "manifest.json"), "w") as manifest:
                manifest.write("{")
        expect_run(run(script, state), 1, "", "none of the checkpoints is usable")


def damage(checkpoint):
    """Changes a byte of a block in one of its files; the name of that file."""
    name = next(n for n in sorted(os.listdir(checkpoint)) if n.endswith(".state"))
    with open(os.path.join(checkpoint, name), "r+b") as part:
        part.seek(33)
        byte = part.read(1)
        part.seek(33)
        part.write(bytes([byte[0] ^ 1]))
    return name


def test_run_takes_back_what_a_damaged_checkpoint_committed():
    for lost in (1, 2):
        with job() as (folder, script, state):
            code, _ = stop(start(script, state), signal.SIGKILL, 0.8)
            expect(code == -signal.SIGKILL, code)
            expect(len(results(folder)) > 0, "nothing was committed")
            for place in checkpoints(state)[-lost:]:
                damage(place)
            last = run(script, state, "-D", "parallelism.default=2")
            expect_run(last, 0, "", "is not usable")
            expect(results(folder) == list(range(1, 3001)), "lost or repeated rows")


def test_run_says_when_its_state_is_gone():
    def without_manifests(state):
        for place in checkpoints(state):
            os.remove(place + "/manifest.json")

    def without_checkpoints(state):
        shutil.rmtree(state + "/checkpoints")

    gone = "warning: the job was started before, and there is no complete checkpoint of it in"
    for lose in (without_manifests, without_checkpoints):
        with job(rows=500) as (folder, script, state):
            write_script(script, folder + "/nowhere", 500, 1000, "x", "")
            expect_run(run(script, state), 1, "")  # it has not even started
            write_script(script, folder, 500, 1000, "50 ms", "")
            code, err = stop(start(script, state), signal.SIGKILL, 0.4)
            expect(code == -signal.SIGKILL and gone not in err, code, err)
            expect(checkpoints(state), "no checkpoint")
            lose(state)
            expect_run(run(script, state), 0, "", f"{gone} '{state}': it starts anew")


def test_run_is_alone():
    with job(rows=100000) as (_, script, state):
        first = start(script, state)
        deadline = time.time() + 10
        while not os.path.exists(state + "/job.json") and time.time() < deadline:
            time.sleep(0.01)
        second = run(script, state)
        code, _ = stop(first, signal.SIGTERM, 0.3)
        expect_run(second, 1, "", f"is in use by process {first.pid}")
        expect(code == 0, code)


def test_run_refuses_other_directories():
    with job(rows=100, rate=10000) as (folder, script, state):
        expect_run(run(script, folder), 1, "", "is not a state directory")
        expect_run(run(script, script), 1, "")
        expect_run(run(script, "/proc/none"), 1, "")
        os.makedirs(state)
        with open(state + "/job.json", "w") as out:
            out.write('{"formatVersion": 2, "jobId": "", "finished": false}')
        expect_run(run(script, state), 1, "", "format version 2, expected 1")
        with open(state + "/job.json", "w") as out:
            out.write('{"formatVersion": 1')
        expect_run(run(script, state), 1, "", "is damaged")
        expect(not os.path.exists(folder + "/out"), "a job ran")


def test_run_refuses_state_of_another_job():
    with job(rows=100000) as (_, script, state):
        stop(start(script, state), signal.SIGTERM, 0.4)
        kept = checkpoints(state)
        with open(script) as text:
            other = text.read().replace(" g ", " h ").replace("FROM g", "FROM h")
        other = other.replace("INTO f", "INTO p").replace("TABLE f", "TABLE p")
        with open(script, "w") as out:
            out.write(other)
        expect_run(run(script, state), 1, "", "restore failed")
        expect(checkpoints(state) == kept, "the last good state is gone")
        # The spelling of Flink 1.x.
        dropped = start(script, state, "-D", "execution.savepoint.ignore-unclaimed-state=true")
        code, err = stop(dropped, signal.SIGTERM, 0.4)
        expect(code == 0 and "goes on from checkpoint" in err, code, err)
        kept = checkpoints(state)
        # A newer format is not passed over for an older checkpoint.
        manifest = kept[-1] + "/manifest.json"
        with open(manifest) as text:
            content = json.load(text)
        content["formatVersion"] = 99
        with open(manifest, "w") as out:
            json.dump(content, out)
        expect_run(run(script, state), 1, "", "format version 99")


def test_run_keeps_max_parallelism():
    with job(rows=100000) as (_, script, state):
        stop(start(script, state), signal.SIGTERM, 0.4)
        changed = run(script, state, "-D", "pipeline.max-parallelism=64")
        expect_run(changed, 1, "", "has max parallelism 128, the job 64")
        expect("Set pipeline.max-parallelism to 128" in changed.err, changed.err)
        exceeded = run(script, state, "-D", "parallelism.default=200", "-D",
                       "pipeline.max-parallelism=128")
        expect_run(exceeded, 1, "", "is larger than pipeline.max-parallelism")
        code, _ = stop(start(script, state), signal.SIGTERM, 0.4)
        expect(code == 0, "the last good state is gone")


def test_run_takes_the_max_parallelism_of_its_state():
    with job(rows=100000) as (_, script, state):
        # What 1 derives is 128; what 100 derives would be 256.
        stop(start(script, state), signal.SIGTERM, 0.4)
        code, err = stop(start(script, state, "-Dparallelism.default=100"), signal.SIGTERM, 0.6)
        expect(code == 0 and "was stopped with savepoint" in err, code, err)
        exceeded = run(script, state, "-D", "parallelism.default=200")
        expect_run(exceeded, 1, "", "parallelism 200 exceeds the max parallelism 128")
        shutil.rmtree(state)
        stop(start(script, state, "-D", "parallelism.default=100"), signal.SIGTERM, 0.6)
        code, err = stop(start(script, state), signal.SIGTERM, 0.4)
        expect(code == 0 and "goes on from checkpoint" in err, code, err)


def test_run_restarts_and_fails():
    retry = (
        "SET 'restart-strategy.type' = 'fixed-delay';\n"
        "SET 'restart-strategy.fixed-delay.attempts' = '2';\n"
        "SET 'restart-strategy.fixed-delay.delay' = '10 ms';\n"
    )
    with job(rows=300, more=retry) as (folder, script, state):
        with open(script) as text:
            bad = text.read().replace("SELECT a FROM g", "SELECT 10 / (a - 300) FROM g")
        with open(script, "w") as out:
            out.write(bad)
        failed = run(script, state)
        expect_run(failed, 1, "", "restart 2 follows in")
        expect("after 2 restarts" in failed.err and "restarted from" in failed.err, failed.err)
        # The last good state is kept: the job mended goes on from there.
        with open(script, "w") as out:
            out.write(bad.replace("10 / (a - 300)", "a"))
        expect_run(run(script, state), 0, "", "goes on from checkpoint")


def test_run_scripts():
    with job() as (folder, script, state):
        for text, message in (
            ("SELECT 1;", "a query in a script of 'millrace run'"),
            (harness.SINK, "the script starts no job"),
            (harness.SINK + "INSERT INTO s VALUES 1; INSERT INTO s VALUES 2;", "a second job"),
            (harness.SINK + "INSERT INTO s VALUES x;", "unknown column"),
            ("CREATE TABLE;", "syntax error"),
        ):
            with open(script, "w") as out:
                out.write(text)
            expect_run(run(script, state), 1, "", message)
            shutil.rmtree(state, ignore_errors=True)
        for arguments in (["run"], ["run", "-f", script], ["run", "--state", state]):
            expect(Run(*arguments).code == 2, arguments)
        expect_run(Run("run", "--help"), 0, err="")


def test_run_notes():
    place = "SET 'state.checkpoints.dir' = '/elsewhere';\n"
    with job(rows=100, rate=10000, more=place) as (_, script, state):
        expect_run(run(script, state), 0, "", "not where the script says")
        expect(not os.path.exists("/elsewhere"), "it went elsewhere")
    retention = "execution.checkpointing.externalized-checkpoint-retention"
    with job(rows=100, rate=10000) as (_, script, state):
        noted = run(script, state, "-D", retention + "=DELETE_ON_CANCELLATION")
        expect_run(noted, 0, "", f"'{retention}' has no effect in 'millrace run'")


def test_run_begins_with_a_savepoint():
    with job() as (folder, script, state):
        stop(start(script, state), signal.SIGTERM, 0.7)
        savepoint = checkpoints(state)[-1]
        other = os.path.join(folder, "other")
        setting = "execution.savepoint.path="
        expect_run(run(script, other, "-D", setting + folder), 1, "", "no complete checkpoint in")
        expect_run(run(script, other, "-D", setting + script), 1, "", "is not a snapshot")
        expect_run(run(script, other, "-D", setting + "file:" + savepoint + "/_metadata"), 0, "",
                   "has finished")
        expect(results(folder) == list(range(1, 3001)), "lost or repeated rows")


def test_run_needs_to_know_which_job():
    """A directory with the checkpoints of several jobs."""
    with job(rows=100000) as (folder, script, state):
        places = []
        for each in (state, state + "2"):
            stop(start(script, each), signal.SIGTERM, 0.4)
            places.append(next(entry.path for entry in os.scandir(each + "/checkpoints")))
        os.mkdir(folder + "/jobs")
        for place in places:
            os.rename(place, os.path.join(folder, "jobs", os.path.basename(place)))
        refused = run(script, state + "3", "-D", f"execution.state-recovery.path={folder}/jobs")
        expect_run(refused, 1, "", "has checkpoints of 2 jobs")
        for place in places:
            expect(f"'{folder}/jobs/{os.path.basename(place)}'" in refused.err, refused.err)


def test_run_without_permission():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        script = os.path.join(folder, "job.sql")
        write_script(script, folder, 100, 1000, "50 ms", "")
        os.mkdir(folder + "/state", 0o555)
        # Root may write everywhere.
        user = {"user": 65534} if os.geteuid() == 0 else {}
        refused = Run("run", "-f", script, "--state", folder + "/state", **user)
        expect_run(refused, 1, "", "permission denied")
        expect(folder + "/state" in refused.err, refused.err)
        expect(not os.path.exists(folder + "/out"), "the job ran")


# Fills a disk of 1 MiB while the job runs on it.
ON_A_SMALL_DISK = """
run() { exec "$2" run -f "$1/job.sql" --state "$1/disk/state" -D "$3"; }
mount -t tmpfs -o size=1m none "$1/disk"
run "$@" & job=$!
sleep 0.6
cat /dev/zero > "$1/disk/fill"
sleep 0.6
"""
AND_FREES_IT = 'rm "$1/disk/fill"; wait $job'
AND_STOPS_THE_JOB = 'kill $job; wait $job; rm "$1/disk/fill"; run "$@"'


def run_on_a_small_disk(folder, more):
    os.mkdir(folder + "/disk")
    tolerant = "execution.checkpointing.tolerable-failed-checkpoints=1000"
    command = ["unshare", "-m", "sh", "-c", ON_A_SMALL_DISK + more, "sh", folder,
               harness.PROGRAM, tolerant]
    done = subprocess.run(command, capture_output=True, timeout=30)
    return done.returncode, done.stderr.decode()


def test_run_on_a_full_disk():
    """Checkpoints may fail for a while; a savepoint that fails leaves the last checkpoint."""
    if os.geteuid() != 0:
        return  # only root may mount
    with job() as (folder, _, _):
        code, err = run_on_a_small_disk(folder, AND_FREES_IT)
        expect(code == 0 and "has finished" in err, code, err)
        expect("No space left on device" in err and "of 1000 tolerable failures" in err, err)
        expect(results(folder) == list(range(1, 3001)), "lost or repeated rows")
    with job() as (folder, _, _):
        code, err = run_on_a_small_disk(folder, AND_STOPS_THE_JOB)
        expect("was stopped without a savepoint" in err, code, err)
        expect(code == 0 and "goes on from checkpoint" in err, code, err)
        expect(results(folder) == list(range(1, 3001)), "lost or repeated rows")


def test_checkpoint_settings():
    for setting, message in (
        ("restart-strategy.type=sometimes", "restart-strategy.type"),
        ("restart-strategy.exponential-delay.jitter-factor=2", "from 0 to 1"),
        ("restart-strategy.exponential-delay.backoff-multiplier=1", "greater than 1"),
        ("restart-strategy.failure-rate.max-failures-per-interval=0", "at least 1"),
        ("execution.checkpointing.timeout=1 ms", "at least 10 ms"),
        ("execution.checkpointing.mode=ONCE", "EXACTLY_ONCE"),
        ("execution.checkpointing.max-concurrent-checkpoints=2", "more than one checkpoint"),
        ("execution.checkpointing.checkpoints-after-tasks-finish.enabled=false", "unsupported"),
    ):
        expect_run(Run("sql", "-D", setting, "-e", "SELECT 1"), 2, "", message)
    for setting in (
        "restart-strategy=fixed-delay",
        "restart-strategy.type=exponentialdelay",
        "state.savepoints.dir=/somewhere",
        "execution.checkpointing.mode=at_least_once",
    ):
        expect_run(Run("sql", "-D", setting, "--strict", "-e", harness.EMPTY), 0, err="")
