"""Errors of kinesisanalyticsv2 that depend on what an application does, or on what a source has.

Each function makes the state on a server of its own and yields (operation, error, answer); the
answer is that of conformance_tests.Caller.call.
"""

import conformance_model as model
from code_tests import allow
from conformance_tests import Caller
from harness import SERVICE_ROLE, ServerWithRole, expect, expect_equal, wait_until

IN_USE = "ResourceInUseException"
NAME = "busy"
SQL = """
CREATE TABLE numbers (id INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE nothing (id INT) WITH ('connector' = 'blackhole');
INSERT INTO nothing SELECT id FROM numbers;
"""
# What changes an application is refused while it starts, before anything else is looked at.
CHANGING = [
    "AddApplicationCloudWatchLoggingOption", "AddApplicationInput",
    "AddApplicationInputProcessingConfiguration", "AddApplicationOutput",
    "AddApplicationReferenceDataSource", "AddApplicationVpcConfiguration",
    "DeleteApplicationCloudWatchLoggingOption",
    "DeleteApplicationInputProcessingConfiguration", "DeleteApplicationOutput",
    "DeleteApplicationReferenceDataSource", "DeleteApplicationVpcConfiguration",
    "UpdateApplication", "UpdateApplicationMaintenanceConfiguration"]
# operation -> the errors that the functions below provoke
ERRORS = {
    **{operation: [IN_USE] for operation in CHANGING},
    "CreateApplicationSnapshot": [IN_USE, "LimitExceededException"],
    "DeleteApplicationSnapshot": [IN_USE, "InvalidArgumentException"],
    "DiscoverInputSchema": ["ServiceUnavailableException", "UnableToDetectSchemaException"],
    "RollbackApplication": ["InvalidRequestException"],
    "StartApplication": [IN_USE],
}


def status_of(caller):
    detail = caller.client.describe_application(ApplicationName=NAME)["ApplicationDetail"]
    return detail["ApplicationStatus"]


def become(caller, status):
    wait_until(lambda: status_of(caller) == status)


def snapshot(caller):
    return caller.client.describe_application_snapshot(
        ApplicationName=NAME, SnapshotName="taken")["SnapshotDetails"]


def of_applications():
    with ServerWithRole("--quota", "snapshots=1") as server:
        caller = Caller(server)
        caller.client.create_application(
            ApplicationName=NAME, RuntimeEnvironment="FLINK-1_20",
            ServiceExecutionRole=SERVICE_ROLE,
            ApplicationConfiguration={
                "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": True},
                "ApplicationCodeConfiguration": {
                    "CodeContentType": "PLAINTEXT", "CodeContent": {"TextContent": SQL}}})
        about = {"ApplicationName": NAME}
        start = dict(about, RunConfiguration={})
        expect_equal(caller.call("StartApplication", start)[0], None)
        become(caller, "RUNNING")
        yield from of_a_running_one(caller, about)
        yield from of_a_starting_one(caller, about)


def of_a_running_one(caller, about):
    yield "StartApplication", IN_USE, caller.call("StartApplication", about)
    back = dict(about, CurrentApplicationVersionId=1)
    refused = "InvalidRequestException"
    yield "RollbackApplication", refused, caller.call("RollbackApplication", back)
    take = dict(about, SnapshotName="taken")
    expect_equal(caller.call("CreateApplicationSnapshot", take)[0], None)
    wait_until(lambda: snapshot(caller)["SnapshotStatus"] == "READY")
    yield "RollbackApplication", refused, caller.call("RollbackApplication", back)
    yield "CreateApplicationSnapshot", IN_USE, caller.call("CreateApplicationSnapshot", take)
    yield "CreateApplicationSnapshot", "LimitExceededException", caller.call(
        "CreateApplicationSnapshot", dict(about, SnapshotName="another"))
    yield "DeleteApplicationSnapshot", "InvalidArgumentException", caller.call(
        "DeleteApplicationSnapshot", dict(take, SnapshotCreationTimestamp=1))


def of_a_starting_one(caller, about):
    """A start takes some 100 ms: the calls that came too late are made in the next one."""
    used = dict(about, SnapshotName="taken",
                SnapshotCreationTimestamp=snapshot(caller)["SnapshotCreationTimestamp"])
    waiting = {"DeleteApplicationSnapshot": used}
    for operation in CHANGING:
        request = model.sample(model.input_of(operation), optional=False)
        if "CurrentApplicationVersionId" in model.input_of(operation).members:
            request["CurrentApplicationVersionId"] = 1
        waiting[operation] = {**request, **about}
    restore = {"ApplicationRestoreConfiguration": {
        "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": "taken"}}
    for _ in range(5):
        caller.client.stop_application(ApplicationName=NAME, Force=True)
        become(caller, "READY")
        caller.client.start_application(ApplicationName=NAME, RunConfiguration=restore)
        while waiting:
            operation = next(iter(waiting))
            answer = caller.call(operation, waiting[operation])
            if status_of(caller) != "STARTING":
                break
            yield operation, IN_USE, answer
            del waiting[operation]
        become(caller, "RUNNING")
        if not waiting:
            return
    expect(False, "starts were too fast for", *waiting)


def of_sources():
    request = {"ServiceExecutionRole": SERVICE_ROLE, "S3Configuration": {
        "BucketARN": "arn:aws:s3:::samples", "FileKey": "noise"}}
    with ServerWithRole() as server:
        allow(server.client("iam"), "service", ("s3:GetObject", "*"))
        s3 = server.client("s3")
        s3.create_bucket(Bucket="samples")
        s3.put_object(Bucket="samples", Key="noise", Body=b"a,b\nc\n{]\n")
        yield "DiscoverInputSchema", "UnableToDetectSchemaException", Caller(server).call(
            "DiscoverInputSchema", request)
    with ServerWithRole("-D", "s3.endpoint=http://127.0.0.1:1") as server:
        yield "DiscoverInputSchema", "ServiceUnavailableException", Caller(server).call(
            "DiscoverInputSchema", request)
