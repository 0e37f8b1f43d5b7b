"""Code at and beyond what is allowed, up to 512 MB: in a request, in a zip, in S3."""

import io
import json
import os
import select
import tempfile
import zipfile

from control_tests import create, describe, ended
from engine_tests import Applications
from harness import (
    Server, expect, expect_equal, expect_error, expect_memory, receive_response,
)
from wrong_input_tests import MIB, expect_healthy, peak_memory

LARGEST_ZIP = 52_428_800


def zip_code(content):
    return {"ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE",
                                             "CodeContent": {"ZipFileContent": content}}}


def test_512_mb_of_code_in_a_request():
    """Refused by its length before anything is read, or as soon as it is too much."""
    head = (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.1\r\n"
            b"X-Amz-Target: KinesisAnalytics_20180523.CreateApplication\r\n")
    with Server("--auth", "off") as server:
        with server.connect() as connection:
            connection.sendall(head + b"Content-Length: %d\r\n\r\n" % (700 * MIB))
            status, _, _, _ = receive_response(connection)
            expect_equal(status, 413)
        with server.connect() as connection:
            connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
            chunk = b"100000\r\n" + b"A" * MIB + b"\r\n"
            try:
                for _ in range(700):
                    connection.sendall(chunk)
                    if select.select([connection], [], [], 0)[0]:
                        break
            except OSError:  # it has closed
                pass
            expect_equal(connection.recv(13), b"HTTP/1.1 413 ")
        expect_memory(peak_memory(server), 500 * MIB)
        expect_healthy(server)


def test_the_largest_zip():
    with Server("--auth", "off") as server:
        client = server.client("kinesisanalyticsv2", parameter_validation=False, read_timeout=300)
        content = b"\0" * LARGEST_ZIP
        detail = create(client, ApplicationConfiguration=zip_code(content))
        code = detail["ApplicationConfigurationDescription"][
            "ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
        expect_equal(code["CodeSize"], LARGEST_ZIP)
        again = server.client("kinesisanalyticsv2", parameter_validation=False, read_timeout=300)
        expect_error(lambda: create(again, "larger",
                                    ApplicationConfiguration=zip_code(content + b"\0")),
                     "ValidationException", 400, "less than or equal to 52428800")
        expect_healthy(server)


def zipped(name, size):
    """A small zip that unpacks to a text of this size."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(name, "w", force_zip64=True) as entry:
            for _ in range(size // MIB):
                entry.write(b" " * MIB)
    return packed.getvalue()


def test_code_that_unpacks_to_512_mb():
    with Server("--auth", "off") as server:
        apps = Applications(server)
        for name, file in (("sql", "main.sql"), ("other", "data.bin")):
            create(apps.client, name, ApplicationConfiguration=zip_code(zipped(file, 512 * MIB)))
            details = ended(apps.client, apps.start(name), name)
            expect_equal(details["OperationStatus"], "FAILED")
            text = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
            expect(len(text) > 20, text)
            expect_equal(describe(apps.client, name)["ApplicationStatus"], "READY")
        expect_memory(peak_memory(server), 300 * MIB)
        expect_healthy(server)


def test_512_mb_of_code_in_s3():
    """The largest that the guide allows, and no zip: the start fails and says why."""
    with Server() as server:
        apps = Applications(server)
        s3 = server.client("s3", request_checksum_calculation="when_required", read_timeout=300)
        s3.create_bucket(Bucket="code")
        server.client("iam").put_role_policy(
            RoleName="service", PolicyName="code", PolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
        with tempfile.TemporaryFile() as large:
            os.truncate(large.fileno(), 512 * MIB)
            s3.put_object(Bucket="code", Key="large.zip", Body=large)
        client = server.client("kinesisanalyticsv2", read_timeout=120)
        client.create_application(
            ApplicationName="app", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=apps.role,
            ApplicationConfiguration={"ApplicationCodeConfiguration": {
                "CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                    "BucketARN": "arn:aws:s3:::code", "FileKey": "large.zip"}}}})
        details = ended(client, apps.start())
        expect_equal(details["OperationStatus"], "FAILED")
        expect(len(details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]) > 20, details)
        expect_healthy(server)
