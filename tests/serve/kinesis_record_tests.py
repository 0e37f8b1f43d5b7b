"""Records: put, get, iterators, sequence numbers, throttling."""

import datetime
import time

from kinesis_support import (
    arn, data_of, equal, fails, fields_of, HASH_KEYS, iterator, make_stream, on_shared_server, put,
    read, shard_id, shard_of,
)


@on_shared_server
def test_put_and_get(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    payload = bytes(range(256))
    answer = kinesis.put_record(StreamName=name, Data=payload, PartitionKey="größe")
    equal(answer["ShardId"], shard_id(0))
    [record] = read(kinesis, name)
    equal(record["Data"], payload)
    equal(record["PartitionKey"], "größe")
    equal(record["SequenceNumber"], answer["SequenceNumber"])
    age = datetime.datetime.now(datetime.timezone.utc) - record["ApproximateArrivalTimestamp"]
    assert abs(age) < datetime.timedelta(seconds=30), age
    put(kinesis, name, "")
    equal(data_of(read(kinesis, name)), [payload, b""])


@on_shared_server
def test_sequence_numbers(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=2)
    numbers = {0: [], 1: []}
    previous = None
    for i in range(40):
        options = {"SequenceNumberForOrdering": previous} if previous else {}
        answer = kinesis.put_record(StreamName=name, Data=b"x", PartitionKey=f"key{i}", **options)
        previous = answer["SequenceNumber"]
        numbers[shard_of(f"key{i}", 2)].append(previous)
    shards = kinesis.list_shards(StreamName=name)["Shards"]
    for index, of_shard in numbers.items():
        assert of_shard, "both shards get records"
        equal({len(number) for number in of_shard}, {56})
        equal(of_shard, sorted(set(of_shard)))
        equal({fields_of(number)[1] for number in of_shard}, {index})
        first = shards[index]["SequenceNumberRange"]["StartingSequenceNumber"]
        assert int(first) < int(of_shard[0])
        equal([record["SequenceNumber"] for record in read(kinesis, name, index)], of_shard)
    message = fails("InvalidArgumentException", kinesis.put_record, StreamName=name, Data=b"",
                    PartitionKey="a", SequenceNumberForOrdering="123")
    equal(message, f"ExclusiveMinimumSequenceNumber 123 used in PutRecord on stream {name} under"
                   " account 000000000000 is invalid.")


@on_shared_server
def test_partition_and_hash_keys(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=5)
    keys = [f"key-{i}" for i in range(50)]
    answer = kinesis.put_records(
        StreamName=name, Records=[{"Data": key.encode(), "PartitionKey": key} for key in keys])
    equal(answer["FailedRecordCount"], 0)
    equal([entry["ShardId"] for entry in answer["Records"]],
          [shard_id(shard_of(key, 5)) for key in keys])
    for index in range(5):
        equal(data_of(read(kinesis, name, index)),
              [key.encode() for key in keys if shard_of(key, 5) == index])
    for explicit, index in ((0, 0), (HASH_KEYS // 5 - 1, 0), (HASH_KEYS // 5, 1),
                            (HASH_KEYS - 1, 4)):
        [answer] = put(kinesis, name, "x", ExplicitHashKey=str(explicit))
        equal(answer["ShardId"], shard_id(index))
    equal(fails("InvalidArgumentException", kinesis.put_record, StreamName=name, Data=b"",
                PartitionKey="a", ExplicitHashKey=str(HASH_KEYS)),
          "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified"
          f" value was {HASH_KEYS}")


@on_shared_server
def test_put_limits(server):
    kinesis = server.unchecked()
    name = make_stream(server.client(), shards=12)
    message = fails("ValidationException", kinesis.put_record, StreamName=name,
                    Data=b"x" * (2**20 + 1), PartitionKey="k")
    assert "Member must have length less than or equal to 1048576" in message, message
    message = fails("ValidationException", kinesis.put_records, StreamName=name,
                    Records=[{"Data": b"", "PartitionKey": "k"}] * 501)
    assert "'records' failed to satisfy constraint: Member must have length less than or equal to" \
        " 500" in message, message
    message = fails("ValidationException", kinesis.put_records, StreamName=name,
                    Records=[{"Data": b"", "PartitionKey": "k"}, {"Data": b""}])
    assert "'records.2.member.partitionKey' failed to satisfy constraint: Member must not be null" \
        in message, message
    fails("InvalidArgumentException", kinesis.put_records, StreamName=name,
          Records=[{"Data": b"x" * (2**20 - 9), "PartitionKey": f"k{i}"} for i in range(11)])
    kinesis.update_max_record_size(StreamARN=arn(name), MaxRecordSizeInKiB=2048)
    kinesis.put_record(StreamName=name, Data=b"x" * (2**20 + 1), PartitionKey="k")


@on_shared_server
def test_iterators(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    numbers = [answer["SequenceNumber"] for answer in put(kinesis, name, "a", "b", "c")]
    time.sleep(0.05)
    between = datetime.datetime.now(datetime.timezone.utc)
    latest = iterator(kinesis, name, kind="LATEST")
    time.sleep(0.05)
    put(kinesis, name, "d")
    time.sleep(1)  # reads per second
    at = {"kind": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": numbers[1]}
    equal(data_of(read(kinesis, name, **at)), [b"b", b"c", b"d"])
    after = {"kind": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": numbers[1]}
    equal(data_of(read(kinesis, name, **after)), [b"c", b"d"])
    equal(data_of(read(kinesis, name, kind="AT_TIMESTAMP", Timestamp=between)), [b"d"])
    page = kinesis.get_records(ShardIterator=latest)
    equal(data_of(page["Records"]), [b"d"])
    time.sleep(1)
    equal(kinesis.get_records(ShardIterator=page["NextShardIterator"])["Records"], [])
    token = iterator(kinesis, name)
    page = kinesis.get_records(ShardIterator=token, Limit=3)
    equal(data_of(page["Records"]), [b"a", b"b", b"c"])
    equal(data_of(kinesis.get_records(ShardIterator=page["NextShardIterator"])["Records"]), [b"d"])
    start = kinesis.list_shards(StreamName=name)["Shards"][0]["SequenceNumberRange"]
    first = {"kind": "AT_SEQUENCE_NUMBER",
             "StartingSequenceNumber": start["StartingSequenceNumber"]}
    equal(len(read(kinesis, name, **first)), 4)


@on_shared_server
def test_iterator_errors(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=2)
    [answer] = put(kinesis, name, "a", ExplicitHashKey="0")
    number = answer["SequenceNumber"]
    either = ("Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and"
              " StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber."
              " Request specified ")

    def refuses(code, kind, shard=shard_id(0), stream=name, **options):
        return fails(code, kinesis.get_shard_iterator, StreamName=stream, ShardId=shard,
                     ShardIteratorType=kind, **options)

    invalid = "InvalidArgumentException"
    equal(refuses(invalid, "LATEST", StartingSequenceNumber=number),
          either + "LATEST and also a StartingSequenceNumber.")
    equal(refuses(invalid, "AT_SEQUENCE_NUMBER"),
          either + "AT_SEQUENCE_NUMBER and no StartingSequenceNumber.")
    equal(refuses(invalid, "AT_SEQUENCE_NUMBER", StartingSequenceNumber="5"),
          f"StartingSequenceNumber 5 used in GetShardIterator on shard {shard_id(0)} in stream"
          f" {name} under account 000000000000 is invalid.")
    equal(refuses(invalid, "AT_SEQUENCE_NUMBER", shard_id(1), StartingSequenceNumber=number),
          f"Invalid StartingSequenceNumber. It encodes {shard_id(0)}, while it was used in a call"
          f" to a shard with {shard_id(1)}")
    equal(refuses(invalid, "AT_TIMESTAMP"),
          "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current"
          " request has no timestamp parameter.")
    message = refuses(invalid, "AT_TIMESTAMP", Timestamp=time.time() + 3600)
    assert message.startswith("The timestampInMillis parameter cannot be greater than the"), message
    missing = "ResourceNotFoundException"
    equal(refuses(missing, "LATEST", shard_id(7)),
          f"Shard {shard_id(7)} in stream {name} under account 000000000000 does not exist")
    equal(refuses(missing, "LATEST", "nonsense"),
          f"Could not find shard nonsense in stream {name} under account 000000000000.")
    refuses(missing, "LATEST", stream="none")
    for token in ("nonsense", iterator(kinesis, name)[:-8] + "AAAAAAAA"):
        equal(fails(invalid, kinesis.get_records, ShardIterator=token), "Invalid ShardIterator.")


@on_shared_server
def test_iterator_of_a_deleted_stream(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    token = iterator(kinesis, name)
    kinesis.delete_stream(StreamName=name)
    kinesis.create_stream(StreamName=name, ShardCount=1)
    equal(fails("ResourceNotFoundException", kinesis.get_records, ShardIterator=token),
          f"Shard {shard_id(0)} in stream {name} under account 000000000000 does not exist")


@on_shared_server
def test_dry_runs(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    fails("DryRunOperationException", kinesis.put_record, StreamName=name, Data=b"x",
          PartitionKey="k", DryRun=True)
    equal(read(kinesis, name), [])
    fails("ResourceNotFoundException", kinesis.put_record, StreamName="none", Data=b"x",
          PartitionKey="k", DryRun=True)


@on_shared_server
def test_throttling(server):
    kinesis = server.client(retries={"max_attempts": 0})
    name = make_stream(kinesis)
    batch = [{"Data": b"x", "PartitionKey": "k"}] * 500
    failed = [kinesis.put_records(StreamName=name, Records=batch)["FailedRecordCount"]
              for _ in range(4)]
    assert failed[0] == 0 and failed[3] > 0, failed
    token = iterator(kinesis, name)
    message = None
    for _ in range(8):
        try:
            kinesis.get_records(ShardIterator=token, Limit=1)
        except kinesis.exceptions.ProvisionedThroughputExceededException as error:
            message = error.response["Error"]["Message"]
    equal(message, f"Rate exceeded for shard {shard_id(0)} in stream {name} under account"
                   " 000000000000.")
