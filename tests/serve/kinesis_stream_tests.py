"""Streams: life, description, lists, settings, tags."""

import datetime

from kinesis_support import arn, equal, fails, make_stream, on_shared_server, shard_id, stream_name


@on_shared_server
def test_stream_life(server):
    kinesis = server.client()
    name = make_stream(kinesis, shards=3)
    description = kinesis.describe_stream(StreamName=name)["StreamDescription"]
    equal(description["StreamName"], name)
    equal(description["StreamARN"], arn(name))
    equal(description["StreamStatus"], "ACTIVE")
    equal(description["RetentionPeriodHours"], 24)
    equal(description["StreamModeDetails"], {"StreamMode": "PROVISIONED"})
    equal(description["EncryptionType"], "NONE")
    equal(description["EnhancedMonitoring"], [{"ShardLevelMetrics": []}])
    equal(description["HasMoreShards"], False)
    age = datetime.datetime.now(datetime.timezone.utc) - description["StreamCreationTimestamp"]
    assert age < datetime.timedelta(seconds=30), age
    equal([shard["ShardId"] for shard in description["Shards"]], [shard_id(i) for i in range(3)])
    width = 2**128 // 3
    equal([shard["HashKeyRange"] for shard in description["Shards"]],
          [{"StartingHashKey": str(i * width),
            "EndingHashKey": str((i + 1) * width - 1 if i < 2 else 2**128 - 1)}
           for i in range(3)])
    summary = kinesis.describe_stream_summary(StreamARN=arn(name))["StreamDescriptionSummary"]
    equal(summary["OpenShardCount"], 3)
    equal(summary["ConsumerCount"], 0)
    kinesis.delete_stream(StreamName=name)
    kinesis.get_waiter("stream_not_exists").wait(
        StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    message = fails("ResourceNotFoundException", kinesis.describe_stream, StreamName=name)
    equal(message, f"Stream {name} under account 000000000000 not found.")


@on_shared_server
def test_stream_that_exists(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    message = fails("ResourceInUseException", kinesis.create_stream, StreamName=name, ShardCount=1)
    equal(message, f"Stream {name} under account 000000000000 already exists.")


@on_shared_server
def test_names_and_arns(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    kinesis.describe_stream(StreamName=name, StreamARN=arn(name))
    fails("InvalidArgumentException", kinesis.describe_stream, StreamName="other",
          StreamARN=arn(name))
    fails("InvalidArgumentException", kinesis.describe_stream)
    message = fails("ResourceNotFoundException", kinesis.describe_stream,
                    StreamARN="arn:aws:kinesis:us-east-1:123456789012:stream/none")
    equal(message, "Stream none under account 123456789012 not found.")


@on_shared_server
def test_broken_constraints(server):
    kinesis = server.unchecked()
    message = fails("ValidationException", kinesis.create_stream, StreamName="a b", ShardCount=0)
    assert message.startswith("2 validation errors detected: "), message
    assert ("Value '0' at 'shardCount' failed to satisfy constraint: Member must have value greater"
            " than or equal to 1") in message, message
    assert "Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy regular" \
        " expression pattern: [a-zA-Z0-9_.-]+" in message, message


@on_shared_server
def test_stream_lists(server):
    kinesis = server.client()
    names = sorted(make_stream(kinesis, word="list") for _ in range(5))
    got, start = [], "lisa"
    while True:
        page = kinesis.list_streams(Limit=2, ExclusiveStartStreamName=start)
        got += page["StreamNames"]
        equal([summary["StreamName"] for summary in page["StreamSummaries"]], page["StreamNames"])
        if not page["HasMoreStreams"]:
            break
        start = got[-1]
    equal([name for name in got if name.startswith("list-")], names)
    by_token = [name for page in kinesis.get_paginator("list_streams").paginate(Limit=1)
                for name in page["StreamNames"]]
    equal([name for name in by_token if name.startswith("list-")], names)
    fails("InvalidArgumentException", kinesis.list_streams, NextToken="nonsense")


@on_shared_server
def test_another_region_is_refused(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    elsewhere = server.client(region="eu-west-1")
    fails("InvalidSignatureException", elsewhere.describe_stream, StreamName=name)


@on_shared_server
def test_shard_limit(server):
    kinesis = server.client()
    limits = kinesis.describe_limits()
    message = fails("LimitExceededException", server.hasty().create_stream,
                    StreamName=stream_name(), ShardCount=limits["ShardLimit"] + 1)
    assert message.startswith("This request would exceed the shard limit for the account"), message
    before = limits["OpenShardCount"]
    make_stream(kinesis, shards=4)
    equal(kinesis.describe_limits()["OpenShardCount"], before + 4)


@on_shared_server
def test_on_demand(server):
    kinesis = server.client()
    name = stream_name()
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    equal(summary["StreamModeDetails"], {"StreamMode": "ON_DEMAND"})
    equal(summary["OpenShardCount"], 4)
    message = fails("ValidationException", kinesis.update_shard_count, StreamName=name,
                    TargetShardCount=8, ScalingType="UNIFORM_SCALING")
    equal(message, f"Request is invalid. Stream {name} under account 000000000000 is in On-Demand"
                   " mode.")
    fails("ValidationException", kinesis.split_shard, StreamName=name, ShardToSplit=shard_id(0),
          NewStartingHashKey="100")
    equal(kinesis.describe_limits()["OnDemandStreamCount"], 1)
    kinesis.update_stream_mode(StreamARN=arn(name), StreamModeDetails={"StreamMode": "PROVISIONED"})
    kinesis.split_shard(StreamName=name, ShardToSplit=shard_id(0), NewStartingHashKey="100")
    kinesis.delete_stream(StreamName=name)


@on_shared_server
def test_retention(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    equal(summary["RetentionPeriodHours"], 48)
    equal(fails("InvalidArgumentException", kinesis.increase_stream_retention_period,
                StreamName=name, RetentionPeriodHours=24),
          f"Requested retention period (24 hours) for stream {name} can not be shorter than"
          " existing retention period (48 hours). Use DecreaseRetentionPeriod API.")
    equal(fails("InvalidArgumentException", kinesis.decrease_stream_retention_period,
                StreamName=name, RetentionPeriodHours=72),
          f"Requested retention period (72 hours) for stream {name} can not be longer than existing"
          " retention period (48 hours). Use IncreaseRetentionPeriod API.")
    equal(fails("InvalidArgumentException", kinesis.decrease_stream_retention_period,
                StreamName=name, RetentionPeriodHours=23),
          "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is"
          " too short.")
    equal(fails("InvalidArgumentException", kinesis.increase_stream_retention_period,
                StreamName=name, RetentionPeriodHours=8761),
          "Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours)"
          " is too long.")
    kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=24)


@on_shared_server
def test_tags(server):
    kinesis = server.client()
    name = stream_name()
    kinesis.create_stream(StreamName=name, ShardCount=1, Tags={"first": "1"})
    kinesis.add_tags_to_stream(StreamName=name, Tags={"team": "größe", "stage": ""})
    expected = {"first": "1", "stage": "", "team": "größe"}
    page = kinesis.list_tags_for_stream(StreamName=name)
    equal({tag["Key"]: tag["Value"] for tag in page["Tags"]}, expected)
    equal(page["HasMoreTags"], False)
    page = kinesis.list_tags_for_stream(StreamName=name, Limit=1, ExclusiveStartTagKey="first")
    equal([tag["Key"] for tag in page["Tags"]], ["stage"])
    equal(page["HasMoreTags"], True)
    kinesis.remove_tags_from_stream(StreamName=name, TagKeys=["stage", "unknown"])
    kinesis.tag_resource(ResourceARN=arn(name), Tags={"more": "2"})
    kinesis.untag_resource(ResourceARN=arn(name), TagKeys=["first"])
    tags = kinesis.list_tags_for_resource(ResourceARN=arn(name))["Tags"]
    equal({tag["Key"]: tag["Value"] for tag in tags}, {"more": "2", "team": "größe"})
    fails("InvalidArgumentException", kinesis.add_tags_to_stream, StreamName=name,
          Tags={"a*": "b"})
    fails("InvalidArgumentException", kinesis.add_tags_to_stream, StreamName=name,
          Tags={f"key{i}": "" for i in range(50)})
    for key in ("aws:x", "AWS:x"):
        fails("InvalidArgumentException", kinesis.add_tags_to_stream, StreamName=name,
              Tags={key: "1"})
        fails("InvalidArgumentException", kinesis.tag_resource, ResourceARN=arn(name),
              Tags={key: "1"})
    equal(len(kinesis.list_tags_for_stream(StreamName=name)["Tags"]), 2)


@on_shared_server
def test_encryption_and_monitoring(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS",
                                    KeyId="alias/aws/kinesis")
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    equal((summary["EncryptionType"], summary["KeyId"]), ("KMS", "alias/aws/kinesis"))
    equal(kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="k")["EncryptionType"], "KMS")
    kinesis.stop_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    equal(summary["EncryptionType"], "NONE")
    output = kinesis.enable_enhanced_monitoring(StreamName=name, ShardLevelMetrics=["ALL"])
    equal(output["CurrentShardLevelMetrics"], [])
    equal(len(output["DesiredShardLevelMetrics"]), 7)
    output = kinesis.disable_enhanced_monitoring(StreamName=name,
                                                 ShardLevelMetrics=["IncomingBytes"])
    equal(len(output["DesiredShardLevelMetrics"]), 6)
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    equal(len(summary["EnhancedMonitoring"][0]["ShardLevelMetrics"]), 6)


@on_shared_server
def test_operations_that_are_not_here(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    try:
        kinesis.register_stream_consumer(StreamARN=arn(name), ConsumerName="fast")
    except kinesis.exceptions.ClientError as error:
        assert "RegisterStreamConsumer" in str(error), error
    else:
        raise AssertionError("RegisterStreamConsumer has no implementation")
