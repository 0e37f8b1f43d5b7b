"""Objects: content, headers, ranges, conditions, checksums, copies, deletion."""

import datetime
import io
import socket
import urllib.error
import urllib.request

from s3_support import (
    body_of, crc32, crc32c, crc64nvme, equal, fails, make_bucket, md5, on_shared_server, sha,
    versioned_bucket,
)

HOUR = datetime.timedelta(hours=1)


@on_shared_server
def test_put_and_get(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for data in (b"", b"x", b"hello" * 1000, bytes(range(256)) * 5000):
        equal(s3.put_object(Bucket=name, Key="k", Body=data)["ETag"], f'"{md5(data)}"')
        response = s3.get_object(Bucket=name, Key="k")
        equal((body_of(response), response["ContentLength"]), (data, len(data)))
        equal(response["ContentType"], "binary/octet-stream")
        equal(response["AcceptRanges"], "bytes")
        head = s3.head_object(Bucket=name, Key="k")
        equal((head["ContentLength"], head["ETag"]), (len(data), f'"{md5(data)}"'))
    response = fails("NoSuchKey", 404, s3.get_object, Bucket=name, Key="nothing")
    equal(response["Error"]["Key"], "nothing")
    fails("404", 404, s3.head_object, Bucket=name, Key="nothing")
    fails("NoSuchBucket", 404, s3.get_object, Bucket="no-such-bucket", Key="k")
    fails("NoSuchBucket", 404, s3.put_object, Bucket="no-such-bucket", Key="k", Body=b"x")


@on_shared_server
def test_keys(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    keys = ["a b", "a+b", "a%20b", "ü/ß/😀", "a//b", "/lead", "trail/", "a&b=c?d#e", "<x>\"'",
            "..", "a/../b", "~-_.!*()", "k" * 1024, "é" * 512]
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=key.encode())
    for key in keys:
        equal(body_of(s3.get_object(Bucket=name, Key=key)), key.encode())
    pages = s3.list_objects_v2(Bucket=name)["Contents"]
    equal([entry["Key"] for entry in pages], sorted(keys, key=lambda key: key.encode()))
    for key in keys:
        s3.delete_object(Bucket=name, Key=key)
    equal(s3.list_objects_v2(Bucket=name)["KeyCount"], 0)
    fails("KeyTooLongError", 400, s3.put_object, Bucket=name, Key="k" * 1025, Body=b"")


@on_shared_server
def test_headers_and_metadata(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    given = {
        "ContentType": "text/plain; charset=utf-8", "CacheControl": "max-age=60",
        "ContentDisposition": 'attachment; filename="a.txt"', "ContentEncoding": "gzip",
        "ContentLanguage": "de", "Metadata": {"colour": "blue", "Size": "3"},
        "WebsiteRedirectLocation": "/other", "StorageClass": "STANDARD_IA",
    }
    s3.put_object(Bucket=name, Key="k", Body=b"x", Expires=datetime.datetime(2030, 1, 2), **given)
    for response in (s3.get_object(Bucket=name, Key="k"), s3.head_object(Bucket=name, Key="k")):
        expected = dict(given, Metadata={"colour": "blue", "size": "3"})
        equal({member: response[member] for member in given}, expected)
        equal(response["ExpiresString"], "Wed, 02 Jan 2030 00:00:00 GMT")
        equal(response["ServerSideEncryption"], "AES256")
    response = s3.get_object(Bucket=name, Key="k", ResponseContentType="text/html",
                             ResponseCacheControl="no-cache")
    equal((response["ContentType"], response["CacheControl"]), ("text/html", "no-cache"))
    fails("MetadataTooLarge", 400, s3.put_object, Bucket=name, Key="k", Body=b"",
          Metadata={"a": "x" * 2048})
    fails("InvalidStorageClass", 400, s3.put_object, Bucket=name, Key="k", Body=b"",
          StorageClass="WARM")
    fails("NotImplemented", 501, server.secure().put_object, Bucket=name, Key="k",
          Body=b"", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)


@on_shared_server
def test_ranges(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    data = bytes(i * 7 % 251 for i in range(100_000))
    s3.put_object(Bucket=name, Key="k", Body=data)
    for text, first, end in (("0-0", 0, 1), ("10-19", 10, 20), ("99990-", 99990, 100_000),
                             ("-5", 99995, 100_000), ("50-999999999", 50, 100_000),
                             ("-999999999", 0, 100_000)):
        response = s3.get_object(Bucket=name, Key="k", Range="bytes=" + text)
        equal(response["ResponseMetadata"]["HTTPStatusCode"], 206)
        equal(body_of(response), data[first:end])
        equal(response["ContentRange"], f"bytes {first}-{end - 1}/100000")
        head = s3.head_object(Bucket=name, Key="k", Range="bytes=" + text)
        equal(head["ContentLength"], end - first)
    response = fails("InvalidRange", 416, s3.get_object, Bucket=name, Key="k",
                     Range="bytes=100000-")
    equal(response["Error"]["ActualObjectSize"], "100000")
    for text in ("bytes=5-2", "bytes=x-y", "lines=1-2", "bytes=0-1,4-5"):
        response = s3.get_object(Bucket=name, Key="k", Range=text)
        equal((response["ResponseMetadata"]["HTTPStatusCode"], len(body_of(response))),
              (200, 100_000))


@on_shared_server
def test_conditional_reads(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    etag = s3.put_object(Bucket=name, Key="k", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=name, Key="k")["LastModified"]
    ask = {"Bucket": name, "Key": "k"}
    s3.get_object(IfMatch=etag, **ask)
    s3.get_object(IfNoneMatch='"other"', **ask)
    s3.get_object(IfModifiedSince=modified - HOUR, **ask)
    s3.get_object(IfUnmodifiedSince=modified, **ask)
    s3.get_object(IfMatch=etag, IfUnmodifiedSince=modified - HOUR, **ask)
    response = fails("PreconditionFailed", 412, s3.get_object, IfMatch='"other"', **ask)
    equal(response["Error"]["Condition"], "If-Match")
    fails("PreconditionFailed", 412, s3.get_object, IfUnmodifiedSince=modified - HOUR, **ask)
    response = fails("304", 304, s3.get_object, IfNoneMatch=etag, **ask)
    equal(response["ResponseMetadata"]["HTTPHeaders"]["etag"], etag)
    fails("304", 304, s3.head_object, IfModifiedSince=modified, **ask)


@on_shared_server
def test_conditional_writes(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    put = {"Bucket": name, "Key": "k"}
    fails("NoSuchKey", 404, s3.put_object, IfMatch='"x"', Body=b"0", **put)
    etag = s3.put_object(IfNoneMatch="*", Body=b"1", **put)["ETag"]
    fails("PreconditionFailed", 412, s3.put_object, IfNoneMatch="*", Body=b"2", **put)
    fails("PreconditionFailed", 412, s3.put_object, IfMatch='"x"', Body=b"2", **put)
    fails("NotImplemented", 501, s3.put_object, IfNoneMatch=etag, Body=b"2", **put)
    s3.put_object(IfMatch=etag, Body=b"3", **put)
    fails("PreconditionFailed", 412, s3.delete_object, IfMatch=etag, **put)
    equal(body_of(s3.get_object(**put)), b"3")


@on_shared_server
def test_digests(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    put = {"Bucket": name, "Key": "k", "Body": b"data"}
    s3.put_object(ContentMD5=hashed("data"), **put)
    fails("BadDigest", 400, s3.put_object, ContentMD5=hashed("other"), **put)
    fails("InvalidDigest", 400, s3.put_object, ContentMD5="nonsense", **put)


def hashed(text):
    return sha("md5", text.encode())


CHECKSUMS = (
    ("CRC32", crc32), ("CRC32C", crc32c), ("CRC64NVME", crc64nvme),
    ("SHA1", lambda data: sha("sha1", data)), ("SHA256", lambda data: sha("sha256", data)),
)


@on_shared_server
def test_checksums_in_headers(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    data = b"some content"
    for algorithm, compute in CHECKSUMS:
        member = "Checksum" + algorithm
        response = s3.put_object(Bucket=name, Key="k", Body=data, **{member: compute(data)})
        equal((response[member], response["ChecksumType"]), (compute(data), "FULL_OBJECT"))
        head = s3.head_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
        equal(head[member], compute(data))
        assert member not in s3.head_object(Bucket=name, Key="k")
        fails("BadDigest", 400, s3.put_object, Bucket=name, Key="k", Body=data,
              **{member: compute(b"other")})
        entry = s3.list_objects_v2(Bucket=name)["Contents"][0]
        equal((entry["ChecksumAlgorithm"], entry["ChecksumType"]), ([algorithm], "FULL_OBJECT"))
        wanted = ["Checksum", "ETag", "ObjectSize", "StorageClass"]
        attributes = s3.get_object_attributes(Bucket=name, Key="k", ObjectAttributes=wanted)
        equal(attributes["Checksum"][member], compute(data))
        equal((attributes["ETag"], attributes["ObjectSize"]), (md5(data), len(data)))
        equal(attributes["StorageClass"], "STANDARD")


@on_shared_server
def test_checksums_in_trailers(server):
    s3 = server.secure()  # where botocore sends trailers
    name = make_bucket(s3)
    data = bytes(range(256)) * 1000
    for algorithm in ("CRC32", "SHA1", "SHA256"):
        response = s3.put_object(Bucket=name, Key="k", Body=io.BytesIO(data),
                                 ChecksumAlgorithm=algorithm)
        equal(response["Checksum" + algorithm], dict(CHECKSUMS)[algorithm](data))
        equal(body_of(s3.get_object(Bucket=name, Key="k", ChecksumMode="ENABLED")), data)


@on_shared_server
def test_checksum_when_none_is_given(server):
    s3 = server.client("s3", request_checksum_calculation="when_required")
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"plain")
    head = s3.head_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
    equal(head["ChecksumCRC64NVME"], crc64nvme(b"plain"))


@on_shared_server
def test_copies(server):
    s3 = server.client("s3")
    name, target = make_bucket(s3), make_bucket(s3)
    s3.put_object(Bucket=name, Key="ü b", Body=b"content", ContentType="text/plain",
                  Metadata={"a": "1"}, Tagging="t=1", StorageClass="STANDARD_IA")
    source = {"Bucket": name, "Key": "ü b"}
    result = s3.copy_object(Bucket=target, Key="c", CopySource=source)["CopyObjectResult"]
    equal(result["ETag"], f'"{md5(b"content")}"')
    head = s3.head_object(Bucket=target, Key="c")
    equal((head["ContentType"], head["Metadata"]), ("text/plain", {"a": "1"}))
    assert "StorageClass" not in head
    equal(s3.get_object_tagging(Bucket=target, Key="c")["TagSet"], [{"Key": "t", "Value": "1"}])
    s3.copy_object(Bucket=target, Key="c", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"b": "2"}, TaggingDirective="REPLACE", Tagging="u=2",
                   ChecksumAlgorithm="SHA256")
    head = s3.head_object(Bucket=target, Key="c", ChecksumMode="ENABLED")
    equal((head["ContentType"], head["Metadata"]), ("binary/octet-stream", {"b": "2"}))
    equal(head["ChecksumSHA256"], sha("sha256", b"content"))
    fails("InvalidRequest", 400, s3.copy_object, Bucket=name, Key="ü b", CopySource=source)
    fails("NoSuchKey", 404, s3.copy_object, Bucket=target, Key="d",
          CopySource={"Bucket": name, "Key": "nothing"})
    fails("PreconditionFailed", 412, s3.copy_object, Bucket=target, Key="d", CopySource=source,
          CopySourceIfMatch='"x"')
    fails("InvalidArgument", 400, s3.copy_object, Bucket=target, Key="d", CopySource="nothing")


@on_shared_server
def test_copy_of_a_version(server):
    s3 = server.client("s3")
    name = versioned_bucket(s3)
    old = s3.put_object(Bucket=name, Key="k", Body=b"old")["VersionId"]
    s3.put_object(Bucket=name, Key="k", Body=b"new")
    response = s3.copy_object(Bucket=name, Key="k",
                              CopySource={"Bucket": name, "Key": "k", "VersionId": old})
    equal(response["CopySourceVersionId"], old)
    equal(body_of(s3.get_object(Bucket=name, Key="k")), b"old")


@on_shared_server
def test_delete_objects(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    for key in ("a", "b", "c&<>"):
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    objects = [{"Key": key} for key in ("a", "c&<>", "nothing")]
    response = s3.delete_objects(Bucket=name, Delete={"Objects": objects})
    equal([entry["Key"] for entry in response["Deleted"]], ["a", "c&<>", "nothing"])
    response = s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    assert "Deleted" not in response and "Errors" not in response
    equal(s3.list_objects_v2(Bucket=name)["KeyCount"], 0)
    response = s3.delete_objects(
        Bucket=name, Delete={"Objects": [{"Key": "a", "VersionId": "nonsense"}]}
    )
    equal(response["Errors"][0]["Code"], "InvalidArgument")
    fails("MalformedXML", 400, s3.delete_objects, Bucket=name,
          Delete={"Objects": [{"Key": str(i)} for i in range(1001)]})
    fails("MalformedXML", 400, s3.delete_objects, Bucket=name, Delete={"Objects": []})


@on_shared_server
def test_delete_objects_with_versions(server):
    s3 = server.client("s3")
    name = versioned_bucket(s3)
    version = s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]
    deleted = s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "k"}]})["Deleted"][0]
    equal(deleted["DeleteMarker"], True)
    both = [{"Key": "k", "VersionId": v} for v in (version, deleted["DeleteMarkerVersionId"])]
    s3.delete_objects(Bucket=name, Delete={"Objects": both})
    s3.delete_bucket(Bucket=name)


@on_shared_server
def test_presigned_urls(server):
    s3 = server.client("s3", signature_version="s3v4")
    name = make_bucket(s3)
    url = s3.generate_presigned_url("put_object", Params={"Bucket": name, "Key": "ü b"})
    request = urllib.request.Request(url, data=b"content", method="PUT")
    equal(urllib.request.urlopen(request).status, 200)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "ü b"})
    equal(urllib.request.urlopen(url).read(), b"content")
    changed = url.replace("b?", "c?")
    try:
        urllib.request.urlopen(changed)
    except urllib.error.HTTPError as error:
        equal(error.code, 403)
        assert b"SignatureDoesNotMatch" in error.read()
    else:
        raise AssertionError("a changed URL was taken")


def localhost_only(host, *arguments):
    """Names below .localhost are this machine, which not every system's resolver knows."""
    return resolve("127.0.0.1" if host.endswith(".localhost") else host, *arguments)


resolve = socket.getaddrinfo


@on_shared_server
def test_virtual_host_style(server):
    name = make_bucket(server.client("s3"))
    socket.getaddrinfo = localhost_only
    try:
        for host in ("s3.localhost", "localhost"):
            s3 = server.client("s3", url=f"http://{host}:{server.port}",
                               s3={"addressing_style": "virtual"})
            s3.put_object(Bucket=name, Key="a/b", Body=b"x")
            equal(body_of(s3.get_object(Bucket=name, Key="a/b")), b"x")
            equal(s3.list_objects_v2(Bucket=name)["KeyCount"], 1)
    finally:
        socket.getaddrinfo = resolve
    equal(body_of(server.client("s3").get_object(Bucket=name, Key="a/b")), b"x")


@on_shared_server
def test_archived_objects(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"x", StorageClass="GLACIER")
    fails("InvalidObjectState", 403, s3.get_object, Bucket=name, Key="k")
    equal(s3.head_object(Bucket=name, Key="k")["StorageClass"], "GLACIER")
