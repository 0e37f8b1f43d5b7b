"""Signature version 4, as botocore signs: what is wrong is refused with AWS's errors."""

import datetime
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import harness
from harness import Server, expect, expect_equal, expect_error, receive_response

MISMATCH = "The request signature we calculated does not match the signature you provided"
TOKEN = "The security token included in the request is invalid"


def at(moment):
    """botocore with another clock."""
    return mock.patch("botocore.auth.get_current_datetime", lambda *_, **__: moment)


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)


def signed(server, body=b"Action=GetCallerIdentity&Version=2011-06-15", headers=None,
           service="sts", region="us-east-1", path="/", method="POST", query_auth=None):
    """The head and body of a request that botocore signed, as bytes; see send()."""
    request = botocore.awsrequest.AWSRequest(
        method=method, url=server.url + path, data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                 **(headers or {})})
    keys = botocore.credentials.Credentials(harness.ACCESS_KEY, harness.SECRET_KEY)
    if query_auth is None:
        botocore.auth.SigV4Auth(keys, service, region).add_auth(request)
    else:
        botocore.auth.SigV4QueryAuth(keys, service, region, expires=query_auth).add_auth(request)
    return request.prepare()


def send(server, prepared, change=lambda head, body: (head, body)):
    target = prepared.url[len(server.url):]
    head = dict(prepared.headers)
    head.update({"Host": f"127.0.0.1:{server.port}", "Connection": "close"})
    body = prepared.body or b""
    head, body = change({k: v.decode() if isinstance(v, bytes) else v for k, v in head.items()},
                        body)
    head["Content-Length"] = str(len(body))
    lines = [f"{prepared.method} {target} HTTP/1.1"] + [f"{k}: {v}" for k, v in head.items()]
    with server.connect() as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        status, _, answer, _ = receive_response(connection)
        return status, answer.decode()


def test_keys():
    with Server() as server:
        expect_error(server.client("sts", secret_key="wrong").get_caller_identity,
                     "SignatureDoesNotMatch", 403, MISMATCH)
        expect_error(server.client("sts", access_key="AKIAUNKNOWN").get_caller_identity,
                     "InvalidClientTokenId", 403, TOKEN)
        expect_error(server.client("sts", token="token").get_caller_identity,
                     "InvalidClientTokenId", 403, TOKEN)


def test_scope():
    with Server("--region", "eu-west-1") as server:
        # STS answers to us-east-1 everywhere, and to its own region.
        server.client("sts", region="us-east-1").get_caller_identity()
        server.client("sts", region="eu-west-1").get_caller_identity()
        expect_error(server.client("sts", region="ap-south-1").get_caller_identity,
                     "SignatureDoesNotMatch", 403,
                     "Credential should be scoped to a valid region, not 'ap-south-1'")


def test_clock():
    with Server() as server:
        client = server.client("sts")
        for minutes in (-4, 4):
            with at(now() + datetime.timedelta(minutes=minutes)):
                client.get_caller_identity()
        with at(now() - datetime.timedelta(minutes=6)):
            expect_error(client.get_caller_identity, "SignatureDoesNotMatch", 403,
                         "Signature expired: ")
        with at(now() + datetime.timedelta(minutes=6)):
            expect_error(client.get_caller_identity, "SignatureDoesNotMatch", 403,
                         "Signature not yet current: ")


def test_what_was_signed_may_not_change():
    with Server() as server:
        expect_equal(send(server, signed(server))[0], 200)
        changes = {
            "body": lambda head, body: (head, body + b"&x=y"),
            "header": lambda head, body: (dict(head, **{"Content-Type": "text/plain"}), body),
            "date": lambda head, body: (dict(head, **{"X-Amz-Date": "20200101T000000Z"}), body),
            "signature": lambda head, body: (
                dict(head, Authorization=head["Authorization"][:-4] + "0000"), body),
        }
        for name, change in changes.items():
            status, answer = send(server, signed(server), change)
            expect(status == 403 and "SignatureDoesNotMatch" in answer, name, status, answer)


def test_headers_beside_the_signed_ones_do_not_matter():
    with Server() as server:
        status, answer = send(server, signed(server), lambda head, body: (
            dict(head, **{"X-Forwarded-For": "10.0.0.1"}), body))
        expect_equal(status, 200, answer)


def test_unsigned():
    with Server() as server:
        status, answer = send(server, signed(server), lambda head, body: (
            {k: v for k, v in head.items() if k != "Authorization"}, body))
        expect(status == 403 and "<Code>MissingAuthenticationToken</Code>" in answer, answer)


def test_incomplete():
    with Server() as server:
        for part, wanted in (("Signature", "requires 'Signature' parameter"),
                             ("Credential", "requires 'Credential' parameter"),
                             ("SignedHeaders", "requires 'SignedHeaders' parameter")):
            status, answer = send(server, signed(server), lambda head, body: (
                dict(head, Authorization=head["Authorization"].replace(part + "=", "X=")), body))
            expect(status == 403 and "<Code>IncompleteSignature</Code>" in answer, part, answer)
            expect(wanted in answer.replace("&apos;", "'"), part, answer)
        status, answer = send(server, signed(server), lambda head, body: (
            dict(head, Authorization="Bearer token"), body))
        expect(status in (400, 403), status, answer)


def test_presigned():
    path = "/?Action=GetCallerIdentity&Version=2011-06-15"
    with Server() as server:
        request = signed(server, body=b"", method="GET", path=path, query_auth=60)
        status, answer = send(server, request)
        expect(status == 200 and "GetCallerIdentityResult" in answer, status, answer)
        with at(now() - datetime.timedelta(seconds=90)):
            late = signed(server, body=b"", method="GET", path=path, query_auth=60)
        status, answer = send(server, late)
        expect(status == 403 and "<Code>RequestExpired</Code>" in answer, status, answer)
        request.url = request.url.replace("Action=GetCallerIdentity", "Action=GetSessionToken")
        status, answer = send(server, request)
        expect(status == 403 and "SignatureDoesNotMatch" in answer, status, answer)


def test_secrets_are_in_no_log():
    with Server("--log-level", "debug") as server:
        server.client("sts").get_caller_identity()
        expect_error(server.client("sts", secret_key="wrong").get_caller_identity,
                     "SignatureDoesNotMatch")
        request = signed(server)
        send(server, request)
        expect("GetCallerIdentity" in server.log, "calls are logged", server.log)
        authorization = request.headers["Authorization"]
        signature = (authorization.decode() if isinstance(authorization, bytes)
                     else authorization).rpartition("=")[2]
        for secret in (harness.SECRET_KEY, signature):
            expect(secret not in server.log, "the log has a secret")
