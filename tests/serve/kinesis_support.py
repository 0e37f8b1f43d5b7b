"""What the tests of Kinesis share: a server, expected errors, the layout of sequence numbers."""

import atexit
import functools
import hashlib

from harness import Server, botocore

HASH_KEYS = 2**128

_count = 0


class KinesisServer(Server):
    """A server with clients for Kinesis, which try again as stock clients do when throttled."""

    def client(self, service="kinesis", **options):
        retries = {"max_attempts": 10, "mode": "standard"}
        return super().client(service, **dict({"retries": retries}, **options))

    def hasty(self):
        """A client that takes no for an answer; stock ones retry LimitExceededException."""
        return self.client(retries={"max_attempts": 0})

    def unchecked(self):
        """A client that sends what botocore would refuse."""
        return self.client(parameter_validation=False)


@functools.cache
def shared_server():
    """One server for all tests that need none of their own."""
    server = KinesisServer()
    server.__enter__()
    atexit.register(server.__exit__)
    return server


def on_shared_server(test):
    @functools.wraps(test)
    def run():
        test(shared_server())

    return run


def stream_name(word="stream"):
    """A name that no other test uses."""
    global _count
    _count += 1
    return f"{word}-{_count:04d}"


def make_stream(kinesis, shards=1, word="stream"):
    name = stream_name(word)
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    kinesis.get_waiter("stream_exists").wait(
        StreamName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    return name


def fails(code, call, **options):
    """The message of a call that must fail so."""
    try:
        call(**options)
    except botocore.exceptions.ClientError as error:
        got = error.response["Error"]["Code"]
        assert got == code, f"expected {code}, got {got}: {error}"
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
        return error.response["Error"]["Message"]
    raise AssertionError(f"expected {code}, but the call succeeded")


def equal(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def arn(name):
    return f"arn:aws:kinesis:us-east-1:000000000000:stream/{name}"


def shard_id(index):
    return f"shardId-{index:012d}"


def hash_key(partition_key):
    return int(hashlib.md5(partition_key.encode()).hexdigest(), 16)


def shard_of(partition_key, shards):
    """The index of the shard, of `shards` equal ones."""
    width = HASH_KEYS // shards
    return min(hash_key(partition_key) // width, shards - 1)


def fields_of(number):
    """(created, shard, position, arrival) of a sequence number."""
    digits = f"{int(number):047x}"
    assert digits[0] == "2" and digits[-1] == "2", digits
    shard = int(digits[38:46], 16)
    assert int(digits[10], 16) == shard % 16, digits
    return int(digits[1:10], 16), shard, int(digits[11:27], 16), int(digits[29:38], 16)


def iterator(kinesis, name, shard=0, kind="TRIM_HORIZON", **options):
    return kinesis.get_shard_iterator(
        StreamName=name, ShardId=shard_id(shard), ShardIteratorType=kind, **options
    )["ShardIterator"]


def read(kinesis, name, shard=0, kind="TRIM_HORIZON", **options):
    """All records from there to the end of now."""
    token = iterator(kinesis, name, shard, kind, **options)
    records = []
    while token:
        page = kinesis.get_records(ShardIterator=token)
        records += page["Records"]
        if page["MillisBehindLatest"] == 0:
            return records
        token = page.get("NextShardIterator")
    return records


def data_of(records):
    return [record["Data"] for record in records]


def put(kinesis, name, *texts, key="key", **options):
    return [
        kinesis.put_record(StreamName=name, Data=text.encode(), PartitionKey=key, **options)
        for text in texts
    ]
