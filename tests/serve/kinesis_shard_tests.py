"""Shards: splits, merges, UpdateShardCount, lists, and reading across them."""

import threading
import time

from kinesis_support import (
    data_of, equal, fails, fields_of, HASH_KEYS, iterator, make_stream, on_shared_server, put,
    read, shard_id,
)


def shards_of(kinesis, name, **options):
    return kinesis.list_shards(StreamName=name, **options)["Shards"]


def open_shards(kinesis, name):
    return [shard for shard in shards_of(kinesis, name)
            if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]


def ranges_of(shards):
    return sorted((int(shard["HashKeyRange"]["StartingHashKey"]),
                   int(shard["HashKeyRange"]["EndingHashKey"])) for shard in shards)


def assert_uniform(shards, count):
    ranges = ranges_of(shards)
    equal(len(ranges), count)
    equal(ranges[0][0], 0)
    equal(ranges[-1][1], HASH_KEYS - 1)
    for (_, end), (start, _) in zip(ranges, ranges[1:]):
        equal(start, end + 1)
    for start, end in ranges:
        assert abs((end - start) * count / HASH_KEYS - 1) < 0.01, ranges


@on_shared_server
def test_split(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    put(kinesis, name, "before")
    kinesis.split_shard(StreamName=name, ShardToSplit=shard_id(0), NewStartingHashKey="1000")
    parent, low, high = shards_of(kinesis, name)
    equal(low["HashKeyRange"], {"StartingHashKey": "0", "EndingHashKey": "999"})
    equal(high["HashKeyRange"],
          {"StartingHashKey": "1000", "EndingHashKey": str(HASH_KEYS - 1)})
    for child in (low, high):
        equal(child["ParentShardId"], shard_id(0))
        assert "AdjacentParentShardId" not in child
        assert int(child["SequenceNumberRange"]["StartingSequenceNumber"]) > int(
            parent["SequenceNumberRange"]["EndingSequenceNumber"])
    equal(put(kinesis, name, "low", ExplicitHashKey="999")[0]["ShardId"], shard_id(1))
    equal(put(kinesis, name, "high", ExplicitHashKey="1000")[0]["ShardId"], shard_id(2))
    page = kinesis.get_records(ShardIterator=iterator(kinesis, name, 0))
    equal(data_of(page["Records"]), [b"before"])
    assert "NextShardIterator" not in page, page
    equal([child["ShardId"] for child in page["ChildShards"]], [shard_id(1), shard_id(2)])
    equal([child["ParentShards"] for child in page["ChildShards"]], [[shard_id(0)]] * 2)
    message = fails("InvalidArgumentException", kinesis.split_shard, StreamName=name,
                    ShardToSplit=shard_id(0), NewStartingHashKey="2000")
    assert "has already been merged or split" in message, message
    for wrong in ("0", "1", "999", "1000"):
        message = fails("InvalidArgumentException", kinesis.split_shard, StreamName=name,
                        ShardToSplit=shard_id(1), NewStartingHashKey=wrong)
        equal(message,
              f"NewStartingHashKey {wrong} used in SplitShard() on shard {shard_id(1)} in stream"
              f" {name} under account 000000000000 is not both greater than one plus the shard's"
              " StartingHashKey 0 and less than the shard's EndingHashKey 999.")
    equal(fails("ResourceNotFoundException", kinesis.split_shard, StreamName=name,
                ShardToSplit=shard_id(9), NewStartingHashKey="2000"),
          f"Could not find shard {shard_id(9)} in stream {name} under account 000000000000.")


@on_shared_server
def test_merge(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=3)
    message = fails("InvalidArgumentException", kinesis.merge_shards, StreamName=name,
                    ShardToMerge=shard_id(0), AdjacentShardToMerge=shard_id(2))
    equal(message, f"Shards {shard_id(0)} and {shard_id(2)} in stream {name} under account"
                   " 000000000000 are not an adjacent pair of shards eligible for merging")
    kinesis.merge_shards(StreamName=name, ShardToMerge=shard_id(1),
                         AdjacentShardToMerge=shard_id(2))
    child = shards_of(kinesis, name)[3]
    equal((child["ParentShardId"], child["AdjacentParentShardId"]), (shard_id(1), shard_id(2)))
    equal(child["HashKeyRange"]["EndingHashKey"], str(HASH_KEYS - 1))
    page = kinesis.get_records(ShardIterator=iterator(kinesis, name, 2))
    equal(page["ChildShards"][0]["ParentShards"], [shard_id(1), shard_id(2)])
    equal(page["MillisBehindLatest"], 0)


@on_shared_server
def test_update_shard_count(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=2)
    for target in (4, 3, 5, 10, 5, 3, 2, 1, 2):
        before = len(open_shards(kinesis, name))
        answer = kinesis.update_shard_count(StreamName=name, TargetShardCount=target,
                                            ScalingType="UNIFORM_SCALING")
        equal((answer["CurrentShardCount"], answer["TargetShardCount"]), (before, target))
        assert_uniform(open_shards(kinesis, name), target)
    equal(fails("LimitExceededException", server.hasty().update_shard_count, StreamName=name,
                TargetShardCount=5, ScalingType="UNIFORM_SCALING"),
          "UpdateShardCount cannot scale up over double your current open shard count. Current open"
          " shard count: 2 Target shard count: 5")
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    equal(summary["OpenShardCount"], 2)


@on_shared_server
def test_shard_lists(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=5)
    kinesis.split_shard(StreamName=name, ShardToSplit=shard_id(0), NewStartingHashKey="1000")
    everything = [shard_id(i) for i in range(7)]

    def ids(**options):
        return [shard["ShardId"] for shard in shards_of(kinesis, name, **options)]

    equal(ids(), everything)
    # botocore's paginator repeats StreamName beside NextToken, which the service refuses.
    page = kinesis.list_shards(StreamName=name, MaxResults=2)
    found = page["Shards"]
    while "NextToken" in page:
        page = kinesis.list_shards(NextToken=page["NextToken"], MaxResults=2)
        found += page["Shards"]
    equal([shard["ShardId"] for shard in found], everything)
    equal(ids(ExclusiveStartShardId=shard_id(4)), everything[5:])
    equal(ids(ShardFilter={"Type": "AT_LATEST"}), everything[1:])
    equal(ids(ShardFilter={"Type": "AFTER_SHARD_ID", "ShardId": shard_id(2)}), everything[3:])
    equal(ids(ShardFilter={"Type": "FROM_TRIM_HORIZON"}), everything)
    equal(ids(ShardFilter={"Type": "AT_TRIM_HORIZON"}), everything[:5])
    equal(ids(ShardFilter={"Type": "FROM_TIMESTAMP", "Timestamp": time.time() + 5}), everything[1:])
    fails("InvalidArgumentException", kinesis.list_shards, StreamName=name,
          ShardFilter={"Type": "AT_TIMESTAMP"})
    fails("InvalidArgumentException", kinesis.list_shards)
    token = kinesis.list_shards(StreamName=name, MaxResults=1)["NextToken"]
    equal(fails("InvalidArgumentException", kinesis.list_shards, StreamName=name, NextToken=token),
          "NextToken and StreamName cannot be provided together.")
    description = kinesis.describe_stream(StreamName=name, Limit=3)["StreamDescription"]
    equal([shard["ShardId"] for shard in description["Shards"]], everything[:3])
    equal(description["HasMoreShards"], True)
    description = kinesis.describe_stream(
        StreamName=name, ExclusiveStartShardId=shard_id(2))["StreamDescription"]
    equal([shard["ShardId"] for shard in description["Shards"]], everything[3:])


def read_family(kinesis, name, index, records):
    """A shard to its end, then its children: what a consumer does."""
    token = iterator(kinesis, name, index)
    while True:
        page = kinesis.get_records(ShardIterator=token)
        records[index] = records.get(index, []) + page["Records"]
        if "NextShardIterator" not in page:
            return page["ChildShards"]
        if page["MillisBehindLatest"] == 0:
            return []
        token = page["NextShardIterator"]


@on_shared_server
def test_resharding_under_load(server):
    """Nothing is lost, and the records of a key keep their order over all shards."""
    kinesis = server.client()
    name = make_stream(kinesis, shards=2)
    stop = threading.Event()
    sent = {}

    def produce(worker):
        client = server.client()
        count = 0
        while not stop.is_set():
            batch = [{"Data": f"{worker}-{key} {count}".encode(), "PartitionKey": f"{worker}-{key}"}
                     for key in range(10)]
            answer = client.put_records(StreamName=name, Records=batch)
            for entry, result in zip(batch, answer["Records"]):
                if "SequenceNumber" in result:
                    sent.setdefault(entry["PartitionKey"], []).append(entry["Data"])
            count += 1
            time.sleep(0.01)

    producers = [threading.Thread(target=produce, args=(worker,)) for worker in range(3)]
    for producer in producers:
        producer.start()
    for target in (4, 3, 6, 3, 2):
        time.sleep(0.2)
        kinesis.update_shard_count(StreamName=name, TargetShardCount=target,
                                   ScalingType="UNIFORM_SCALING")
    stop.set()
    for producer in producers:
        producer.join()
    got = {}
    records = {}
    for shard in shards_of(kinesis, name):
        read_family(kinesis, name, int(shard["ShardId"].removeprefix("shardId-")), records)
    # Children have larger indexes and numbers than their parents.
    everything = sorted((record for of_shard in records.values() for record in of_shard),
                        key=lambda record: int(record["SequenceNumber"]))
    for record in everything:
        got.setdefault(record["PartitionKey"], []).append(record["Data"])
    equal(got, sent)
    assert len({fields_of(record["SequenceNumber"])[1] for record in everything}) > 4
