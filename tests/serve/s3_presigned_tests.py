"""URLs of S3 as stock boto3 presigns them in us-east-1: with signature version 2; and version 4."""

import http.client
import json
import socket
import time
import urllib.parse
from unittest import mock

from s3_support import body_of, equal, make_bucket, on_shared_server, versioned_bucket


def presign(s3, operation, seconds=3600, method=None, **params):
    url = s3.generate_presigned_url(operation, Params=params, ExpiresIn=seconds, HttpMethod=method)
    names = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
    assert {"AWSAccessKeyId", "Expires", "Signature"} <= names.keys(), url
    assert "X-Amz-Signature" not in names, url
    return url


def send(method, url, body=None, **headers):
    """(status, headers, body); no header is sent but Host, Content-Length and those given."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
    connection.request(method, f"{parts.path}?{parts.query}", body=body,
                       headers={"Host": parts.netloc,
                                **{k.replace("_", "-"): v for k, v in headers.items()}})
    response = connection.getresponse()
    answer = response.status, response.headers, response.read()
    connection.close()
    return answer


def refused(code, status, method, url, body=None, **headers):
    got, _, text = send(method, url, body, **headers)
    assert got == status and f"<Code>{code}</Code>".encode() in text, (got, text)
    return text


@on_shared_server
def test_objects(server):
    s3 = server.client()
    name = make_bucket(s3)
    place = {"Bucket": name, "Key": "ü b/+&?"}
    equal(send("PUT", presign(s3, "put_object", **place), b"content")[0], 200)
    equal(body_of(s3.get_object(**place)), b"content")
    status, headers, body = send("GET", presign(s3, "get_object", **place))
    equal((status, body), (200, b"content"))
    status, headers, body = send("HEAD", presign(s3, "head_object", **place))
    equal((status, headers["Content-Length"], body), (200, "7", b""))
    url = presign(s3, "get_object", ResponseContentType="text/x", **place,
                  ResponseContentDisposition='attachment; filename="a b"')
    _, headers, _ = send("GET", url)
    equal(headers["Content-Type"], "text/x")
    equal(headers["Content-Disposition"], 'attachment; filename="a b"')
    refused("SignatureDoesNotMatch", 403, "GET", url.replace("text%2Fx", "text%2Fy"))
    status, _, body = send("GET", presign(s3, "list_objects_v2", Bucket=name, Prefix="ü"))
    assert status == 200 and b"<KeyCount>1</KeyCount>" in body, body
    equal(send("DELETE", presign(s3, "delete_object", **place))[0], 204)
    status, _, body = send("GET", presign(s3, "list_objects_v2", Bucket=name))
    assert b"<KeyCount>0</KeyCount>" in body, body
    equal(send("GET", presign(s3, "list_buckets"))[0], 200)


@on_shared_server
def test_headers_are_signed(server):
    s3 = server.client()
    name = make_bucket(s3)
    place = {"Bucket": name, "Key": "k"}
    url = presign(s3, "put_object", ContentType="text/csv", Metadata={"colour": "blue"}, **place)
    equal(send("PUT", url, b"a,b", Content_Type="text/csv")[0], 200)
    head = s3.head_object(**place)
    equal((head["ContentType"], head["Metadata"]), ("text/csv", {"colour": "blue"}))
    # What the query says of them need not be said again, but not otherwise either.
    equal(send("PUT", url, b"a,b")[0], 200)
    equal(s3.head_object(**place)["ContentType"], "text/csv")
    refused("SignatureDoesNotMatch", 403, "PUT", url, b"x", Content_Type="text/plain")
    refused("SignatureDoesNotMatch", 403, "PUT", url, b"x", X_Amz_Meta_Colour="red")
    refused("SignatureDoesNotMatch", 403, "PUT", url, b"x", X_Amz_Acl="public-read")
    refused("SignatureDoesNotMatch", 403, "PUT", presign(s3, "put_object", **place), b"x",
            Content_Type="text/csv")


@on_shared_server
def test_versions_and_parts(server):
    s3 = server.client()
    name = versioned_bucket(s3)
    place = {"Bucket": name, "Key": "k"}
    first = s3.put_object(Body=b"1", **place)["VersionId"]
    s3.put_object(Body=b"2", **place)
    url = presign(s3, "get_object", VersionId=first, **place)
    equal(send("GET", url)[2], b"1")
    refused("SignatureDoesNotMatch", 403, "GET", url.replace("versionId=", "versionid="))
    upload = s3.create_multipart_upload(**place)["UploadId"]
    url = presign(s3, "upload_part", UploadId=upload, PartNumber=1, **place)
    status, headers, _ = send("PUT", url, b"part")
    equal(status, 200)
    parts = {"Parts": [{"PartNumber": 1, "ETag": headers["ETag"]}]}
    s3.complete_multipart_upload(UploadId=upload, MultipartUpload=parts, **place)
    equal(body_of(s3.get_object(**place)), b"part")


@on_shared_server
def test_what_is_refused(server):
    s3 = server.client()
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    url = presign(s3, "get_object", Bucket=name, Key="k")
    refused("SignatureDoesNotMatch", 403, "DELETE", url)
    refused("SignatureDoesNotMatch", 403, "GET", url.replace("/k?", "/l?"))
    refused("SignatureDoesNotMatch", 403, "GET", url.replace("Expires=1", "Expires=2"))
    refused("InvalidAccessKeyId", 403, "GET",
            url.replace("AWSAccessKeyId=", "AWSAccessKeyId=X"))
    for gone in ("AWSAccessKeyId", "Expires", "Signature"):
        parts = urllib.parse.urlsplit(url)
        query = "&".join(each for each in parts.query.split("&") if not each.startswith(gone))
        refused("AccessDenied", 403, "GET", parts._replace(query=query).geturl())
    text = refused("AccessDenied", 403, "GET", url.replace("Expires=", "Expires=x"))
    assert b"Invalid date" in text, text
    with mock.patch("botocore.auth.time.time", lambda now=time.time(): now - 3601):
        url = presign(s3, "get_object", Bucket=name, Key="k")
    assert b"Request has expired" in refused("AccessDenied", 403, "GET", url)
    wrong = server.client(secret_key="wrong")
    refused("SignatureDoesNotMatch", 403, "GET", presign(wrong, "get_object", Bucket=name, Key="k"))


@on_shared_server
def test_sessions_and_permissions(server):
    s3 = server.client()
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="a/k", Body=b"x")
    iam = server.client("iam")
    iam.create_user(UserName="presigner")
    iam.put_user_policy(UserName="presigner", PolicyName="p", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{name}/a/*"}]}))
    keys = iam.create_access_key(UserName="presigner")["AccessKey"]
    user = (keys["AccessKeyId"], keys["SecretAccessKey"])
    session = server.client("sts", access_key=user[0], secret_key=user[1]).get_session_token()
    session = session["Credentials"]
    for credentials in (user, (session["AccessKeyId"], session["SecretAccessKey"],
                               session["SessionToken"])):
        other = server.client(**dict(zip(("access_key", "secret_key", "token"), credentials)))
        equal(send("GET", presign(other, "get_object", Bucket=name, Key="a/k"))[2], b"x")
        refused("AccessDenied", 403, "GET", presign(other, "get_object", Bucket=name, Key="b"))
        refused("AccessDenied", 403, "DELETE",
                presign(other, "delete_object", Bucket=name, Key="a/k"))
    url = presign(other, "get_object", Bucket=name, Key="a/k")
    token = urllib.parse.quote(session["SessionToken"], safe="")
    assert token in url, url
    refused("InvalidToken", 400, "GET", url.replace(token, "other"))


@on_shared_server
def test_the_bucket_in_the_host(server):
    plain = server.client()
    name = make_bucket(plain)
    s3 = server.client(url=f"http://s3.localhost:{server.port}",
                       s3={"addressing_style": "virtual"})
    url = presign(s3, "put_object", Bucket=name, Key="a b")
    assert url.startswith(f"http://{name}.s3.localhost"), url
    equal(send("PUT", url, b"x")[0], 200)
    equal(body_of(plain.get_object(Bucket=name, Key="a b")), b"x")
    other = url.replace(f"//{name}.", "//another.")
    refused("SignatureDoesNotMatch", 403, "PUT", other, b"x")


@on_shared_server
def test_uploads_are_not_read_before_they_are_known(server):
    """A wrong signature is answered while the body is still on its way."""
    url = presign(server.client(), "put_object", Bucket=make_bucket(server.client()), Key="k")
    target = url.replace("Signature=", "Signature=x")[len(server.url):]
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"PUT {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                           "Content-Length: 1000000\r\n\r\n".encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 403 "), answer


@on_shared_server
def test_parameters_of_version_4(server):
    """S3 names what is wrong with the query; a URL is good for a week at most."""
    s3 = server.client(signature_version="s3v4", s3={"addressing_style": "path"})
    name = make_bucket(s3)
    s3.put_object(Bucket=name, Key="k", Body=b"x")

    def url(seconds):
        return s3.generate_presigned_url("get_object", Params={"Bucket": name, "Key": "k"},
                                         ExpiresIn=seconds)

    equal(send("GET", url(604800))[0], 200)
    code = "AuthorizationQueryParametersError"
    assert b"less than a week" in refused(code, 400, "GET", url(604801))
    assert b"should be a number" in refused(code, 400, "GET", url("x"))
    assert b"must be non-negative" in refused(code, 400, "GET", url(-1))
    refused(code, 400, "GET", url(60).replace("X-Amz-SignedHeaders=", "X="))
    refused(code, 400, "GET", url(60).replace("X-Amz-Credential=", "X-Amz-Credential=x&X="))
