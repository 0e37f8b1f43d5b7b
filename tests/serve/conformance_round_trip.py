"""Requests of kinesisanalyticsv2 that must succeed, each with one value on its border, and whether
DescribeApplication shows what was sent."""

import copy

import conformance_model as model

ROLE = "arn:aws:iam::000000000000:role/service"
LOG = "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s"
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
BUCKET = "arn:aws:s3:::b"
SCHEMA = {
    "RecordFormat": {"RecordFormatType": "JSON", "MappingParameters": {
        "JSONMappingParameters": {"RecordRowPath": "$"},
        "CSVMappingParameters": {"RecordRowDelimiter": "\n", "RecordColumnDelimiter": ","}}},
    "RecordEncoding": "UTF-8",
    "RecordColumns": [{"Name": "a", "Mapping": "$.a", "SqlType": "INTEGER"}]}
GROUPS = {"PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}]}
ARTIFACTS = [{"ArtifactType": "DEPENDENCY_JAR", "S3ContentLocation": {
    "BucketARN": BUCKET, "FileKey": "k", "ObjectVersion": "v"}}]
MAVEN = [{"ArtifactType": "DEPENDENCY_JAR",
          "MavenReference": {"GroupId": "g", "ArtifactId": "a", "Version": "1"}}]
DEFAULTS = {
    "CheckpointConfiguration": {"CheckpointingEnabled": True, "CheckpointInterval": 60000,
                                "MinPauseBetweenCheckpoints": 5000},
    "MonitoringConfiguration": {"MetricsLevel": "APPLICATION", "LogLevel": "INFO"},
    "ParallelismConfiguration": {"Parallelism": 1, "ParallelismPerKPU": 1,
                                 "AutoScalingEnabled": True},
}
# What the service refuses although the model allows it: the end of a path, the value, the error.
REFUSED = (
    ("SnapshotMode", "ENHANCED_SNAPSHOTS", "UnsupportedOperationException"),
    ("Parallelism", 2**31 - 1, "LimitExceededException"),  # 64 KPUs
    ("ParallelismPerKPU", 2**31 - 1, "InvalidArgumentException"),  # at most 8
    ("KeyType", "AWS_OWNED_KEY", "InvalidArgumentException"),  # has no KeyId
    ("CodeContentType", "ZIPFILE", "InvalidArgumentException"),  # the code is a text
    ("LogStreamARN", "arn:", "InvalidArgumentException"),  # no log stream
    ("Tags", 200, "TooManyTagsException"),  # 50
    ("ApplicationRestoreType", "RESTORE_FROM_CUSTOM_SNAPSHOT", "InvalidArgumentException"),
)
REFUSED_WITH_MAVEN = (("ArtifactType", "UDF", "InvalidArgumentException"),)  # it must be in S3


def with_suffix(value, suffix):
    """The names of a structure with a suffix, at every depth."""
    if isinstance(value, dict):
        return {name + suffix: with_suffix(each, suffix) for name, each in value.items()}
    return value


FLINK = {
    "CheckpointConfiguration": {"ConfigurationType": "CUSTOM",
                                **DEFAULTS["CheckpointConfiguration"]},
    "MonitoringConfiguration": {"ConfigurationType": "CUSTOM", "MetricsLevel": "TASK",
                                "LogLevel": "WARN"},
    "ParallelismConfiguration": {"ConfigurationType": "CUSTOM", "Parallelism": 2,
                                 "ParallelismPerKPU": 2, "AutoScalingEnabled": False},
}
ENCRYPTION = {"KeyId": "key", "KeyType": "CUSTOMER_MANAGED_KEY"}
SNAPSHOTS = {"SnapshotsEnabled": True, "SnapshotMode": "APPLICATION_SNAPSHOTS_LEGACY"}
STUDIO = {
    "MonitoringConfiguration": {"LogLevel": "INFO"},
    "CatalogConfiguration": {"GlueDataCatalogConfiguration": {"DatabaseARN": "arn:aws:glue:::d"}},
    "DeployAsApplicationConfiguration": {
        "S3ContentLocation": {"BucketARN": BUCKET, "BasePath": "p"}},
}


def creation(runtime, configuration, **more):
    return {"ApplicationName": "app", "ApplicationDescription": "d", "RuntimeEnvironment": runtime,
            "ServiceExecutionRole": ROLE, "ApplicationConfiguration": configuration, **more}


def studio(artifacts):
    return creation("ZEPPELIN-FLINK-3_0", {
        "ZeppelinApplicationConfiguration": {**STUDIO, "CustomArtifactsConfiguration": artifacts},
    }, ApplicationMode="INTERACTIVE")


def sql(source, target):
    return creation("SQL-1_0", {
        "ApplicationCodeConfiguration": {"CodeContent": {"TextContent": "code"},
                                         "CodeContentType": "PLAINTEXT"},
        "SqlApplicationConfiguration": {
            "Inputs": [{"NamePrefix": "in", "InputParallelism": {"Count": 1},
                        "InputSchema": SCHEMA, source: {"ResourceARN": STREAM},
                        "InputProcessingConfiguration": {
                            "InputLambdaProcessor": {"ResourceARN": "arn:aws:lambda:::f"}}}],
            "Outputs": [{"Name": "out", target: {"ResourceARN": STREAM},
                         "DestinationSchema": {"RecordFormatType": "CSV"}}],
            "ReferenceDataSources": [{"TableName": "t", "ReferenceSchema": SCHEMA,
                                      "S3ReferenceDataSource": {"BucketARN": BUCKET,
                                                                "FileKey": "k"}}]}})


CREATIONS = {
    "flink": creation("FLINK-1_20", {
        "FlinkApplicationConfiguration": FLINK,
        "EnvironmentProperties": GROUPS,
        "ApplicationCodeConfiguration": {"CodeContent": {"TextContent": "code"},
                                         "CodeContentType": "PLAINTEXT"},
        "ApplicationSnapshotConfiguration": SNAPSHOTS,
        "ApplicationSystemRollbackConfiguration": {"RollbackEnabled": True},
        "VpcConfigurations": [{"SubnetIds": ["s"], "SecurityGroupIds": ["g"]}],
        "ApplicationEncryptionConfiguration": ENCRYPTION,
    }, CloudWatchLoggingOptions=[{"LogStreamARN": LOG}], Tags=[{"Key": "k", "Value": "v"}],
        ApplicationMode="STREAMING"),
    "sql": sql("KinesisStreamsInput", "KinesisStreamsOutput"),
    "sql with Firehose": sql("KinesisFirehoseInput", "KinesisFirehoseOutput"),
    "sql with Lambda": sql("KinesisStreamsInput", "LambdaOutput"),
    "studio": studio(ARTIFACTS),
    "studio with Maven": studio(MAVEN),
}
# Names and modes are tried apart.
TRIED_APART = {"ApplicationName", "RuntimeEnvironment", "ApplicationMode",
               "CurrentApplicationVersionId"}
IDS = {"InputId", "OutputId", "ReferenceId", "VpcConfigurationId", "CloudWatchLoggingOptionId"}


def change_of_flink(detail):
    described = detail["ApplicationConfigurationDescription"]
    return {
        "ApplicationConfigurationUpdate": {
            "FlinkApplicationConfigurationUpdate": with_suffix(FLINK, "Update"),
            "EnvironmentPropertyUpdates": GROUPS,
            "ApplicationCodeConfigurationUpdate": {
                "CodeContentUpdate": {"TextContentUpdate": "new"},
                "CodeContentTypeUpdate": "PLAINTEXT"},
            "ApplicationSnapshotConfigurationUpdate": with_suffix(SNAPSHOTS, "Update"),
            "ApplicationSystemRollbackConfigurationUpdate": {"RollbackEnabledUpdate": False},
            "VpcConfigurationUpdates": [{
                "VpcConfigurationId": described["VpcConfigurationDescriptions"][0][
                    "VpcConfigurationId"],
                "SubnetIdUpdates": ["s"], "SecurityGroupIdUpdates": ["g"]}],
            "ApplicationEncryptionConfigurationUpdate": with_suffix(ENCRYPTION, "Update"),
        },
        "ServiceExecutionRoleUpdate": ROLE,
        "RunConfigurationUpdate": {
            "FlinkRunConfiguration": {"AllowNonRestoredState": True},
            "ApplicationRestoreConfiguration": {
                "ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}},
        "CloudWatchLoggingOptionUpdates": [{
            "CloudWatchLoggingOptionId": detail["CloudWatchLoggingOptionDescriptions"][0][
                "CloudWatchLoggingOptionId"], "LogStreamARNUpdate": LOG}],
    }


def change_of_sql(source, target):
    def change(detail):
        described = detail["ApplicationConfigurationDescription"][
            "SqlApplicationConfigurationDescription"]
        arn = {"ResourceARNUpdate": STREAM}
        return {"ApplicationConfigurationUpdate": {"SqlApplicationConfigurationUpdate": {
            "InputUpdates": [{
                "InputId": described["InputDescriptions"][0]["InputId"],
                "NamePrefixUpdate": "in", "InputParallelismUpdate": {"CountUpdate": 2},
                source: arn, "InputProcessingConfigurationUpdate": {
                    "InputLambdaProcessorUpdate": {"ResourceARNUpdate": "arn:aws:lambda:::g"}},
                "InputSchemaUpdate": {"RecordFormatUpdate": SCHEMA["RecordFormat"],
                                      "RecordEncodingUpdate": "UTF-8",
                                      "RecordColumnUpdates": SCHEMA["RecordColumns"]}}],
            "OutputUpdates": [{
                "OutputId": described["OutputDescriptions"][0]["OutputId"], "NameUpdate": "out",
                target: arn, "DestinationSchemaUpdate": {"RecordFormatType": "JSON"}}],
            "ReferenceDataSourceUpdates": [{
                "ReferenceId": described["ReferenceDataSourceDescriptions"][0]["ReferenceId"],
                "TableNameUpdate": "t", "ReferenceSchemaUpdate": SCHEMA,
                "S3ReferenceDataSourceUpdate": {"BucketARNUpdate": BUCKET,
                                                "FileKeyUpdate": "k"}}]}}}
    return change


def change_of_studio(artifacts):
    def change(_):
        update = with_suffix(STUDIO, "Update")
        update["CustomArtifactsConfigurationUpdate"] = artifacts
        return {"ApplicationConfigurationUpdate": {
            "ZeppelinApplicationConfigurationUpdate": update}}
    return change


CHANGES = {
    "flink": change_of_flink,
    "sql": change_of_sql("KinesisStreamsInputUpdate", "KinesisStreamsOutputUpdate"),
    "sql with Firehose": change_of_sql("KinesisFirehoseInputUpdate", "KinesisFirehoseOutputUpdate"),
    "sql with Lambda": change_of_sql("KinesisStreamsInputUpdate", "LambdaOutputUpdate"),
    "studio": change_of_studio(ARTIFACTS),
    "studio with Maven": change_of_studio(MAVEN),
}


# One value on its border.

def numbered(element, number):
    """Another element like this: ids and keys must differ."""
    element = copy.deepcopy(element)
    if isinstance(element, dict):
        for name in ("PropertyGroupId", "Key", "Name"):
            if name in element:
                element[name] = f"{element[name]}{number}"
        return element
    return f"{element}{number}"


def borders(shape, value):
    if shape.type_name == "list":
        for length in {model.bound(shape, "min"), model.bound(shape, "max")} - {None}:
            yield [numbered(value[0], i) for i in range(length)]
    elif shape.type_name == "map":
        for length in {model.bound(shape, "min"), model.bound(shape, "max")} - {None}:
            yield {f"key{i}": "v" for i in range(length)}
        for end in ("min", "max"):
            key, each = (model.text(of, model.bound(of, end) or 0)
                         for of in (shape.key, shape.value))
            if key is not None and each is not None:
                yield {key: each}
    else:
        yield from model.valid_borders(shape)


def variants(operation, request):
    """(path, value, request) of the request itself and of each value on its border."""
    yield (), None, copy.deepcopy(request)
    for path, shape in model.places(model.input_of(operation), request):
        if not path or path[-1] in IDS or path[0] in TRIED_APART:
            continue
        value = request
        for step in path:
            value = value[step]
        for border in borders(shape, value):
            yield path, border, model.replaced(request, path, border)


def refusal(kind, path, value):
    """The error that the service answers to this value; None when it must take it."""
    for name, refused, error in REFUSED + (REFUSED_WITH_MAVEN if "Maven" in kind else ()):
        if path and str(path[-1]).removesuffix("Update") == name:
            if value == refused or (isinstance(value, list) and len(value) == refused) or (
                    name == "LogStreamARN" and value.startswith("arn:a" + "a")):
                return error
    return None


# What Describe shows of what was sent.

def shown_names(name):
    """How Describe may call what a request calls so."""
    base = name.removesuffix("s") if name.endswith("Updates") else name
    base = base.removesuffix("Update")
    singular = base.removesuffix("ies") + "y" if base.endswith("ies") else base.removesuffix("s")
    names = [base, base + "Description", singular + "Descriptions", base + "s"]
    return names + ["S3ApplicationCodeLocationDescription"] * (base == "S3ContentLocation")


def expected(name, value):
    """DEFAULT means the service's values, whatever else was sent."""
    kind = name.removesuffix("Update")
    if kind in DEFAULTS and isinstance(value, dict):
        suffix = "Update" if name.endswith("Update") else ""
        if value.get("ConfigurationType" + suffix) == "DEFAULT":
            return {"ConfigurationType" + suffix: "DEFAULT",
                    **with_suffix(DEFAULTS[kind], suffix)}
    return value


def differences(sent, shown, where=""):
    """What was sent and is not shown, as texts."""
    if isinstance(sent, list):
        if not isinstance(shown, list) or len(sent) != len(shown):
            return [f"{where}: {len(sent)} were sent, shown is {str(shown)[:200]}"]
        return [problem for i, each in enumerate(sent)
                for problem in differences(each, shown[i], f"{where}[{i}]")]
    if not isinstance(sent, dict) or where.endswith("PropertyMap"):
        if sent == shown:
            return []
        return [f"{where}: {str(sent)[:200]!r} became {str(shown)[:200]!r}"]
    problems = []
    for name, value in sent.items():
        value = expected(name, value)
        found = next((each for each in shown_names(name) if each in shown), None)
        if found is None:
            if value not in ([], {}):
                problems.append(f"{where}.{name} is not shown")
            continue
        problems += differences(value, shown[found], f"{where}.{name}")
    return problems


def round_trip(sent, detail):
    """`sent` is a request of CreateApplication or UpdateApplication."""
    shown = dict(detail)
    configuration = detail.get("ApplicationConfigurationDescription", {})
    shown["RunConfigurationDescription"] = configuration.get("RunConfigurationDescription", {})
    sent = {name: value for name, value in sent.items()
            if name not in ("Tags", "CurrentApplicationVersionId") and value != ""}
    return differences(sent, shown)
