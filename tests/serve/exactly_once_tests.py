"""An application reads one Kinesis stream and writes another while its worker, the service or both
are killed: what the output says, folded by key, is what the input holds, counted here."""

import os
import signal
import time

from stream_applications import (INPUT, OUTPUT, RESTART, SOURCE, Producer, expect, expect_equal,
                                 totals, wait_until, with_streams)

COUNTS = RESTART + SOURCE + f"""
CREATE TABLE counts (k STRING, c BIGINT, s BIGINT, PRIMARY KEY (k) NOT ENFORCED)
PARTITIONED BY (k) WITH (
  'connector' = 'kinesis', 'stream' = '{OUTPUT}', 'format' = 'debezium-json',
  'sink.flush-buffer.timeout' = '100');
INSERT INTO counts SELECT k, COUNT(*), SUM(n) FROM numbers GROUP BY k;
"""


def folded(apps):
    """The last result of each key."""
    last = {}
    for _, change in apps.records(OUTPUT):
        if change["op"] == "c":
            row = change["after"]
            last[row["k"]] = (row["c"], row["s"])
    return last


def run_through(apps, disturb, times):
    """Runs the application while `disturb` happens again and again."""
    apps.create(COUNTS, parallelism=2)
    apps.started()
    producer = Producer(apps)
    for _ in range(times):
        before = producer.sent
        wait_until(lambda: producer.sent >= before + 200, "the producer does not get on")
        time.sleep(0.5)  # a checkpoint or two
        disturb(apps)
    last = producer.finish()
    numbers = [value for _, value in apps.records(INPUT)]
    expect_equal({value["n"] for value in numbers}, set(range(last)), "what was confirmed")
    wanted = totals(numbers)
    wait_until(lambda: folded(apps) == wanted,
               lambda: f"{folded(apps)} instead of {wanted}; {apps.server.log[-3000:]}")
    time.sleep(0.5)
    expect_equal(folded(apps), wanted, "later")
    expect_equal(apps.status(), "RUNNING")
    return wanted


def kill_worker(apps):
    killed = apps.kill_worker()
    wait_until(lambda: apps.worker() != killed, "no new worker")


def kill_both(apps):
    worker = apps.worker()
    apps.server.wanted_port = apps.server.port
    apps.server.stop(signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    apps.server.start()
    apps.connect()


@with_streams()
def test_the_worker_is_killed(apps):
    run_through(apps, kill_worker, 4)


@with_streams()
def test_the_service_is_killed(apps):
    run_through(apps, lambda apps: apps.restart_server(), 4)


@with_streams()
def test_both_are_killed(apps):
    run_through(apps, kill_both, 3)


@with_streams()
def test_stop_and_start_in_between(apps):
    """Each run goes on from the last one's snapshot, another time at another parallelism."""
    def stop_and_start(apps):
        apps.client.stop_application(ApplicationName="app")
        apps.reaches("READY")
        apps.started()

    run_through(apps, stop_and_start, 2)


@with_streams()
def test_a_worker_that_is_stopped_for_long_commits_nothing_afterwards(apps):
    """A worker that sleeps while another takes over must not write behind its back."""
    def freeze(apps):
        worker = apps.worker()
        os.kill(worker, signal.SIGSTOP)
        try:
            apps.client.stop_application(ApplicationName="app", Force=True)
            apps.reaches("READY")
        finally:
            try:
                os.kill(worker, signal.SIGCONT)
            except ProcessLookupError:
                pass
        apps.started()
        expect(apps.worker() != worker, "another worker")

    run_through(apps, freeze, 1)
