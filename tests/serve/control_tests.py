"""kinesisanalyticsv2 through boto3 and aws-cli: configuration, versions, errors, restarts."""

import datetime
import json
import signal
import time

from harness import SERVICE_ROLE as ROLE
from harness import ServerWithRole as Server
from harness import expect, expect_equal, expect_error

SQL = "CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); INSERT INTO t SELECT a FROM t"
LOG = "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s"
SCHEMA = {
    "RecordFormat": {"RecordFormatType": "JSON",
                     "MappingParameters": {"JSONMappingParameters": {"RecordRowPath": "$"}}},
    "RecordEncoding": "UTF-8",
    "RecordColumns": [{"Name": "TICKER", "Mapping": "$.TICKER", "SqlType": "VARCHAR(4)"}],
}
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/"


def create(client, name="app", runtime="FLINK-1_20", **more):
    return client.create_application(ApplicationName=name, RuntimeEnvironment=runtime,
                                     ServiceExecutionRole=ROLE, **more)["ApplicationDetail"]


def describe(client, name="app"):
    return client.describe_application(ApplicationName=name)["ApplicationDetail"]


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came")


def operation_of(client, operation_id, name="app"):
    return client.describe_application_operation(
        ApplicationName=name, OperationId=operation_id)["ApplicationOperationInfoDetails"]


def ended(client, operation_id, name="app"):
    def look():
        details = operation_of(client, operation_id, name)
        return details if details["OperationStatus"] != "IN_PROGRESS" else None
    return wait_for(look)


def text_code(text=SQL):
    return {"ApplicationCodeConfiguration": {"CodeContentType": "PLAINTEXT",
                                             "CodeContent": {"TextContent": text}}}


def test_defaults_of_a_flink_application():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        detail = create(client)
        expect_equal(detail, describe(client))
        expect_equal(detail["ApplicationStatus"], "READY")
        expect_equal(detail["ApplicationVersionId"], 1)
        expect_equal(detail["ApplicationARN"],
                     "arn:aws:kinesisanalytics:us-east-1:000000000000:application/app")
        expect(isinstance(detail["CreateTimestamp"], datetime.datetime), "a timestamp")
        expect("Tags" not in detail and "ApplicationDescription" not in detail)
        configuration = detail["ApplicationConfigurationDescription"]
        flink = configuration["FlinkApplicationConfigurationDescription"]
        expect_equal(flink["CheckpointConfigurationDescription"],
                     {"ConfigurationType": "DEFAULT", "CheckpointingEnabled": True,
                      "CheckpointInterval": 60000, "MinPauseBetweenCheckpoints": 5000})
        expect_equal(flink["MonitoringConfigurationDescription"],
                     {"ConfigurationType": "DEFAULT", "MetricsLevel": "APPLICATION",
                      "LogLevel": "INFO"})
        expect_equal(flink["ParallelismConfigurationDescription"],
                     {"ConfigurationType": "DEFAULT", "Parallelism": 1, "ParallelismPerKPU": 1,
                      "CurrentParallelism": 1, "AutoScalingEnabled": True})
        expect_equal(configuration["ApplicationSnapshotConfigurationDescription"],
                     {"SnapshotsEnabled": True})
        expect("RunConfigurationDescription" not in configuration)
        expect("SqlApplicationConfigurationDescription" not in configuration)
        expect_equal(detail["ApplicationMaintenanceConfigurationDescription"],
                     {"ApplicationMaintenanceWindowStartTime": "03:00",
                      "ApplicationMaintenanceWindowEndTime": "11:00"})


def test_default_checkpoints_ignore_what_else_is_sent():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        detail = create(client, ApplicationConfiguration={"FlinkApplicationConfiguration": {
            "CheckpointConfiguration": {"ConfigurationType": "DEFAULT", "CheckpointInterval": 1,
                                        "CheckpointingEnabled": False}}})
        checkpoints = detail["ApplicationConfigurationDescription"][
            "FlinkApplicationConfigurationDescription"]["CheckpointConfigurationDescription"]
        expect_equal(checkpoints["CheckpointInterval"], 60000)
        expect_equal(checkpoints["CheckpointingEnabled"], True)


def test_updates_versions_and_tokens():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        token = create(client)["ConditionalToken"]
        groups = [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}]
        change = {"EnvironmentPropertyUpdates": {"PropertyGroups": groups}}
        done = client.update_application(ApplicationName="app", CurrentApplicationVersionId=1,
                                         ApplicationConfigurationUpdate=change)
        expect_equal(done["ApplicationDetail"]["ApplicationVersionId"], 2)
        expect_equal(done["ApplicationDetail"]["ApplicationVersionUpdatedFrom"], 1)
        expect_equal(operation_of(client, done["OperationId"])["OperationStatus"], "SUCCESSFUL")
        expect_equal(operation_of(client, done["OperationId"])["ApplicationVersionChangeDetails"],
                     {"ApplicationVersionUpdatedFrom": 1, "ApplicationVersionUpdatedTo": 2})
        for stale in ({"CurrentApplicationVersionId": 1}, {"ConditionalToken": token}):
            expect_error(lambda: client.update_application(ApplicationName="app", **stale),
                         "ConcurrentModificationException", 400)
        expect_error(lambda: client.update_application(ApplicationName="app"),
                     "InvalidArgumentException")
        new = describe(client)["ConditionalToken"]
        client.update_application(ApplicationName="app", ConditionalToken=new,
                                  ApplicationConfigurationUpdate={
                                      "EnvironmentPropertyUpdates": {"PropertyGroups": []}})
        expect("EnvironmentPropertyDescriptions" not in
               describe(client)["ApplicationConfigurationDescription"])
        old = client.describe_application_version(ApplicationName="app", ApplicationVersionId=2)
        expect_equal(old["ApplicationVersionDetail"]["ApplicationConfigurationDescription"][
            "EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"], groups)
        page = client.list_application_versions(ApplicationName="app", Limit=2)
        rest = client.list_application_versions(ApplicationName="app", Limit=2,
                                                NextToken=page["NextToken"])
        seen = page["ApplicationVersionSummaries"] + rest["ApplicationVersionSummaries"]
        expect_equal([each["ApplicationVersionId"] for each in seen], [3, 2, 1])
        expect("NextToken" not in rest)


def test_an_unknown_part_leaves_the_version_alone():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        create(client)
        expect_error(lambda: client.update_application(
            ApplicationName="app", CurrentApplicationVersionId=1,
            CloudWatchLoggingOptionUpdates=[{"CloudWatchLoggingOptionId": "9.9",
                                             "LogStreamARNUpdate": LOG}]),
            "InvalidArgumentException")
        expect_equal(describe(client)["ApplicationVersionId"], 1)


def test_logging_options_and_vpcs():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        create(client)
        added = client.add_application_cloud_watch_logging_option(
            ApplicationName="app", CurrentApplicationVersionId=1,
            CloudWatchLoggingOption={"LogStreamARN": LOG})
        expect_equal(added["CloudWatchLoggingOptionDescriptions"],
                     [{"CloudWatchLoggingOptionId": "2.1", "LogStreamARN": LOG}])
        expect("OperationId" in added)
        vpc = client.add_application_vpc_configuration(
            ApplicationName="app", CurrentApplicationVersionId=2,
            VpcConfiguration={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]})
        expect_equal(vpc["VpcConfigurationDescription"]["VpcConfigurationId"], "3.1")
        client.delete_application_vpc_configuration(
            ApplicationName="app", CurrentApplicationVersionId=3, VpcConfigurationId="3.1")
        client.delete_application_cloud_watch_logging_option(
            ApplicationName="app", CurrentApplicationVersionId=4, CloudWatchLoggingOptionId="2.1")
        detail = describe(client)
        expect_equal(detail["ApplicationVersionId"], 5)
        expect("CloudWatchLoggingOptionDescriptions" not in detail)
        expect_error(lambda: client.delete_application_vpc_configuration(
            ApplicationName="app", CurrentApplicationVersionId=5, VpcConfigurationId="3.1"),
            "ResourceNotFoundException")


def test_parts_of_a_sql_application():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        create(client, runtime="SQL-1_0")
        current = {"ApplicationName": "app"}
        inputs = client.add_application_input(
            CurrentApplicationVersionId=1, **current,
            Input={"NamePrefix": "SOURCE", "InputParallelism": {"Count": 2}, "InputSchema": SCHEMA,
                   "KinesisStreamsInput": {"ResourceARN": STREAM + "in"}})
        expect("OperationId" not in inputs)
        expect_equal(inputs["InputDescriptions"][0]["InAppStreamNames"],
                     ["SOURCE_001", "SOURCE_002"])
        input_id = inputs["InputDescriptions"][0]["InputId"]
        processing = {"InputLambdaProcessor": {"ResourceARN": "arn:aws:lambda:::function:f"}}
        client.add_application_input_processing_configuration(
            CurrentApplicationVersionId=2, InputId=input_id,
            InputProcessingConfiguration=processing, **current)
        client.delete_application_input_processing_configuration(
            CurrentApplicationVersionId=3, InputId=input_id, **current)
        output = client.add_application_output(
            CurrentApplicationVersionId=4, **current,
            Output={"Name": "OUT", "DestinationSchema": {"RecordFormatType": "JSON"},
                    "KinesisStreamsOutput": {"ResourceARN": STREAM + "out"}})
        reference = client.add_application_reference_data_source(
            CurrentApplicationVersionId=5, **current,
            ReferenceDataSource={"TableName": "ref", "ReferenceSchema": SCHEMA,
                                 "S3ReferenceDataSource": {"BucketARN": "arn:aws:s3:::b",
                                                           "FileKey": "k"}})
        client.delete_application_output(
            CurrentApplicationVersionId=6,
            OutputId=output["OutputDescriptions"][0]["OutputId"], **current)
        client.delete_application_reference_data_source(
            CurrentApplicationVersionId=7, **current,
            ReferenceId=reference["ReferenceDataSourceDescriptions"][0]["ReferenceId"])
        client.update_application(
            CurrentApplicationVersionId=8, **current,
            ApplicationConfigurationUpdate={"SqlApplicationConfigurationUpdate": {"InputUpdates": [
                {"InputId": input_id, "NamePrefixUpdate": "OTHER",
                 "InputParallelismUpdate": {"CountUpdate": 1}}]}})
        sql = describe(client)["ApplicationConfigurationDescription"][
            "SqlApplicationConfigurationDescription"]
        expect_equal(list(sql), ["InputDescriptions"])
        expect_equal(sql["InputDescriptions"][0]["InAppStreamNames"], ["OTHER_001"])
        expect_error(lambda: client.add_application_vpc_configuration(
            CurrentApplicationVersionId=9, **current,
            VpcConfiguration={"SubnetIds": ["s"], "SecurityGroupIds": ["g"]}),
            "InvalidArgumentException")


def test_tags():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        arn = create(client, Tags=[{"Key": "a", "Value": "1"}])["ApplicationARN"]
        client.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b"}])
        expect_equal(client.list_tags_for_resource(ResourceARN=arn)["Tags"],
                     [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}])
        client.untag_resource(ResourceARN=arn, TagKeys=["a", "zzz"])
        expect_equal(client.list_tags_for_resource(ResourceARN=arn)["Tags"],
                     [{"Key": "b", "Value": ""}])
        expect_error(lambda: client.tag_resource(
            ResourceARN=arn, Tags=[{"Key": "c", "Value": "1"}, {"Key": "c", "Value": "2"}]),
            "InvalidArgumentException")
        expect_error(lambda: client.tag_resource(
            ResourceARN=arn, Tags=[{"Key": f"k{i}"} for i in range(50)]), "TooManyTagsException")
        expect_error(lambda: client.list_tags_for_resource(ResourceARN=arn + "x"),
                     "ResourceNotFoundException")
        expect_equal(describe(client)["ApplicationVersionId"], 1)


def test_lists_are_paged_in_the_order_of_names():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        for name in ("b", "a", "c"):
            create(client, name)
        page = client.list_applications(Limit=2)
        expect_equal([each["ApplicationName"] for each in page["ApplicationSummaries"]],
                     ["a", "b"])
        rest = client.list_applications(Limit=2, NextToken=page["NextToken"])
        expect_equal([each["ApplicationName"] for each in rest["ApplicationSummaries"]], ["c"])
        expect("NextToken" not in rest)


def test_a_start_that_cannot_be_says_why():
    reasons = {
        "none": (dict(), "no code"),
        "jar": ({"ApplicationCodeConfiguration": {
            "CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": b"no zip"}}}, "zip"),
        "key": (text_code("SELECT\n '${g.k}'"), "line 2"),
    }
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        for name, (configuration, reason) in reasons.items():
            create(client, name, ApplicationConfiguration=configuration)
            started = client.start_application(ApplicationName=name, RunConfiguration={})
            details = ended(client, started["OperationId"], name)
            expect_equal(details["OperationStatus"], "FAILED", name)
            text = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
            expect(reason in text, f"{text!r} lacks {reason!r}")
            expect_equal(describe(client, name)["ApplicationStatus"], "READY")
        create(client, "sql", runtime="SQL-1_0")
        started = client.start_application(ApplicationName="sql")
        expect_equal(ended(client, started["OperationId"], "sql")["OperationStatus"], "FAILED")


def test_the_checksum_of_code():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        detail = create(client, ApplicationConfiguration={"ApplicationCodeConfiguration": {
            "CodeContentType": "ZIPFILE", "CodeContent": {"ZipFileContent": b"12345"}}})
        content = detail["ApplicationConfigurationDescription"][
            "ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
        expect_equal(content["CodeSize"], 5)
        expect_equal(len(content["CodeMD5"]), 128)
        detail = create(client, "text", ApplicationConfiguration=text_code())
        content = detail["ApplicationConfigurationDescription"][
            "ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
        expect_equal(content, {"TextContent": SQL})


def test_errors_of_states_and_names():
    with Server("--account", "000000000000") as server:
        client = server.client("kinesisanalyticsv2")
        create(client)
        expect_error(lambda: create(client), "ResourceInUseException", 400)
        for call in (client.describe_application, client.start_application,
                     client.stop_application, client.list_application_versions):
            expect_error(lambda: call(ApplicationName="nobody"), "ResourceNotFoundException", 400)
        expect_error(lambda: client.stop_application(ApplicationName="app"),
                     "ResourceInUseException")
        expect_error(lambda: client.create_application_snapshot(
            ApplicationName="app", SnapshotName="s"), "InvalidRequestException")
        expect_error(lambda: client.rollback_application(
            ApplicationName="app", CurrentApplicationVersionId=1), "ResourceInUseException")
        expect_error(lambda: client.create_application_presigned_url(
            ApplicationName="app", UrlType="FLINK_DASHBOARD_URL"), "ResourceInUseException")
        expect_error(lambda: client.describe_application_snapshot(
            ApplicationName="app", SnapshotName="s"), "ResourceNotFoundException")
        expect_error(lambda: client.start_application(
            ApplicationName="app", RunConfiguration={"ApplicationRestoreConfiguration": {
                "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT",
                "SnapshotName": "s"}}), "ResourceNotFoundException")
        expect_error(lambda: create(client, "wide", ApplicationConfiguration={
            "FlinkApplicationConfiguration": {"ParallelismConfiguration": {
                "ConfigurationType": "CUSTOM", "Parallelism": 65}}}), "LimitExceededException")
        expect_error(lambda: create(client, "mixed", ApplicationConfiguration={
            "SqlApplicationConfiguration": {}}), "InvalidArgumentException")
        expect_error(lambda: create(client, "a" * 129), "ValidationException",
                     text="Member must have length less than or equal to 128")
        expect_error(lambda: client.discover_input_schema(ServiceExecutionRole=ROLE),
                     "InvalidArgumentException")


def test_the_maintenance_window():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        create(client)
        answer = client.update_application_maintenance_configuration(
            ApplicationName="app", ApplicationMaintenanceConfigurationUpdate={
                "ApplicationMaintenanceWindowStartTimeUpdate": "20:30"})
        expect_equal(answer["ApplicationMaintenanceConfigurationDescription"],
                     {"ApplicationMaintenanceWindowStartTime": "20:30",
                      "ApplicationMaintenanceWindowEndTime": "04:30"})
        create(client, "sql", runtime="SQL-1_0")
        expect_error(lambda: client.update_application_maintenance_configuration(
            ApplicationName="sql", ApplicationMaintenanceConfigurationUpdate={
                "ApplicationMaintenanceWindowStartTimeUpdate": "20:30"}),
            "UnsupportedOperationException")


def test_studio_notebooks():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        expect_error(lambda: create(client, runtime="ZEPPELIN-FLINK-3_0"),
                     "InvalidArgumentException")
        detail = create(client, runtime="ZEPPELIN-FLINK-3_0", ApplicationMode="INTERACTIVE",
                        ApplicationConfiguration={"ZeppelinApplicationConfiguration": {
                            "MonitoringConfiguration": {"LogLevel": "WARN"}}})
        expect_equal(detail["ApplicationMode"], "INTERACTIVE")
        expect_equal(detail["ApplicationConfigurationDescription"][
            "ZeppelinApplicationConfigurationDescription"][
            "MonitoringConfigurationDescription"]["LogLevel"], "WARN")


def test_everything_is_there_after_a_kill():
    with Server() as server:
        client = server.client("kinesisanalyticsv2")
        created = create(client, ApplicationConfiguration=text_code(),
                         Tags=[{"Key": "a", "Value": "1"}])
        client.update_application(ApplicationName="app", CurrentApplicationVersionId=1)
        before = describe(client)
        server.stop(signal.SIGKILL)
        server.start()
        client = server.client("kinesisanalyticsv2")
        expect_equal(describe(client), before)
        expect_equal(len(client.list_application_operations(ApplicationName="app")[
            "ApplicationOperationInfoList"]), 1)
        client.delete_application(ApplicationName="app",
                                  CreateTimestamp=created["CreateTimestamp"].replace(microsecond=0))

        def gone():
            try:
                describe(client)
            except client.exceptions.ResourceNotFoundException:
                return True
            return False
        wait_for(gone)
        expect_equal(client.list_applications()["ApplicationSummaries"], [])


def test_aws_cli():
    with Server() as server:
        code, out, err = server.aws(
            "kinesisanalyticsv2", "create-application", "--application-name", "cli",
            "--runtime-environment", "FLINK-1_20", "--service-execution-role", ROLE)
        expect_equal(code, 0, err)
        expect_equal(json.loads(out)["ApplicationDetail"]["ApplicationStatus"], "READY")
        code, out, err = server.aws("kinesisanalyticsv2", "list-applications")
        expect_equal(code, 0, err)
        expect_equal(len(json.loads(out)["ApplicationSummaries"]), 1)
