"""What is still there after the server was killed and started again."""

import signal

from kinesis_support import (
    data_of, equal, iterator, KinesisServer, make_stream, put, read, shard_id,
)


def test_everything_survives_a_kill():
    with KinesisServer() as other:
        kinesis = other.client()
        name = make_stream(kinesis, shards=2)
        kinesis.add_tags_to_stream(StreamName=name, Tags={"team": "a"})
        kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
        kinesis.split_shard(StreamName=name, ShardToSplit=shard_id(0), NewStartingHashKey="1000")
        gone = make_stream(kinesis)
        kinesis.delete_stream(StreamName=gone)
        numbers = [put(kinesis, name, str(i), ExplicitHashKey="0")[0]["SequenceNumber"]
                   for i in range(100)]
        token = iterator(kinesis, name, 2, "AFTER_SEQUENCE_NUMBER",
                         StartingSequenceNumber=numbers[49])
        shards = kinesis.list_shards(StreamName=name)["Shards"]
        other.stop(signal.SIGKILL)
        other.start()
        kinesis = other.client()
        equal(kinesis.list_shards(StreamName=name)["Shards"], shards)
        equal(kinesis.list_streams()["StreamNames"], [name])
        equal(kinesis.list_tags_for_stream(StreamName=name)["Tags"],
              [{"Key": "team", "Value": "a"}])
        equal(data_of(read(kinesis, name, 2)), [str(i).encode() for i in range(100)])
        page = kinesis.get_records(ShardIterator=token)
        equal(data_of(page["Records"]), [str(i).encode() for i in range(50, 100)])
        [answer] = put(kinesis, name, "more", ExplicitHashKey="0")
        assert int(answer["SequenceNumber"]) > int(numbers[-1])
