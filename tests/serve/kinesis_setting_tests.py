"""Settings of the Kinesis companion: -D kinesis.<name>=<value>."""

import tempfile

import harness
from kinesis_support import (
    data_of, equal, fails, KinesisServer, make_stream, put, read, stream_name,
)


def test_wrong_settings_are_refused():
    for setting, hint in (("kinesis.fsnc=always", "kinesis.fsync"),
                          ("kinesis.fsync=sometimes", "'interval' or 'always'"),
                          ("kinesi.fsync=always", "begins with the name of a companion")):
        with tempfile.TemporaryDirectory() as data:
            code, errors = harness.run_program("--port", "0", "--data", data, "-D", setting)
        assert code == 1 and hint in errors, (code, errors)


def test_transitions_take_time():
    with KinesisServer("-D", "kinesis.transition-ms=1500") as server:
        kinesis = server.client()
        name = stream_name()
        kinesis.create_stream(StreamName=name, ShardCount=1)
        description = kinesis.describe_stream(StreamName=name)["StreamDescription"]
        equal((description["StreamStatus"], description["Shards"]), ("CREATING", []))
        fails("ResourceNotFoundException", kinesis.put_record, StreamName=name, Data=b"x",
              PartitionKey="k")
        fails("ResourceInUseException", kinesis.increase_stream_retention_period, StreamName=name,
              RetentionPeriodHours=48)
        kinesis.get_waiter("stream_exists").wait(
            StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        put(kinesis, name, "x")


def test_records_are_synced_before_they_are_acknowledged():
    with KinesisServer("-D", "kinesis.fsync=always", "-D", "kinesis.throttling=off") as server:
        kinesis = server.client()
        name = make_stream(kinesis)
        put(kinesis, name, *(str(i) for i in range(20)))
        equal(len(data_of(read(kinesis, name))), 20)
