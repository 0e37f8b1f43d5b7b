"""STS GetCallerIdentity: the first call of every script, over every way to the port."""

import json
import subprocess

import harness
from harness import Server, expect, expect_equal

ROOT_ARN = "arn:aws:iam::000000000000:root"


def test_boto3():
    with Server() as server:
        identity = server.client("sts").get_caller_identity()
        expect_equal(identity["Arn"], ROOT_ARN)
        expect_equal(identity["Account"], "000000000000")
        expect_equal(identity["UserId"], "000000000000")
        expect(identity["ResponseMetadata"]["RequestId"], "a request id")
        expect_equal(identity["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"],
                     identity["ResponseMetadata"]["RequestId"])


def test_aws_cli():
    with Server("--account", "123456789012") as server:
        code, out, err = server.aws("sts", "get-caller-identity")
        expect_equal(code, 0, err)
        expect_equal(json.loads(out)["Arn"], "arn:aws:iam::123456789012:root")


def test_https_with_the_certificate_of_its_own():
    with Server() as server:
        client = server.client("sts", url=f"https://localhost:{server.port}")
        expect_equal(client.get_caller_identity()["Arn"], ROOT_ARN)


def test_a_certificate_that_is_given():
    with Server() as first:
        first.stop()
        files = first.data / "tls"
        arguments = ("--https-certificate", str(files / "certificate.pem"),
                     "--https-key", str(files / "key.pem"))
        with Server(*arguments) as server:
            expect(not (server.data / "tls").exists(), "no certificate of its own is made")
            context = harness.ssl.create_default_context(cafile=str(files / "certificate.pem"))
            with context.wrap_socket(server.connect(), server_hostname="localhost") as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                expect_equal(harness.receive_response(connection)[0], 200)


def curl(server, *arguments, url=None):
    command = ["curl", "-sS", "--aws-sigv4", "aws:amz:us-east-1:sts",
               "--user", f"{harness.ACCESS_KEY}:{harness.SECRET_KEY}",
               "--data", "Action=GetCallerIdentity&Version=2011-06-15",
               "-w", " %{http_version} %{http_code}", *arguments, url or server.url + "/"]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout


def test_http2_with_prior_knowledge():
    with Server() as server:
        answer = curl(server, "--http2-prior-knowledge")
        expect(answer.endswith(" 2 200") and ROOT_ARN in answer, answer)


def test_http2_by_alpn():
    with Server() as server:
        answer = curl(server, "--http2", "--cacert", str(server.data / "tls/certificate.pem"),
                      url=f"https://localhost:{server.port}/")
        expect(answer.endswith(" 2 200") and ROOT_ARN in answer, answer)


def test_with_authentication_off_everyone_is_root():
    with Server("--auth", "off") as server:
        client = server.client("sts", access_key="nobody", secret_key="nothing")
        expect_equal(client.get_caller_identity()["Arn"], ROOT_ARN)
        expect("authentication is off" in server.log, "said in the log")
