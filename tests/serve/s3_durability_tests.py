"""What a restart, a kill and readers in between leave behind."""

import os
import signal
import threading

from harness import expect_memory
from s3_support import (
    S3Server, body_of, equal, fails, keys_of, make_bucket, md5, on_shared_server, versioned_bucket,
)
from s3_multipart_tests import BIG, SMALL, begun, complete, uploaded

MIB = 1 << 20


def data_files(server):
    found = []
    for folder, _, names in os.walk(os.path.join(server.data, "s3")):
        found += [os.path.join(folder, name) for name in names if "sqlite" not in name]
    return found


def test_restart():
    with S3Server() as own:
        s3 = own.client("s3")
        name = versioned_bucket(s3)
        old = s3.put_object(Bucket=name, Key="k", Body=b"old", Metadata={"a": "1"})["VersionId"]
        s3.put_object(Bucket=name, Key="k", Body=BIG)
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
        upload = begun(s3, name, "later")
        entries = uploaded(s3, upload, {1: BIG, 2: SMALL})
        for how in (signal.SIGTERM, signal.SIGKILL):
            own.restart(how)
            s3 = own.client("s3")
            equal(body_of(s3.get_object(Bucket=name, Key="k")), BIG)
            kept = s3.get_object(Bucket=name, Key="k", VersionId=old)
            equal((body_of(kept), kept["Metadata"]), (b"old", {"a": "1"}))
            equal(s3.get_bucket_tagging(Bucket=name)["TagSet"], [{"Key": "a", "Value": "b"}])
        complete(s3, upload, entries)
        equal(body_of(s3.get_object(Bucket=name, Key="later")), BIG + SMALL)


def test_kill_while_writing():
    """Whatever was answered is there afterwards; an object is the old or the new one."""
    with S3Server() as own:
        name = make_bucket(own.client("s3"))
        answered = {}

        def write(writer):
            s3 = own.client("s3")
            try:
                for i in range(100_000):
                    key = f"{writer}-{i % 7}"
                    body = f"{key} {i} ".encode() * 1000
                    answered[key, "next"] = md5(body)
                    s3.put_object(Bucket=name, Key=key, Body=body)
                    answered[key] = md5(body)
            except Exception:  # the server is gone
                pass

        for round_ in range(3):
            threads = [threading.Thread(target=write, args=(w,)) for w in range(4)]
            for thread in threads:
                thread.start()
            threads[0].join(1.5)
            own.restart(signal.SIGKILL)
            for thread in threads:
                thread.join()
            s3 = own.client("s3")
            keys = keys_of(s3.list_objects_v2(Bucket=name))
            equal(sorted(k for k in answered if isinstance(k, str) and k not in keys), [])
            for key in keys:
                response = s3.get_object(Bucket=name, Key=key)
                digest = md5(body_of(response))
                equal(response["ETag"], f'"{digest}"')
                assert digest in (answered.get(key), answered[key, "next"]), key
                answered[key] = digest
            equal(len(data_files(own)), len(keys))


def test_nothing_is_left_of_what_was_deleted():
    with S3Server() as own:
        s3 = own.client("s3")
        name = make_bucket(s3)
        for _ in range(3):
            s3.put_object(Bucket=name, Key="k", Body=b"x" * 1000)
        equal(len(data_files(own)), 1)
        upload = begun(s3, name)
        uploaded(s3, upload, {1: BIG, 2: SMALL})
        uploaded(s3, upload, {2: SMALL})
        equal(len(data_files(own)), 3)
        complete(s3, upload, uploaded(s3, upload, {1: BIG}))
        equal(len(data_files(own)), 1)
        fails("BadDigest", 400, s3.put_object, Bucket=name, Key="k", Body=b"x",
              ChecksumSHA256="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        s3.abort_multipart_upload(**begun(s3, name))
        s3.delete_object(Bucket=name, Key="k")
        equal(data_files(own), [])


@on_shared_server
def test_readers_keep_what_they_read(server):
    s3 = server.client("s3")
    name = make_bucket(s3)
    data = os.urandom(32 * MIB)
    s3.put_object(Bucket=name, Key="k", Body=data)
    body = s3.get_object(Bucket=name, Key="k")["Body"]
    first = body.read(MIB)
    s3.put_object(Bucket=name, Key="k", Body=b"new")
    s3.delete_object(Bucket=name, Key="k")
    equal(first + body.read() == data, True)


def test_large_object_in_little_memory():
    """256 MiB in and out, with the server's memory watched."""
    with S3Server() as own:
        s3 = own.client("s3")
        name = make_bucket(s3)
        size = 256 * MIB
        block = os.urandom(MIB)
        path = os.path.join(own.data, "large")
        with open(path, "wb") as file:
            for i in range(size // MIB):
                file.write(i.to_bytes(8, "big") + block[8:])
        with open(path, "rb") as file:
            s3.put_object(Bucket=name, Key="k", Body=file)
        equal(s3.head_object(Bucket=name, Key="k")["ContentLength"], size)
        body, count = s3.get_object(Bucket=name, Key="k")["Body"], 0
        for piece in body.iter_chunks(MIB):
            count += len(piece)
        equal(count, size)
        middle = s3.get_object(Bucket=name, Key="k", Range=f"bytes={200 * MIB}-{200 * MIB + 7}")
        equal(body_of(middle), (200).to_bytes(8, "big"))
        s3.copy_object(Bucket=name, Key="copy", CopySource={"Bucket": name, "Key": "k"})
        expect_memory(own.peak_memory(), 150 * MIB)


@on_shared_server
def test_writers_of_one_key(server):
    """Of many conditional writes at once, one succeeds."""
    s3 = server.client("s3")
    name = make_bucket(s3)
    results = []

    def write(number):
        try:
            server.client("s3").put_object(Bucket=name, Key="k", Body=str(number).encode(),
                                           IfNoneMatch="*")
            results.append(number)
        except Exception:
            pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(len(results), 1)
    equal(body_of(s3.get_object(Bucket=name, Key="k")), str(results[0]).encode())
