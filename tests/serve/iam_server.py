"""What the tests of IAM and STS share: one service for all of them, and short policies."""

import atexit
import functools
import json
import signal

import botocore.exceptions
import harness
from harness import expect_equal

ACCOUNT = "123456789012"
ROOT_KEYS = (harness.ACCESS_KEY, harness.SECRET_KEY, None)


class IamServer(harness.Server):
    def __init__(self, *arguments):
        super().__init__("--account", ACCOUNT, *arguments)

    def restart(self, how=signal.SIGTERM):
        self.stop(how)
        self.start()

    def client(self, service, keys=ROOT_KEYS):
        return super().client(service, access_key=keys[0], secret_key=keys[1], token=keys[2])

    def iam(self):
        return self.client("iam")

    def aws_json(self, *arguments):
        """aws-cli as root; returns what it printed, parsed."""
        code, out, err = self.aws(*arguments, "--output", "json")
        expect_equal(code, 0, err)
        return json.loads(out) if out.strip() else None

    def new_user(self, name, *statements):
        """Makes a user with these permissions; returns its keys."""
        iam = self.iam()
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"], None


@functools.cache
def shared():
    """The service of all tests; they differ in the names that they use."""
    server = IamServer()
    server.start()
    atexit.register(server.__exit__)
    return server


def policy(*statements, version="2012-10-17"):
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal, **more):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    return policy(statement)


SERVICE_TRUST = trust({"Service": "kinesisanalytics.amazonaws.com"})


def equal(found, wanted):
    expect_equal(found, wanted)


def fails(code, message, call, *arguments, **parameters):
    """Calls and expects this error; a message of None may be any."""
    try:
        call(*arguments, **parameters)
    except botocore.exceptions.ClientError as error:
        equal(error.response["Error"]["Code"], code)
        if message is not None:
            equal(error.response["Error"]["Message"], message)
        return error.response
    raise AssertionError(f"no error; {code} was expected")
