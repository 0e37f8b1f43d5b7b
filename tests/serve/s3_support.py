"""What the tests of S3 share: names, expected errors, checksums computed by other means."""

import base64
import hashlib
import struct
import zlib

import botocore.exceptions

_count = 0


def bucket_name(word="bucket"):
    """A name that no other test uses."""
    global _count
    _count += 1
    return f"{word}-{_count:04d}"


def make_bucket(s3, word="bucket", **options):
    name = bucket_name(word)
    s3.create_bucket(Bucket=name, **options)
    return name


def versioned_bucket(s3, status="Enabled"):
    name = make_bucket(s3, "versioned")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
    return name


def fails(code, status, call, *arguments, **options):
    """The error of a call that must fail so."""
    try:
        call(*arguments, **options)
    except botocore.exceptions.ClientError as error:
        response = error.response
        got = (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"])
        assert got == (code, status), f"expected {code} {status}, got {got}: {error}"
        return response
    raise AssertionError(f"expected {code}, but the call succeeded")


def equal(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def md5(data):
    return hashlib.md5(data).hexdigest()


def crc32(data):
    return base64.b64encode(struct.pack(">I", zlib.crc32(data))).decode()


def reflected_crc(data, polynomial, bits):
    """Bit by bit, as the definition has it: slow, but of nobody else's making."""
    mask = (1 << bits) - 1
    crc = mask
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (polynomial if crc & 1 else 0)
    return base64.b64encode((crc ^ mask).to_bytes(bits // 8, "big")).decode()


def crc32c(data):
    return reflected_crc(data, 0x82F63B78, 32)


def crc64nvme(data):
    return reflected_crc(data, 0x9A6C9329AC4BC9B5, 64)


def sha(name, data):
    return base64.b64encode(hashlib.new(name, data).digest()).decode()


def body_of(response):
    return response["Body"].read()


def keys_of(page):
    return [entry["Key"] for entry in page.get("Contents", [])]


def prefixes_of(page):
    return [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
