"""Services that are not kept by `millrace serve` but elsewhere: here, by another one of it."""

import json
from contextlib import contextmanager

from code_tests import BUCKET, allow, content_of, create, insert, make_bucket, run_to_the_end, \
    zip_of
from control_tests import ended, wait_for
from engine_tests import configuration, script
from harness import (REGION, SERVICE_ROLE, Server, expect, expect_equal, expect_error,
                     run_program)
from observability_tests import ARN, FAST, log_of, make_stream

SERVICES = {"kinesis": "list_streams", "s3": "list_buckets", "iam": "list_roles",
            "sts": "get_caller_identity", "logs": "describe_log_groups"}


@contextmanager
def far_account():
    """A service whose user may assume the role `service`: (the service, the user's variables)."""
    with Server() as far:
        iam = far.client("iam")
        iam.create_user(UserName="millrace")
        iam.put_user_policy(UserName="millrace", PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": SERVICE_ROLE}]}))
        iam.create_role(RoleName="service", AssumeRolePolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                "Action": "sts:AssumeRole"}]}))
        allow(iam, "service", ("s3:*", "*"))
        keys = iam.create_access_key(UserName="millrace")["AccessKey"]
        yield far, {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                    "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_REGION": REGION}


def tables_in_s3():
    return f"""
CREATE TABLE numbers (id INT) WITH (
  'connector' = 'datagen', 'number-of-rows' = '20',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '20');
CREATE TABLE results (id INT) WITH (
  'connector' = 'filesystem', 'path' = 's3://{BUCKET}/out', 'format' = 'json');
"""


def test_companions_off():
    """Code, roles, files and credentials of an application are those of the other service."""
    with far_account() as (far, variables):
        variables["AWS_ENDPOINT_URL"] = far.url
        with Server("--companions", "off", environment=variables) as near:
            for service, operation in SERVICES.items():
                expect_error(getattr(near.client(service), operation), "MisdirectedRequest", 421,
                             far.url)
            s3 = make_bucket(far)
            client = near.client("kinesisanalyticsv2")
            error = expect_error(lambda: create(client), "InvalidArgumentException")
            expect("NoSuchKey" in error["Error"]["Message"], error)
            expect_error(lambda: create(client, role="arn:aws:iam::000000000000:role/nobody"),
                         "InvalidArgumentException", 400, "privileges to assume the role")
            body = zip_of(a=tables_in_s3(), b=insert(5))
            s3.put_object(Bucket=BUCKET, Key="app.zip", Body=body)
            expect_equal(content_of(create(client))["CodeSize"], len(body))
            run_to_the_end(client)
            objects = s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
            lines = b"".join(s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read()
                             for each in objects).splitlines()
            expect_equal(sorted(json.loads(line)["id"] for line in lines),
                         [5 * i for i in range(1, 21)])
            expect(variables["AWS_SECRET_ACCESS_KEY"] not in near.log, "a secret in the log")


def test_logs_and_metrics_go_elsewhere():
    with far_account() as (far, variables):
        iam = far.client("iam")
        allow(iam, "service", ("logs:PutLogEvents", ARN))
        iam.put_user_policy(UserName="millrace", PolicyName="metrics", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*"}]}))
        make_stream(far)
        variables["AWS_ENDPOINT_URL"] = far.url
        with Server("--companions", "off", "--set", FAST, environment=variables) as near:
            client = near.client("kinesisanalyticsv2")
            client.create_application(
                ApplicationName="app", RuntimeEnvironment="FLINK-1_20",
                ServiceExecutionRole=SERVICE_ROLE,
                ApplicationConfiguration=configuration(script(near.data / "out", 100000, 200)),
                CloudWatchLoggingOptions=[{"LogStreamARN": ARN}])
            operation = client.start_application(ApplicationName="app")["OperationId"]
            expect_equal(ended(client, operation)["OperationStatus"], "SUCCESSFUL")
            wait_for(lambda: [event for event in log_of(far) if "to RUNNING" in event["message"]])
            # AWS keeps names that begin with AWS/ for itself.
            wait_for(lambda: far.client("cloudwatch").list_metrics(
                Namespace="KinesisAnalytics", MetricName="uptime")["Metrics"])


def test_one_service_elsewhere():
    with Server("--auth", "off") as far:
        configuration = far.data / "near.json"
        configuration.write_text(json.dumps({"auth": "off", "kinesis": {"endpoint": far.url}}))
        with Server("--config", str(configuration)) as near:
            expect_error(near.client("kinesis").list_streams, "MisdirectedRequest", 421, far.url)
            expect_equal(near.client("s3").list_buckets()["Buckets"], [])
            kinesis = far.client("kinesis")
            kinesis.create_stream(StreamName="quotes", ShardCount=1)
            kinesis.get_waiter("stream_exists").wait(StreamName="quotes",
                                                     WaiterConfig={"Delay": 1})
            kinesis.put_record(StreamName="quotes", Data=b'{"a": 1}', PartitionKey="k")
            answer = near.client("kinesisanalyticsv2").discover_input_schema(
                ResourceARN="arn:aws:kinesis:us-east-1:000000000000:stream/quotes",
                ServiceExecutionRole=SERVICE_ROLE,
                InputStartingPositionConfiguration={"InputStartingPosition": "TRIM_HORIZON"})
            expect_equal(answer["RawInputRecords"], ['{"a": 1}'])


def test_services_that_cannot_be_reached():
    with Server("--auth", "off", "-D", "s3.endpoint=http://127.0.0.1:1") as server:
        error = expect_error(lambda: create(server.client("kinesisanalyticsv2")),
                             "InvalidArgumentException")
        expect("127.0.0.1:1" in error["Error"]["Message"], error)


def test_wrong_settings():
    for settings, part in ((("s3.endpoint=ftp://host",), "s3.endpoint"),
                           (("kinesis.endpoint=aws", "kinesis.fsync=always"), "kinesis.fsync"),
                           (("sqs.endpoint=http://host",), "sqs.endpoint")):
        with Server() as server:
            data = str(server.data / "other")
        code, said = run_program("--port", "0", "--data", data,
                                 *(word for each in settings for word in ("-D", each)))
        expect_equal(code, 1, said)
        expect(part in said, said)
