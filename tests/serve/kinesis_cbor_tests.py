"""Kinesis in CBOR, as the SDKs for Java speak it: `application/x-amz-cbor-1.1`, signed."""

import http.client
import struct

import harness
from kinesis_support import data_of, equal, make_stream, on_shared_server, read

import botocore.auth
import botocore.awsrequest
import botocore.credentials


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise ValueError(number)


def encode(value):
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(encode(element) for element in value)
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    return head(0, value)


def decode(data, at=0):
    """(value, where the next item begins)"""
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7 and info in (20, 21, 22):
        return {20: False, 21: True, 22: None}[info], at
    if major == 7:
        size = {25: 2, 26: 4, 27: 8}[info]
        form = {2: ">e", 4: ">f", 8: ">d"}[size]
        return struct.unpack(form, data[at:at + size])[0], at + size
    number = info
    if info >= 24:
        size = 1 << info - 24
        number = int.from_bytes(data[at:at + size], "big")
        at += size
    if major in (2, 3):
        raw = data[at:at + number]
        return raw if major == 2 else raw.decode(), at + number
    if major == 4:
        elements = []
        for _ in range(number):
            element, at = decode(data, at)
            elements.append(element)
        return elements, at
    if major == 5:
        members = {}
        for _ in range(number):
            key, at = decode(data, at)
            members[key], at = decode(data, at)
        return members, at
    if major == 6:
        return decode(data, at)
    return number if major == 0 else -1 - number, at


def call(server, operation, **members):
    """(status, decoded answer)"""
    headers = {"Content-Type": "application/x-amz-cbor-1.1",
               "X-Amz-Target": f"Kinesis_20131202.{operation}"}
    request = botocore.awsrequest.AWSRequest("POST", server.url + "/", headers, encode(members))
    keys = botocore.credentials.Credentials(harness.ACCESS_KEY, harness.SECRET_KEY)
    botocore.auth.SigV4Auth(keys, "kinesis", harness.REGION).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", "/", encode(members), dict(request.headers))
    response = connection.getresponse()
    body = response.read()
    equal(response.getheader("Content-Type"), "application/x-amz-cbor-1.1")
    connection.close()
    return response.status, decode(body)[0] if body else {}


@on_shared_server
def test_records_in_cbor(server):
    kinesis = server.client()
    name = make_stream(kinesis)
    payload = bytes(range(256)) * 3
    status, answer = call(server, "PutRecords", StreamName=name, Records=[
        {"Data": payload, "PartitionKey": "größe"}, {"Data": b"", "PartitionKey": "b"}])
    equal((status, answer["FailedRecordCount"]), (200, 0))
    equal(data_of(read(kinesis, name)), [payload, b""])
    status, iterator = call(server, "GetShardIterator", StreamName=name, ShardId="0",
                            ShardIteratorType="TRIM_HORIZON")
    status, page = call(server, "GetRecords", ShardIterator=iterator["ShardIterator"])
    equal(status, 200)
    equal([record["Data"] for record in page["Records"]], [payload, b""])
    equal([record["PartitionKey"] for record in page["Records"]], ["größe", "b"])
    equal([record["SequenceNumber"] for record in page["Records"]],
          [entry["SequenceNumber"] for entry in answer["Records"]])
    # Milliseconds as an integer: what the SDK for Java reads.
    assert isinstance(page["Records"][0]["ApproximateArrivalTimestamp"], int), page


@on_shared_server
def test_errors_in_cbor(server):
    status, answer = call(server, "DescribeStream", StreamName="none")
    equal(status, 400)
    equal(answer["__type"].rsplit("#", 1)[-1], "ResourceNotFoundException")
    equal(answer["message"], "Stream none under account 000000000000 not found.")
