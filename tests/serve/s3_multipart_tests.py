"""Multipart uploads, by hand and by boto3's transfer manager."""

import base64
import hashlib
import io
import zlib

from s3_support import (
    body_of, crc32, crc64nvme, equal, fails, make_bucket, md5, on_shared_server, versioned_bucket,
)
import boto3.s3.transfer  # behind s3_support, which knows where it is

MIB = 1 << 20
BIG, SMALL = bytes(range(256)) * (5 * MIB // 256), b"the last part"


def composite(parts, name="md5"):
    digests = b"".join(hashlib.new(name, part).digest() for part in parts)
    return hashlib.new(name, digests)


def begun(s3, name, key="k", **options):
    upload = s3.create_multipart_upload(Bucket=name, Key=key, **options)["UploadId"]
    return {"Bucket": name, "Key": key, "UploadId": upload}


def uploaded(s3, upload, parts, **options):
    entries = []
    for number, data in parts.items():
        response = s3.upload_part(PartNumber=number, Body=data, **upload, **options)
        entry = {"PartNumber": number, "ETag": response["ETag"]}
        entry.update({m: v for m, v in response.items() if m.startswith("Checksum")})
        entries.append(entry)
    return entries


def complete(s3, upload, entries, **options):
    return s3.complete_multipart_upload(MultipartUpload={"Parts": entries}, **upload, **options)


@on_shared_server
def test_upload_in_parts(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    upload = begun(s3, name, ContentType="text/plain", Metadata={"a": "1"}, Tagging="t=1")
    entries = uploaded(s3, upload, {1: BIG, 7: BIG[::-1], 9: SMALL})
    listed = s3.list_parts(**upload)
    equal([(p["PartNumber"], p["Size"]) for p in listed["Parts"]],
          [(1, len(BIG)), (7, len(BIG)), (9, len(SMALL))])
    page = s3.list_parts(MaxParts=1, PartNumberMarker=1, **upload)
    equal(([p["PartNumber"] for p in page["Parts"]], page["IsTruncated"]), ([7], True))
    equal(page["NextPartNumberMarker"], 7)
    fails("404", 404, s3.head_object, Bucket=name, Key="k")
    response = complete(s3, upload, entries)
    etag = f'"{composite((BIG, BIG[::-1], SMALL)).hexdigest()}-3"'
    equal((response["ETag"], response["Bucket"], response["Key"]), (etag, name, "k"))
    equal(complete(s3, upload, entries)["ETag"], etag)  # asked once more
    response = s3.get_object(Bucket=name, Key="k")
    equal(body_of(response), BIG + BIG[::-1] + SMALL)
    equal((response["ContentType"], response["Metadata"], response["TagCount"]),
          ("text/plain", {"a": "1"}, 1))
    part = s3.get_object(Bucket=name, Key="k", PartNumber=3)
    equal((body_of(part), part["PartsCount"]), (SMALL, 3))
    border = s3.get_object(Bucket=name, Key="k", Range=f"bytes={5 * MIB - 2}-{5 * MIB + 1}")
    equal(body_of(border), BIG[-2:] + BIG[::-1][:2])
    fails("InvalidPartNumber", 416, s3.get_object, Bucket=name, Key="k", PartNumber=4)
    fails("InvalidRequest", 400, s3.get_object, Bucket=name, Key="k", PartNumber=1,
          Range="bytes=0-1")


@on_shared_server
def test_parts_that_do_not_fit(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    upload = begun(s3, name)
    entries = uploaded(s3, upload, {1: SMALL, 2: SMALL})
    response = fails("EntityTooSmall", 400, complete, s3, upload, entries)
    equal(response["Error"]["MinSizeAllowed"], "5242880")
    fails("InvalidPartOrder", 400, complete, s3, upload, entries[::-1])
    fails("InvalidPart", 400, complete, s3, upload, [dict(entries[0], ETag='"x"')])
    fails("InvalidPart", 400, complete, s3, upload, [dict(entries[0], PartNumber=3)])
    fails("InvalidRequest", 400, complete, s3, upload, [])
    for number in (0, 10_001):
        fails("InvalidArgument", 400, s3.upload_part, PartNumber=number, Body=b"", **upload)
    s3.upload_part(PartNumber=1, Body=b"again", **upload)
    fails("InvalidPart", 400, complete, s3, upload, entries[:1])
    complete(s3, upload, [{"PartNumber": 1, "ETag": md5(b"again")}])
    equal(body_of(s3.get_object(Bucket=name, Key="k")), b"again")
    fails("NoSuchUpload", 404, s3.upload_part, PartNumber=1, Body=b"", **upload)


@on_shared_server
def test_abort(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    upload = begun(s3, name)
    uploaded(s3, upload, {1: SMALL})
    s3.abort_multipart_upload(**upload)
    for call in (s3.abort_multipart_upload, s3.list_parts):
        fails("NoSuchUpload", 404, call, **upload)
    fails("NoSuchUpload", 404, s3.upload_part, PartNumber=1, Body=b"", **upload)
    equal(s3.list_multipart_uploads(Bucket=name).get("Uploads", []), [])


@on_shared_server
def test_list_uploads(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    keys = ["a", "b/1", "b/1", "b/2", "c"]
    expected = [(key, begun(s3, name, key)["UploadId"]) for key in keys]
    for size in (1, 2, 100):
        found = []
        for page in s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=name, PaginationConfig={"PageSize": size}
        ):
            found += [(u["Key"], u["UploadId"]) for u in page.get("Uploads", [])]
        equal(found, expected)
    page = s3.list_multipart_uploads(Bucket=name, Delimiter="/")
    equal([u["Key"] for u in page["Uploads"]], ["a", "c"])
    equal([p["Prefix"] for p in page["CommonPrefixes"]], ["b/"])


@on_shared_server
def test_composite_checksums(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    upload = begun(s3, name, ChecksumAlgorithm="SHA256")
    entries = uploaded(s3, upload, {1: BIG, 2: SMALL}, ChecksumAlgorithm="SHA256")
    bare = [{"PartNumber": e["PartNumber"], "ETag": e["ETag"]} for e in entries]
    fails("InvalidRequest", 400, complete, s3, upload, bare)
    wrong = [dict(entries[0], ChecksumSHA256=entries[1]["ChecksumSHA256"]), entries[1]]
    fails("InvalidPart", 400, complete, s3, upload, wrong)
    expected = base64.b64encode(composite((BIG, SMALL), "sha256").digest()).decode() + "-2"
    response = complete(s3, upload, entries)
    equal((response["ChecksumSHA256"], response["ChecksumType"]), (expected, "COMPOSITE"))
    head = s3.head_object(Bucket=name, Key="k", ChecksumMode="ENABLED")
    equal(head["ChecksumSHA256"], expected)
    attributes = s3.get_object_attributes(Bucket=name, Key="k",
                                          ObjectAttributes=["ObjectParts", "Checksum"])
    equal(attributes["ObjectParts"]["TotalPartsCount"], 2)
    equal([part["Size"] for part in attributes["ObjectParts"]["Parts"]], [len(BIG), len(SMALL)])
    fails("InvalidRequest", 400, s3.upload_part, PartNumber=1, Body=b"", ChecksumCRC32=crc32(b""),
          **begun(s3, name, ChecksumAlgorithm="SHA256"))


@on_shared_server
def test_checksums_of_the_whole(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    small = {1: BIG, 2: SMALL}
    upload = begun(s3, name, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    entries = uploaded(s3, upload, small, ChecksumAlgorithm="CRC32")
    expected = base64.b64encode(zlib.crc32(BIG + SMALL).to_bytes(4, "big")).decode()
    fails("BadDigest", 400, complete, s3, upload, entries, ChecksumCRC32=crc32(b"x"))
    response = complete(s3, upload, entries, ChecksumCRC32=expected)
    equal((response["ChecksumCRC32"], response["ChecksumType"]), (expected, "FULL_OBJECT"))
    upload = begun(s3, name, "one")
    response = complete(s3, upload, uploaded(s3, upload, {1: SMALL}))
    equal(response["ChecksumCRC64NVME"], crc64nvme(SMALL))
    for algorithm, kind in (("SHA1", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")):
        fails("InvalidRequest", 400, s3.create_multipart_upload, Bucket=name, Key="k",
              ChecksumAlgorithm=algorithm, ChecksumType=kind)


@on_shared_server
def test_copied_parts(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="source", Body=BIG + SMALL)
    upload = begun(s3, name)
    source = {"Bucket": name, "Key": "source"}
    entries = []
    for number, text in ((1, f"bytes=0-{5 * MIB - 1}"), (2, "bytes=3-9"), (3, None)):
        options = {"CopySourceRange": text} if text else {}
        if number == 2:
            fails("InvalidArgument", 400, s3.upload_part_copy, PartNumber=2, CopySource=source,
                  CopySourceRange=f"bytes=0-{6 * MIB}", **upload)
            continue
        response = s3.upload_part_copy(PartNumber=number, CopySource=source, **options, **upload)
        entries.append({"PartNumber": number, "ETag": response["CopyPartResult"]["ETag"]})
    complete(s3, upload, entries)
    equal(body_of(s3.get_object(Bucket=name, Key="k")), BIG + BIG + SMALL)


@on_shared_server
def test_conditional_completion(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    upload = begun(s3, name)
    entries = uploaded(s3, upload, {1: SMALL})
    s3.put_object(Bucket=name, Key="k", Body=b"other")
    fails("PreconditionFailed", 412, complete, s3, upload, entries, IfNoneMatch="*")
    equal(body_of(s3.get_object(Bucket=name, Key="k")), b"other")
    complete(s3, upload, entries)


@on_shared_server
def test_versions_of_uploads(server):
    s3 = server.client("s3")
    name = versioned_bucket(s3)
    upload = begun(s3, name)
    first = complete(s3, upload, uploaded(s3, upload, {1: SMALL}))["VersionId"]
    s3.put_object(Bucket=name, Key="k", Body=b"new")
    equal(body_of(s3.get_object(Bucket=name, Key="k", VersionId=first)), SMALL)


@on_shared_server
def test_transfer_manager(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    data = bytes(range(256)) * (21 * MIB // 256) + b"end"
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=5 * MIB,
                                              multipart_chunksize=5 * MIB, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(data), name, "k", Config=config)
    assert s3.head_object(Bucket=name, Key="k")["ETag"].endswith('-5"')
    back = io.BytesIO()
    s3.download_fileobj(name, "k", back, Config=config)
    equal(hashlib.sha1(back.getvalue()).digest(), hashlib.sha1(data).digest())
    s3.copy({"Bucket": name, "Key": "k"}, name, "copy", Config=config)
    equal(s3.head_object(Bucket=name, Key="copy")["ContentLength"], len(data))


@on_shared_server
def test_parts_of_a_request_never_make_an_object(server):
    """A query that names another operation is not ignored: PutObject would overwrite the object."""
    s3, unchecked = server.client(), server.unchecked()
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"kept")
    upload = begun(s3, name)
    response = fails("InvalidArgument", 400, unchecked.upload_part, Bucket=name, Key="k",
                     PartNumber=1, Body=b"part")
    equal(response["Error"]["ArgumentName"], "uploadId")
    response = fails("InvalidArgument", 400, unchecked.upload_part, Body=b"part", **upload)
    equal(response["Error"]["ArgumentName"], "partNumber")
    fails("InvalidArgument", 400, unchecked.upload_part_copy, Bucket=name, Key="k", PartNumber=1,
          CopySource=f"{name}/k")
    fails("InvalidArgument", 400, unchecked.get_object_attributes, Bucket=name, Key="k")
    # Only directory buckets have RenameObject.
    fails("NotImplemented", 501, unchecked.rename_object, Bucket=name, Key="k")
    equal(body_of(s3.get_object(Bucket=name, Key="k")), b"kept")
    equal(s3.list_parts(**upload).get("Parts", []), [])
