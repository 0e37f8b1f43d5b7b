"""A running application reads a stream that is split, merged and scaled at the same time: nothing
is lost, and the records of a key keep their order."""

import collections
import time

from stream_applications import (INPUT, KEYS, OUTPUT, RESTART, SOURCE, Producer, expect,
                                 expect_equal, wait_until, with_streams)

COPY = RESTART + SOURCE + f"""
CREATE TABLE copies (k STRING, n BIGINT) PARTITIONED BY (k) WITH (
  'connector' = 'kinesis', 'stream' = '{OUTPUT}', 'format' = 'json',
  'sink.flush-buffer.timeout' = '100');
INSERT INTO copies SELECT k, n FROM numbers;
"""
MIDDLE = str(2**126)


def split(apps):
    apps.kinesis().split_shard(StreamName=INPUT, ShardToSplit="shardId-000000000000",
                               NewStartingHashKey=MIDDLE)


def merge(apps):
    apps.kinesis().merge_shards(StreamName=INPUT, ShardToMerge="shardId-000000000003",
                                AdjacentShardToMerge="shardId-000000000001")


def scale(count):
    return lambda apps: apps.kinesis().update_shard_count(
        StreamName=INPUT, TargetShardCount=count, ScalingType="UNIFORM_SCALING")


def copies(apps):
    by_key = collections.defaultdict(list)
    for key, row in apps.records(OUTPUT):
        expect_equal(key, row["k"], "partition key")
        by_key[key].append(row["n"])
    return by_key


def first_times(numbers):
    return list(dict.fromkeys(numbers))


def run_through(apps, changes, disturb=None):
    apps.create(COPY, parallelism=2)
    apps.started()
    producer = Producer(apps)
    for change in changes:
        before = producer.sent
        wait_until(lambda: producer.sent >= before + 300, "the producer does not get on")
        change(apps)
        if disturb:
            time.sleep(0.3)
            disturb(apps)
        apps.wait_for_stream(INPUT)
    before = producer.sent
    wait_until(lambda: producer.sent >= before + 300, "the producer does not get on")
    last = producer.finish()

    def all_there():
        return sum(len(set(numbers)) for numbers in copies(apps).values()) == last
    wait_until(all_there, lambda: f"{sum(len(set(each)) for each in copies(apps).values())} of "
                                  f"{last} arrived; {apps.server.log[-3000:]}")
    found = copies(apps)
    for index in range(KEYS):
        wanted = list(range(index, last, KEYS))
        key = f"key{index}"
        if disturb:
            expect_equal(first_times(found[key]), wanted, f"order of {key}")
        else:
            expect_equal(found[key], wanted, f"order of {key}")
    shards = apps.kinesis().list_shards(StreamName=INPUT)["Shards"]
    expect(len(shards) > 3, "it was resharded:", shards)


@with_streams()
def test_split_and_merge(apps):
    run_through(apps, [split, merge])


@with_streams()
def test_the_number_of_shards_is_changed(apps):
    run_through(apps, [scale(4), scale(3)])


@with_streams()
def test_the_worker_dies_while_the_stream_changes(apps):
    run_through(apps, [split, merge, scale(4)], lambda apps: apps.kill_worker())
