"""What the tests of S3 share: a server, names, expected errors, checksums by other means."""

import atexit
import base64
import functools
import hashlib
import struct
import zlib

from harness import Server, botocore


class S3Server(Server):
    """A server with clients for S3."""

    account = "000000000000"

    def client(self, service="s3", **options):
        return super().client(service, **dict({"read_timeout": 300}, **options))

    def secure(self):
        return self.client(url=f"https://localhost:{self.port}")

    def unchecked(self):
        """A client that sends what botocore would refuse."""
        client = self.client(parameter_validation=False)
        client.meta.events.unregister("before-parameter-build.s3",
                                      botocore.handlers.validate_bucket_name)
        return client

    def cli(self, *arguments):
        """The output of aws-cli, which must succeed."""
        code, output, errors = self.aws(*arguments)
        assert code == 0, errors
        return output

    def restart(self, how):
        code = self.stop(how)
        assert code in (0, -how), f"the server ended with {code}: {self.log}"
        self.start()

    def peak_memory(self):
        """Bytes, since it was started."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("the system does not tell the peak of the memory")


@functools.cache
def shared_server():
    """One server for all tests that need none of their own."""
    server = S3Server()
    server.__enter__()
    atexit.register(server.__exit__)
    return server


def on_shared_server(test):
    @functools.wraps(test)
    def run():
        test(shared_server())

    return run

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
