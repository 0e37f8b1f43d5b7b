"""DiscoverInputSchema from streams and objects, through boto3."""

import json
import threading
import time

from code_tests import allow
from harness import SERVICE_ROLE, ServerWithRole, expect, expect_equal, expect_error

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/quotes"
READING = ["kinesis:DescribeStream", "kinesis:ListShards", "kinesis:GetShardIterator",
           "kinesis:GetRecords"]
QUOTES = [{"TICKER": "AMZN", "PRICE": 12.5, "VOLUME": 3, "at": {"day": "2026-01-02"}},
          {"TICKER": "TBV", "PRICE": 7, "VOLUME": 5_000_000_000, "at": {"day": "2026-01-03"}}]


def make_stream(server, shards=2):
    client = server.client("kinesis")
    client.create_stream(StreamName="quotes", ShardCount=shards)
    client.get_waiter("stream_exists").wait(StreamName="quotes", WaiterConfig={"Delay": 1})
    allow(server.client("iam"), "service", (READING, STREAM), ("s3:GetObject", "*"))
    return client


def put(client, *records):
    client.put_records(StreamName="quotes", Records=[
        {"Data": record.encode(), "PartitionKey": str(i)} for i, record in enumerate(records)])


def discover(server, start="TRIM_HORIZON", stream=STREAM):
    return server.client("kinesisanalyticsv2").discover_input_schema(
        ResourceARN=stream, ServiceExecutionRole=SERVICE_ROLE,
        InputStartingPositionConfiguration={"InputStartingPosition": start})


def discover_object(server, key, bucket="samples"):
    return server.client("kinesisanalyticsv2").discover_input_schema(
        ServiceExecutionRole=SERVICE_ROLE,
        S3Configuration={"BucketARN": f"arn:aws:s3:::{bucket}", "FileKey": key})


def columns_of(answer):
    return [(column["Name"], column.get("Mapping"), column["SqlType"])
            for column in answer["InputSchema"]["RecordColumns"]]


QUOTE_COLUMNS = [("TICKER", "$.TICKER", "VARCHAR(4)"), ("PRICE", "$.PRICE", "REAL"),
                 ("VOLUME", "$.VOLUME", "BIGINT"), ("at_day", "$.at.day", "VARCHAR(16)")]


def test_json_of_a_stream():
    with ServerWithRole() as server:
        put(make_stream(server), *(json.dumps(quote) for quote in QUOTES))
        answer = discover(server)
        expect_equal(answer["InputSchema"]["RecordFormat"]["RecordFormatType"], "JSON")
        expect_equal(columns_of(answer), QUOTE_COLUMNS)
        expect_equal(sorted(answer["ParsedInputRecords"]), [
            ["AMZN", "12.5", "3", "2026-01-02"], ["TBV", "7", "5000000000", "2026-01-03"]])
        expect_equal(sorted(answer["RawInputRecords"]),
                     sorted(json.dumps(quote) for quote in QUOTES))


def test_csv_of_a_stream_from_now():
    with ServerWithRole() as server:
        client = make_stream(server)
        put(client, "{}")  # before it, so not looked at
        done = threading.Event()

        def write():
            while not done.is_set():
                put(client, "AMZN,12.5,true", 'TBV,8,"false"')
                time.sleep(0.1)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            answer = discover(server, "NOW")
        finally:
            done.set()
            writer.join()
        expect_equal(answer["InputSchema"]["RecordFormat"], {
            "RecordFormatType": "CSV", "MappingParameters": {"CSVMappingParameters": {
                "RecordRowDelimiter": "\n", "RecordColumnDelimiter": ","}}})
        expect_equal(columns_of(answer), [("COL_0", None, "VARCHAR(4)"), ("COL_1", None, "REAL"),
                                          ("COL_2", None, "BOOLEAN")])


def test_objects():
    with ServerWithRole() as server:
        allow(server.client("iam"), "service", ("s3:GetObject", "arn:aws:s3:::samples/*"))
        s3 = server.client("s3")
        s3.create_bucket(Bucket="samples")
        s3.put_object(Bucket="samples", Key="quotes.json", Body="\n".join(
            json.dumps(quote) for quote in QUOTES * 10_000))
        answer = discover_object(server, "quotes.json")
        expect_equal(columns_of(answer), QUOTE_COLUMNS)
        expect_equal(len(answer["ParsedInputRecords"]), 100)
        s3.put_object(Bucket="samples", Key="quotes.csv", Body="a,1\nb,2\n")
        answer = discover_object(server, "quotes.csv")
        expect_equal(columns_of(answer),
                     [("COL_0", None, "VARCHAR(4)"), ("COL_1", None, "INTEGER")])
        expect_equal(answer["ParsedInputRecords"], [["a", "1"], ["b", "2"]])
        s3.put_object(Bucket="samples", Key="empty", Body=b"")
        expect_error(lambda: discover_object(server, "empty"), "UnableToDetectSchemaException", 400)
        s3.put_object(Bucket="samples", Key="text", Body=b"just words")
        error = expect_error(lambda: discover_object(server, "text"),
                             "UnableToDetectSchemaException", 400)
        expect_equal(error["RawInputRecords"], ["just words"])


def test_sources_that_cannot_be_read():
    with ServerWithRole() as server:
        def refused(call, part):
            error = expect_error(call, "InvalidArgumentException", 400, "role provided")
            expect(part in error["Error"]["Message"], error["Error"]["Message"])

        refused(lambda: discover(server), "kinesis:ListShards")
        make_stream(server)
        refused(lambda: discover(server, stream=STREAM + "-of-nobody"), "AccessDenied")
        allow(server.client("iam"), "service", ("*", "*"))
        refused(lambda: discover(server, stream=STREAM + "-of-nobody"), "ResourceNotFound")
        refused(lambda: discover_object(server, "k"), "NoSuchBucket")
        server.client("s3").create_bucket(Bucket="samples")
        refused(lambda: discover_object(server, "k"), "NoSuchKey")
        expect_error(lambda: discover(server), "UnableToDetectSchemaException", 400, "No records")
        expect_error(lambda: server.client("kinesisanalyticsv2").discover_input_schema(
            ResourceARN=STREAM, ServiceExecutionRole="arn:aws:iam::000000000000:role/nobody"),
            "InvalidArgumentException", 400, "sufficient privileges to assume the role")
