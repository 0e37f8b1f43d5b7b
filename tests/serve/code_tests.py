"""Code of applications in S3, read and run with their role, and the roles themselves; boto3."""

import concurrent.futures
import hashlib
import io
import json
import zipfile

from control_tests import ended, wait_for
from harness import (SERVICE_ROLE, SERVICE_TRUST, Server, ServerWithRole, expect, expect_equal,
                     expect_error)

BUCKET = "application-code"
LARGEST_KEPT = 52_428_800
PREFIX = "arn:aws:kinesisanalytics:us-east-1:000000000000:application/"
UNREADABLE = "Please check the role provided or validity of S3 location you provided"
NOT_ASSUMABLE = ("Kinesis Analytics service doesn't have sufficient privileges to assume the role")


def zip_of(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name + ".sql", text)
    return target.getvalue()


def tables(out):
    return f"""
CREATE TABLE numbers (id INT) WITH (
  'connector' = 'datagen', 'number-of-rows' = '20',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '20');
CREATE TABLE results (id INT) WITH (
  'connector' = 'filesystem', 'path' = '{out}', 'format' = 'json');
"""


def insert(factor):
    return f"INSERT INTO results SELECT id * {factor} FROM numbers;"


def location(key="app.zip", version=None, bucket=BUCKET):
    found = {"BucketARN": f"arn:aws:s3:::{bucket}", "FileKey": key}
    return found if version is None else {**found, "ObjectVersion": version}


def code(content_type="ZIPFILE", **where):
    return {"ApplicationCodeConfiguration": {
        "CodeContentType": content_type, "CodeContent": {"S3ContentLocation": location(**where)}}}


def create(client, name="app", role=SERVICE_ROLE, **where):
    return client.create_application(
        ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=role,
        ApplicationConfiguration=code(**where))["ApplicationDetail"]


def content_of(detail):
    return detail["ApplicationConfigurationDescription"][
        "ApplicationCodeConfigurationDescription"]["CodeContentDescription"]


def allow(iam, role, *statements):
    iam.put_role_policy(RoleName=role, PolicyName="access", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}
                      for action, resource in statements]}))


def allow_code(server):
    allow(server.client("iam"), "service",
          (["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"],
           [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]))


def make_bucket(server, versions=False):
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    if versions:
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return s3


def results(out):
    return sorted(json.loads(line)["id"] for path in out.rglob("*")
                  if path.is_file() and not path.name.startswith((".", "_"))
                  for line in path.read_text().splitlines())


def run_to_the_end(client, name="app"):
    operation = client.start_application(ApplicationName=name)["OperationId"]
    details = ended(client, operation, name)
    expect_equal(details["OperationStatus"], "SUCCESSFUL", details)
    wait_for(lambda: client.describe_application(ApplicationName=name)["ApplicationDetail"][
        "ApplicationStatus"] == "READY")


def test_versions_of_an_object():
    with ServerWithRole() as server:
        allow_code(server)
        s3 = make_bucket(server, versions=True)
        bodies, versions = [], []
        for factor in (10, 100):
            out = server.data / f"out{factor}"
            bodies.append(zip_of(a_tables=tables(out), b_insert=insert(factor)))
            versions.append(s3.put_object(Bucket=BUCKET, Key="app.zip",
                                          Body=bodies[-1])["VersionId"])
        client = server.client("kinesisanalyticsv2")
        content = content_of(create(client, version=versions[0]))
        expect_equal(content["S3ApplicationCodeLocationDescription"],
                     location(version=versions[0]))
        expect_equal(content["CodeSize"], len(bodies[0]))
        expect_equal(content["CodeMD5"], hashlib.sha512(bodies[0]).hexdigest())
        run_to_the_end(client)
        expect_equal(results(server.data / "out10"), [10 * i for i in range(1, 21)])

        updated = client.update_application(
            ApplicationName="app", CurrentApplicationVersionId=1,
            ApplicationConfigurationUpdate={"ApplicationCodeConfigurationUpdate": {
                "CodeContentUpdate": {"S3ContentLocationUpdate": {
                    "ObjectVersionUpdate": versions[1]}}}})["ApplicationDetail"]
        expect_equal(content_of(updated)["CodeMD5"], hashlib.sha512(bodies[1]).hexdigest())
        run_to_the_end(client)
        expect_equal(results(server.data / "out100"), [100 * i for i in range(1, 21)])


def update(client, version, **what):
    return client.update_application(
        ApplicationName="app", CurrentApplicationVersionId=version,
        ApplicationConfigurationUpdate=what)["ApplicationDetail"]


def code_update(**content):
    return {"ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": content}}


def test_text_in_an_object():
    with ServerWithRole() as server:
        allow_code(server)
        client = server.client("kinesisanalyticsv2")
        make_bucket(server).put_object(Bucket=BUCKET, Key="a b/ü.sql",
                                       Body=(tables(server.data / "out") + insert(3)).encode())
        create(client, key="a b/ü.sql", content_type="PLAINTEXT")
        run_to_the_end(client)
        expect_equal(results(server.data / "out"), [3 * i for i in range(1, 21)])


def test_a_version_keeps_its_code():
    """The guide: when no version of the object is given, code of the same name is not loaded again
    by an update; it is by one of the code."""
    with ServerWithRole() as server:
        allow_code(server)
        s3 = make_bucket(server)
        client = server.client("kinesisanalyticsv2")

        def put(factor):
            body = zip_of(a=tables(server.data / f"out{factor}"), b=insert(factor))
            s3.put_object(Bucket=BUCKET, Key="app.zip", Body=body)
            return hashlib.sha512(body).hexdigest()

        def expect_runs(factor, runs):
            run_to_the_end(client)
            expect_equal(results(server.data / f"out{factor}"),
                         sorted(runs * [factor * i for i in range(1, 21)]))

        first = put(3)
        create(client)
        second = put(5)
        expect_runs(3, 1)
        # Something else is updated: still the same code, as its checksum says.
        detail = update(client, 1, FlinkApplicationConfigurationUpdate={
            "ParallelismConfigurationUpdate": {"ConfigurationTypeUpdate": "CUSTOM",
                                               "ParallelismUpdate": 2}})
        expect_equal(content_of(detail)["CodeMD5"], first)
        expect_runs(3, 2)
        detail = update(client, 2, **code_update(
            S3ContentLocationUpdate={"FileKeyUpdate": "app.zip"}))
        expect_equal(content_of(detail)["CodeMD5"], second)
        s3.delete_object(Bucket=BUCKET, Key="app.zip")
        server.client("iam").delete_role_policy(RoleName="service", PolicyName="access")
        expect_runs(5, 1)
        # Over a restart of the service, and with code that comes another way afterwards.
        server.stop()
        server.start()
        client = server.client("kinesisanalyticsv2")
        expect_runs(5, 2)
        update(client, 3, **code_update(
            ZipFileContentUpdate=zip_of(a=tables(server.data / "out7"), b=insert(7))))
        expect_runs(7, 1)


def test_a_rollback_runs_the_old_code():
    with ServerWithRole() as server:
        allow_code(server)
        s3 = make_bucket(server)
        client = server.client("kinesisanalyticsv2")
        out = server.data / "out"

        def put(name):
            body = f"""
CREATE TABLE numbers (id BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '50',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000');
CREATE TABLE results (id STRING) WITH (
  'connector' = 'filesystem', 'path' = '{out}', 'format' = 'json');
INSERT INTO results SELECT '{name}' FROM numbers;""".encode()
            s3.put_object(Bucket=BUCKET, Key="app.sql", Body=body)
            return hashlib.sha512(body).hexdigest()

        def number(name):
            return results(out).count(name)

        def runs(operation):
            details = ended(client, operation)
            expect_equal(details["OperationStatus"], "SUCCESSFUL", details)

        first = put("first")
        client.create_application(
            ApplicationName="app", RuntimeEnvironment="FLINK-1_20",
            ServiceExecutionRole=SERVICE_ROLE, ApplicationConfiguration={
                **code(content_type="PLAINTEXT", key="app.sql"),
                "FlinkApplicationConfiguration": {"CheckpointConfiguration": {
                    "ConfigurationType": "CUSTOM", "CheckpointingEnabled": True,
                    "CheckpointInterval": 300, "MinPauseBetweenCheckpoints": 0}}})
        runs(client.start_application(ApplicationName="app")["OperationId"])
        wait_for(lambda: number("first"))
        put("second")
        runs(client.update_application(
            ApplicationName="app", CurrentApplicationVersionId=1,
            ApplicationConfigurationUpdate=code_update(
                S3ContentLocationUpdate={"FileKeyUpdate": "app.sql"}))["OperationId"])
        wait_for(lambda: number("second"))
        before = number("first")
        runs(client.rollback_application(
            ApplicationName="app", CurrentApplicationVersionId=2)["OperationId"])
        wait_for(lambda: number("first") > before)
        detail = client.describe_application(ApplicationName="app")["ApplicationDetail"]
        expect_equal(content_of(detail)["CodeMD5"], first)


def test_code_that_cannot_be_had():
    with ServerWithRole() as server:
        client = server.client("kinesisanalyticsv2")

        def refused(part, **more):
            response = expect_error(lambda: create(client, **more), "InvalidArgumentException", 400,
                                    UNREADABLE)
            expect(part in response["Error"]["Message"], response["Error"]["Message"])

        refused("AccessDenied")  # the role may nothing, so it does not learn what is missing
        allow_code(server)
        allow(server.client("iam"), "service", ("s3:*", "*"))
        refused("NoSuchBucket")
        s3 = make_bucket(server, versions=True)
        refused("NoSuchKey")
        s3.put_object(Bucket=BUCKET, Key="app.zip", Body=zip_of(main="SELECT 1;"))
        refused("version id", version="nothing")
        expect_equal(client.list_applications()["ApplicationSummaries"], [])
        create(client)
        expect_error(lambda: client.update_application(
            ApplicationName="app", CurrentApplicationVersionId=1,
            ApplicationConfigurationUpdate={"ApplicationCodeConfigurationUpdate": {
                "CodeContentUpdate": {"S3ContentLocationUpdate": {"FileKeyUpdate": "other"}}}}),
            "InvalidArgumentException", 400, UNREADABLE)
        expect_equal(client.describe_application(ApplicationName="app")["ApplicationDetail"][
            "ApplicationVersionId"], 1)


def failure_of_start(client):
    details = ended(client, client.start_application(ApplicationName="app")["OperationId"])
    expect_equal(details["OperationStatus"], "FAILED")
    return details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]


def test_code_that_is_gone_at_the_start():
    """What is too large to be kept is fetched then."""
    with ServerWithRole() as server:
        allow_code(server)
        s3 = make_bucket(server)
        s3.put_object(Bucket=BUCKET, Key="app.zip", Body=bytes(LARGEST_KEPT + 1))
        client = server.client("kinesisanalyticsv2")
        expect("CodeMD5" not in content_of(create(client)))
        s3.delete_object(Bucket=BUCKET, Key="app.zip")
        text = failure_of_start(client)
        expect("NoSuchKey" in text and f"s3://{BUCKET}/app.zip" in text, text)
        s3.put_object(Bucket=BUCKET, Key="app.zip", Body=b"no zip")
        expect("zip" in failure_of_start(client))
        server.client("iam").delete_role_policy(RoleName="service", PolicyName="access")
        expect("AccessDenied" in failure_of_start(client))
        iam = server.client("iam")
        iam.delete_role(RoleName="service")
        text = failure_of_start(client)
        expect("sts:AssumeRole" in text, text)
        # One of the same name is another one, but will do.
        iam.create_role(RoleName="service", AssumeRolePolicyDocument=json.dumps(SERVICE_TRUST))
        allow_code(server)
        s3.put_object(Bucket=BUCKET, Key="app.zip", Body=zip_of(
            a=tables(server.data / "out"), b=insert(2)))
        run_to_the_end(client)


def test_a_role_that_is_gone_at_the_start():
    """As AWS says it of a role that an application is made with."""
    with ServerWithRole() as server:
        allow_code(server)
        make_bucket(server).put_object(Bucket=BUCKET, Key="app.zip", Body=zip_of(
            a=tables(server.data / "out"), b=insert(2)))
        client = server.client("kinesisanalyticsv2")
        iam = server.client("iam")
        create(client)
        iam.delete_role_policy(RoleName="service", PolicyName="access")
        iam.delete_role(RoleName="service")
        text = failure_of_start(client)
        expect(NOT_ASSUMABLE in text and SERVICE_ROLE in text, text)
        expect_equal(client.describe_application(ApplicationName="app")["ApplicationDetail"][
            "ApplicationStatus"], "READY")
        trust = json.loads(json.dumps(SERVICE_TRUST))
        trust["Statement"][0]["Principal"]["Service"] = "lambda.amazonaws.com"
        iam.create_role(RoleName="service", AssumeRolePolicyDocument=json.dumps(trust))
        expect(NOT_ASSUMABLE in failure_of_start(client))
        iam.update_assume_role_policy(RoleName="service", PolicyDocument=json.dumps(SERVICE_TRUST))
        run_to_the_end(client)


def test_roles_that_cannot_be_assumed():
    with ServerWithRole() as server:
        client = server.client("kinesisanalyticsv2")
        iam = server.client("iam")
        trust = json.loads(json.dumps(SERVICE_TRUST))
        trust["Statement"][0]["Principal"]["Service"] = "lambda.amazonaws.com"
        iam.create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps(trust))
        trust = json.loads(json.dumps(SERVICE_TRUST))
        trust["Statement"][0]["Condition"] = {"ArnLike": {"aws:SourceArn": PREFIX + "orders*"}}
        iam.create_role(RoleName="guarded", AssumeRolePolicyDocument=json.dumps(trust))

        def create_with(role, name="app"):
            return client.create_application(
                ApplicationName=name, RuntimeEnvironment="FLINK-1_20",
                ServiceExecutionRole=f"arn:aws:iam::000000000000:role/{role}")

        for role in ("nobody", "other", "guarded"):
            expect_error(lambda: create_with(role), "InvalidArgumentException", 400, NOT_ASSUMABLE)
        create_with("guarded", "orders-eu")
        create_with("service")
        expect_error(lambda: client.update_application(
            ApplicationName="app", CurrentApplicationVersionId=1,
            ServiceExecutionRoleUpdate="arn:aws:iam::000000000000:role/other"),
            "InvalidArgumentException", 400, NOT_ASSUMABLE)


def test_passing_a_role():
    with ServerWithRole() as server:
        iam = server.client("iam")
        iam.create_user(UserName="dev")
        keys = iam.create_access_key(UserName="dev")["AccessKey"]
        client = server.client("kinesisanalyticsv2", keys["AccessKeyId"], keys["SecretAccessKey"])

        def permit(*statements):
            iam.put_user_policy(UserName="dev", PolicyName="p", PolicyDocument=json.dumps({
                "Version": "2012-10-17", "Statement": statements}))

        service = {"Effect": "Allow", "Action": "kinesisanalytics:*", "Resource": "*"}
        permit(service)
        expect_error(lambda: client.create_application(
            ApplicationName="app", RuntimeEnvironment="FLINK-1_20",
            ServiceExecutionRole=SERVICE_ROLE), "AccessDeniedException", 400, "iam:PassRole")
        permit(service, {
            "Effect": "Allow", "Action": "iam:PassRole", "Resource": SERVICE_ROLE,
            "Condition": {"StringEquals": {
                "iam:PassedToService": "kinesisanalytics.amazonaws.com"}}})
        client.create_application(ApplicationName="app", RuntimeEnvironment="FLINK-1_20",
                                  ServiceExecutionRole=SERVICE_ROLE)


def test_without_authentication():
    """Any role will do, and code is found all the same."""
    with Server("--auth", "off") as server:
        s3 = make_bucket(server)
        s3.put_object(Bucket=BUCKET, Key="app.zip", Body=zip_of(
            a=tables(server.data / "out"), b=insert(7)))
        client = server.client("kinesisanalyticsv2")
        create(client, role="arn:aws:iam::000000000000:role/made-up")
        run_to_the_end(client)
        expect_equal(results(server.data / "out"), [7 * i for i in range(1, 21)])


def test_many_at_once():
    """Each call makes calls of its own to the same service: more than it has threads."""
    count = 200
    with ServerWithRole("--quota", f"applications={count}") as server:
        allow_code(server)
        body = zip_of(main="-- " + "x" * 200_000)
        make_bucket(server).put_object(Bucket=BUCKET, Key="app.zip", Body=body)
        client = server.client("kinesisanalyticsv2", max_pool_connections=count)
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            details = list(pool.map(lambda i: create(client, f"app-{i}"), range(count)))
        expect_equal({content_of(detail)["CodeSize"] for detail in details}, {len(body)})
