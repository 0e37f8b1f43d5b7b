"""How each modelled error of each operation is provoked: by input, or else by an injected fault.

Input is a request here, or a request in one of the states of conformance_states.py.
"""

import conformance_model as model
import conformance_states as states

ROLE = "arn:aws:iam::000000000000:role/service"
LOG = "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s"
ARN = "arn:aws:kinesisanalytics:us-east-1:000000000000:application/"
SCHEMA = {"RecordFormat": {"RecordFormatType": "JSON"},
          "RecordColumns": [{"Name": "a", "SqlType": "INT"}]}
STALE = 999
FAULT = "fault"
INPUT = "input"

# Applications that the requests below are about; all are READY.
APPLICATIONS = {
    "flink": {"RuntimeEnvironment": "FLINK-1_20"},
    "sql": {"RuntimeEnvironment": "SQL-1_0"},
    "unsaved": {"RuntimeEnvironment": "FLINK-1_20", "ApplicationConfiguration": {
        "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": False}}},
}


def create(name, **more):
    return {"ApplicationName": name, "RuntimeEnvironment": "FLINK-1_20",
            "ServiceExecutionRole": ROLE, **more}


def parallelism(value, suffix=""):
    return {f"FlinkApplicationConfiguration{suffix}": {f"ParallelismConfiguration{suffix}": {
        f"ConfigurationType{suffix}": "CUSTOM", f"Parallelism{suffix}": value}}}


def snapshots(mode, suffix=""):
    return {f"ApplicationSnapshotConfiguration{suffix}": {
        f"SnapshotsEnabled{suffix}": True, f"SnapshotMode{suffix}": mode}}


def at(name, **more):
    """A request about an application in its first version."""
    return {"ApplicationName": name, "CurrentApplicationVersionId": 1, **more}


def tags(count):
    return [{"Key": f"key{i}"} for i in range(count)]


TWICE = [{"Key": "a"}, {"Key": "a"}]
INPUT_OF_SQL = {"NamePrefix": "in", "InputSchema": SCHEMA}
OUTPUT = {"Name": "out", "DestinationSchema": {"RecordFormatType": "JSON"}}
REFERENCE = {"TableName": "t", "ReferenceSchema": SCHEMA}
PROCESSING = {"InputLambdaProcessor": {"ResourceARN": "arn:aws:lambda:::function:f"}}
VPC = {"SubnetIds": ["s"], "SecurityGroupIds": ["g"]}
SNAPSHOT = {"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotArn": "arn:x"}

# operation -> error -> request
BY_INPUT = {
    "AddApplicationCloudWatchLoggingOption": {
        "InvalidArgumentException": at("flink", CloudWatchLoggingOption={"LogStreamARN": "arn:x"})},
    "AddApplicationInput": {
        "InvalidArgumentException": at("sql", Input=INPUT_OF_SQL)},
    "AddApplicationInputProcessingConfiguration": {
        "InvalidArgumentException": at("flink", InputId="1.1",
                                       InputProcessingConfiguration=PROCESSING)},
    "AddApplicationOutput": {
        "InvalidArgumentException": at("sql", Output=OUTPUT)},
    "AddApplicationReferenceDataSource": {
        "InvalidArgumentException": at("sql", ReferenceDataSource=REFERENCE)},
    "AddApplicationVpcConfiguration": {
        "InvalidArgumentException": at("sql", VpcConfiguration=VPC)},
    "CreateApplication": {
        "ResourceInUseException": create("flink"),
        "LimitExceededException": create("wide", ApplicationConfiguration=parallelism(65)),
        "InvalidArgumentException": create("new", ApplicationMode="INTERACTIVE"),
        "TooManyTagsException": create("new", Tags=tags(51)),
        "UnsupportedOperationException": create(
            "new", ApplicationConfiguration=snapshots("ENHANCED_SNAPSHOTS"))},
    "CreateApplicationPresignedUrl": {
        "ResourceInUseException": {"ApplicationName": "flink", "UrlType": "FLINK_DASHBOARD_URL"},
        "InvalidArgumentException": {"ApplicationName": "flink", "UrlType": "ZEPPELIN_UI_URL"}},
    "CreateApplicationSnapshot": {
        "UnsupportedOperationException": {"ApplicationName": "sql", "SnapshotName": "s"},
        "InvalidRequestException": {"ApplicationName": "flink", "SnapshotName": "s"},
        "InvalidApplicationConfigurationException": {"ApplicationName": "unsaved",
                                                     "SnapshotName": "s"}},
    "DeleteApplication": {
        "InvalidArgumentException": {"ApplicationName": "flink", "CreateTimestamp": 1}},
    "DeleteApplicationCloudWatchLoggingOption": {
        "InvalidArgumentException": {"ApplicationName": "flink",
                                     "CloudWatchLoggingOptionId": "1.1"}},
    "DeleteApplicationInputProcessingConfiguration": {
        "InvalidArgumentException": at("flink", InputId="1.1")},
    "DeleteApplicationOutput": {
        "InvalidArgumentException": at("flink", OutputId="1.1")},
    "DeleteApplicationReferenceDataSource": {
        "InvalidArgumentException": at("flink", ReferenceId="1.1")},
    "DeleteApplicationVpcConfiguration": {
        "InvalidArgumentException": {"ApplicationName": "flink", "VpcConfigurationId": "1.1"}},
    "DiscoverInputSchema": {
        "InvalidArgumentException": {"ServiceExecutionRole": ROLE},
        "UnsupportedOperationException": {
            "ServiceExecutionRole": ROLE, "ResourceARN": "arn:aws:firehose:::deliverystream/d"}},
    "ListApplicationOperations": {
        "InvalidArgumentException": {"ApplicationName": "flink", "NextToken": "x"}},
    "ListApplicationSnapshots": {
        "InvalidArgumentException": {"ApplicationName": "flink", "NextToken": "x"}},
    "ListApplicationVersions": {
        "InvalidArgumentException": {"ApplicationName": "flink", "NextToken": "x"}},
    "ListTagsForResource": {
        "InvalidArgumentException": {"ResourceARN": "arn:x"},
        "ResourceNotFoundException": {"ResourceARN": ARN + "nobody"}},
    "RollbackApplication": {
        "ResourceInUseException": at("flink"),
        "UnsupportedOperationException": at("sql")},
    "StartApplication": {
        "InvalidArgumentException": {"ApplicationName": "flink", "RunConfiguration": {
            "ApplicationRestoreConfiguration": {
                "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT"}}},
        "UnsupportedOperationException": {"ApplicationName": "flink", "RunConfiguration": {
            "ApplicationRestoreConfiguration": SNAPSHOT}}},
    "StopApplication": {
        "ResourceInUseException": {"ApplicationName": "flink"},
        "InvalidArgumentException": {"ApplicationName": "sql", "Force": True}},
    "TagResource": {
        "InvalidArgumentException": {"ResourceARN": ARN + "flink", "Tags": TWICE},
        "ResourceNotFoundException": {"ResourceARN": ARN + "nobody", "Tags": tags(1)},
        "TooManyTagsException": {"ResourceARN": ARN + "flink", "Tags": tags(51)}},
    "UntagResource": {
        "InvalidArgumentException": {"ResourceARN": "arn:x", "TagKeys": ["a"]},
        "ResourceNotFoundException": {"ResourceARN": ARN + "nobody", "TagKeys": ["a"]}},
    "UpdateApplication": {
        "InvalidArgumentException": {"ApplicationName": "flink"},
        "LimitExceededException": at(
            "flink", ApplicationConfigurationUpdate=parallelism(65, "Update")),
        "UnsupportedOperationException": at(
            "flink", ApplicationConfigurationUpdate=snapshots("ENHANCED_SNAPSHOTS", "Update"))},
    "UpdateApplicationMaintenanceConfiguration": {
        "UnsupportedOperationException": {
            "ApplicationName": "sql", "ApplicationMaintenanceConfigurationUpdate": {
                "ApplicationMaintenanceWindowStartTimeUpdate": "01:00"}}},
}


def provocation(operation, error):
    """The request that causes the error, or None: no input can."""
    known = BY_INPUT.get(operation, {}).get(error)
    if known is not None:
        return known
    shape = model.input_of(operation)
    request = model.sample(shape, optional=False)
    if error == "ResourceNotFoundException" and "ApplicationName" in shape.members:
        if "CurrentApplicationVersionId" in shape.members:
            request["CurrentApplicationVersionId"] = 1
        return {**request, "ApplicationName": "nobody"}
    if error == "ConcurrentModificationException" and (
            "CurrentApplicationVersionId" in shape.members):
        return {**request, "ApplicationName": "flink", "CurrentApplicationVersionId": STALE}
    return None


def evidence():
    """operation -> error -> INPUT or FAULT, complete by construction."""
    return {operation: {error: how(operation, error) for error in model.errors_of(operation)}
            for operation in model.operation_names()}


def how(operation, error):
    if error in states.ERRORS.get(operation, []) or provocation(operation, error) is not None:
        return INPUT
    return FAULT
