"""Content that is damaged on its way to S3 is refused and changes nothing: digests and checksums in
headers and trailers, signed chunks. Requests are written here, apart from the SDKs."""

import base64
import functools
import hashlib
import hmac

from harness import ACCESS_KEY, REGION, SECRET_KEY, receive_response
from s3_support import (
    body_of, crc32, crc32c, crc64nvme, equal, make_bucket, on_shared_server, sha,
)

import botocore.auth
import botocore.awsrequest
import botocore.credentials

CONTENT = bytes(range(256)) * 300  # 76,800 bytes: more than a chunk
CHUNK = 65536
CHECKSUMS = {"crc32": crc32, "crc32c": crc32c, "crc64nvme": crc64nvme,
             "sha1": functools.partial(sha, "sha1"), "sha256": functools.partial(sha, "sha256")}
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


class HeadAuth(botocore.auth.S3SigV4Auth):
    """Signs a head that promises a payload of this hash."""

    def __init__(self, payload_hash):
        keys = botocore.credentials.Credentials(ACCESS_KEY, SECRET_KEY)
        super().__init__(keys, "s3", REGION)
        self.payload_hash = payload_hash

    def payload(self, request):
        return self.payload_hash


def hashed(data):
    return hashlib.sha256(data).hexdigest()


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256)


class Upload:
    """A PUT, signed but not sent."""

    def __init__(self, server, bucket, payload_hash, headers, key="k", query=""):
        self.server = server
        self.target = f"/{bucket}/{key}{query}"
        request = botocore.awsrequest.AWSRequest(
            method="PUT", url=server.url + self.target, headers=headers)
        HeadAuth(payload_hash).add_auth(request)
        self.headers = dict(request.headers)
        self.headers["Host"] = f"127.0.0.1:{server.port}"
        self.signature = self.headers["Authorization"].split("Signature=")[1]
        self.time = self.headers["X-Amz-Date"]

    def _sign(self, kind, *lines):
        scope = f"{self.time[:8]}/{REGION}/s3/aws4_request"
        key = ("AWS4" + SECRET_KEY).encode()
        for part in scope.split("/"):
            key = keyed(key, part).digest()
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", self.time, scope, self.signature, *lines])
        self.signature = keyed(key, text).hexdigest()
        return self.signature

    def signed_chunks(self, content, sent=None):
        """The chunks of a content; what is sent may be another of the same length."""
        sent = content if sent is None else sent
        body = b""
        for begin in [*range(0, len(content), CHUNK), len(content)]:
            chunk = content[begin:begin + CHUNK]
            signature = self._sign("PAYLOAD", hashed(b""), hashed(chunk))
            body += f"{len(chunk):x};chunk-signature={signature}\r\n".encode()
            body += sent[begin:begin + CHUNK] + (b"\r\n" if chunk else b"")
        return body

    def signed_trailer(self, name, value):
        signature = self._sign("TRAILER", hashed(f"{name}:{value}\n".encode()))
        return f"{name}:{value}\r\nx-amz-trailer-signature:{signature}\r\n\r\n".encode()

    def send(self, body, length=None):
        """(status, body of the answer)"""
        head = {**self.headers, "Content-Length": str(len(body) if length is None else length),
                "Connection": "close"}
        lines = [f"PUT {self.target} HTTP/1.1"] + [f"{name}: {value}"
                                                    for name, value in head.items()]
        with self.server.connect() as connection:
            connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            if length is not None and length > len(body):
                return None
            status, _, answer, _ = receive_response(connection)
        return status, answer


def unsigned_chunks(content):
    body = b""
    for begin in range(0, len(content), CHUNK):
        chunk = content[begin:begin + CHUNK]
        body += f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n"
    return body + b"0\r\n"


def streaming(length, trailer=None):
    headers = {"Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": str(length)}
    if trailer:
        headers["X-Amz-Trailer"] = trailer
    return headers


def with_object(test):
    """The test gets (server, bucket, expect_stored, expect_refused); "k" holds b"before"."""
    @on_shared_server
    def run(server):
        s3 = server.client("s3")
        bucket = make_bucket(s3)
        s3.put_object(Bucket=bucket, Key="k", Body=b"before")

        def stored(answer, content=CONTENT):
            equal(answer[0], 200)
            equal(body_of(s3.get_object(Bucket=bucket, Key="k")), content)
            s3.put_object(Bucket=bucket, Key="k", Body=b"before")

        def refused(answer, status, code=None):
            equal(answer[0], status)
            if code:
                assert f"<Code>{code}</Code>".encode() in answer[1], (code, answer)
            equal(body_of(s3.get_object(Bucket=bucket, Key="k")), b"before")

        test(server, bucket, stored, refused)
        equal(body_of(s3.get_object(Bucket=bucket, Key="k")), b"before")
    run.__name__ = test.__name__
    return run


def changed(content):
    """One bit is another one, in the second chunk."""
    return content[:70000] + bytes([content[70000] ^ 1]) + content[70001:]


@with_object
def test_hash_of_the_payload(server, bucket, stored, refused):
    stored(Upload(server, bucket, hashed(CONTENT), {}).send(CONTENT))
    refused(Upload(server, bucket, hashed(CONTENT), {}).send(changed(CONTENT)),
            400, "XAmzContentSHA256Mismatch")
    stored(Upload(server, bucket, "UNSIGNED-PAYLOAD", {}).send(CONTENT))


@with_object
def test_content_md5(server, bucket, stored, refused):
    def upload(digest):
        return Upload(server, bucket, "UNSIGNED-PAYLOAD", {"Content-MD5": digest})

    digest = sha("md5", CONTENT)
    stored(upload(digest).send(CONTENT))
    refused(upload(digest).send(changed(CONTENT)), 400, "BadDigest")
    for wrong in ("x", "", base64.b64encode(b"short").decode(), digest[:-4]):
        refused(upload(wrong).send(CONTENT), 400, "InvalidDigest")


@with_object
def test_checksum_headers(server, bucket, stored, refused):
    for name, compute in CHECKSUMS.items():
        headers = {f"x-amz-checksum-{name}": compute(CONTENT)}
        stored(Upload(server, bucket, "UNSIGNED-PAYLOAD", headers).send(CONTENT))
        refused(Upload(server, bucket, "UNSIGNED-PAYLOAD", headers).send(changed(CONTENT)),
                400, "BadDigest")
        wrong = {f"x-amz-checksum-{name}": "AAAA"}
        refused(Upload(server, bucket, "UNSIGNED-PAYLOAD", wrong).send(CONTENT),
                400, "InvalidRequest")


@with_object
def test_unsigned_chunks_with_a_trailer(server, bucket, stored, refused):
    for name, compute in CHECKSUMS.items():
        trailer = f"x-amz-checksum-{name}"
        headers = streaming(len(CONTENT), trailer)
        value = f"{trailer}:{compute(CONTENT)}\r\n\r\n".encode()
        stored(Upload(server, bucket, UNSIGNED_TRAILER, headers).send(
            unsigned_chunks(CONTENT) + value))
        refused(Upload(server, bucket, UNSIGNED_TRAILER, headers).send(
            unsigned_chunks(changed(CONTENT)) + value), 400, "BadDigest")


@with_object
def test_a_trailer_that_does_not_come(server, bucket, stored, refused):
    headers = streaming(len(CONTENT), "x-amz-checksum-crc32")
    answer = Upload(server, bucket, UNSIGNED_TRAILER, headers).send(
        unsigned_chunks(CONTENT) + b"\r\n")
    refused(answer, 400)


@with_object
def test_signed_chunks(server, bucket, stored, refused):
    def upload():
        return Upload(server, bucket, SIGNED, streaming(len(CONTENT)))

    good = upload()
    stored(good.send(good.signed_chunks(CONTENT) + b"\r\n"))
    bad = upload()
    refused(bad.send(bad.signed_chunks(CONTENT, changed(CONTENT)) + b"\r\n"),
            403, "SignatureDoesNotMatch")
    other = upload()
    other.signature = "0" * 64
    refused(other.send(other.signed_chunks(CONTENT) + b"\r\n"), 403, "SignatureDoesNotMatch")


@with_object
def test_signed_chunks_with_a_trailer(server, bucket, stored, refused):
    trailer = "x-amz-checksum-sha256"

    def upload():
        return Upload(server, bucket, SIGNED_TRAILER, streaming(len(CONTENT), trailer))

    value = sha("sha256", CONTENT)
    good = upload()
    stored(good.send(good.signed_chunks(CONTENT) + good.signed_trailer(trailer, value)))
    bad = upload()
    other = sha("sha256", b"other")
    refused(bad.send(bad.signed_chunks(CONTENT) + bad.signed_trailer(trailer, other)),
            400, "BadDigest")
    forged = upload()
    body = forged.signed_chunks(CONTENT) + forged.signed_trailer(trailer, other)
    refused(forged.send(body.replace(other.encode(), value.encode())),
            403, "SignatureDoesNotMatch")


@with_object
def test_lengths_that_are_wrong(server, bucket, stored, refused):
    for announced in (len(CONTENT) - 1, len(CONTENT) + 1):
        upload = Upload(server, bucket, SIGNED, streaming(announced))
        refused(upload.send(upload.signed_chunks(CONTENT) + b"\r\n"), 400, "IncompleteBody")
    for broken in (b"x\r\n", b"-5\r\nhello\r\n", b"ffffffffffffffff\r\n", b"5\r\nhelloworld",
                   b"5;chunk-signature=\r\nhello\r\n0\r\n\r\n", b"\r\n\r\n"):
        upload = Upload(server, bucket, SIGNED, streaming(5))
        status, _ = upload.send(broken)
        assert status in (400, 403), (broken, status)


@with_object
def test_a_connection_that_ends_early(server, bucket, stored, refused):
    upload = Upload(server, bucket, "UNSIGNED-PAYLOAD", {})
    upload.send(CONTENT[:1000], length=len(CONTENT))


@on_shared_server
def test_parts(server):
    """Parts are checked as objects are."""
    s3 = server.client("s3")
    bucket = make_bucket(s3)
    upload_id = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    query = f"?partNumber=1&uploadId={upload_id}"
    for headers, body, wanted in (
            ({"Content-MD5": sha("md5", CONTENT)}, CONTENT, 200),
            ({"Content-MD5": sha("md5", CONTENT)}, changed(CONTENT), 400),
            ({"x-amz-checksum-crc32": crc32(CONTENT)}, CONTENT, 200),
            ({"x-amz-checksum-crc32": crc32(CONTENT)}, changed(CONTENT), 400)):
        upload = Upload(server, bucket, "UNSIGNED-PAYLOAD", headers, query=query)
        equal(upload.send(body)[0], wanted)
    parts = s3.list_parts(Bucket=bucket, Key="k", UploadId=upload_id)["Parts"]
    equal([part["ETag"] for part in parts], [f'"{hashlib.md5(CONTENT).hexdigest()}"'])
