"""Every value that is allowed comes back from Describe: enums, borders, both kinds of change."""

import hashlib
import io
import zipfile

import conformance_model as model
import conformance_round_trip as trip
from control_tests import ended, wait_for
from engine_tests import Applications, configuration
from harness import Server, expect, expect_equal

import botocore.exceptions

# Without authentication any role will do.
ANY_ROLE = ("--auth", "off")
QUOTA = ("--quota", "applications=100000", *ANY_ROLE)
RUNNING = """CREATE TABLE source (id BIGINT)
  WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE target (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO target SELECT id FROM source;"""


def zip_of(script):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("application.sql", script)
    return file.getvalue()


def error_of(call, **request):
    """The code of the error and its text; (None, answer) when there is none."""
    try:
        return None, call(**request)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]


class Checker:
    def __init__(self, client):
        self.client = client
        self.problems = []
        self.checked = 0

    def describe(self, name):
        return self.client.describe_application(ApplicationName=name)["ApplicationDetail"]

    def check(self, what, call, path, value, request):
        """True when the request has succeeded, as it should have."""
        self.checked += 1
        code, answer = error_of(call, **request)
        wanted = trip.refusal(what, path, value)
        if code != wanted:
            where = ".".join(map(str, path))
            self.problems.append(f"{what} {where} {str(value)[:60]}: {code} {str(answer)[:200]}")
        return code is None

    def compare(self, what, sent, name):
        detail = self.describe(name)
        self.problems += [f"{what}{problem}" for problem in trip.round_trip(sent, detail)]
        return detail

    def end(self, at_least):
        shown = "\n".join(self.problems[:20])
        expect(not self.problems, f"{len(self.problems)} of {self.checked} are wrong:\n{shown}")
        expect(self.checked >= at_least, f"only {self.checked} were checked")


def test_what_is_created():
    with Server(*QUOTA) as server:
        checker = Checker(server.client("kinesisanalyticsv2"))
        for kind, request in trip.CREATIONS.items():
            for path, value, variant in trip.variants("CreateApplication", request):
                variant["ApplicationName"] = f"app{checker.checked}"
                if not checker.check(kind, checker.client.create_application, path, value, variant):
                    continue
                detail = checker.compare(kind, variant, variant["ApplicationName"])
                if "Tags" in variant:
                    tags = checker.client.list_tags_for_resource(
                        ResourceARN=detail["ApplicationARN"])["Tags"]
                    wanted = [{"Value": "", **tag} for tag in variant["Tags"]]
                    if tags != sorted(wanted, key=lambda tag: tag["Key"]):
                        checker.problems.append(f"{kind} Tags: {wanted} became {tags}")
        checker.end(at_least=150)


def test_what_is_updated():
    with Server(*QUOTA) as server:
        checker = Checker(server.client("kinesisanalyticsv2"))
        for kind, request in trip.CREATIONS.items():
            name = kind.replace(" ", "-")
            detail = checker.client.create_application(
                **{**request, "ApplicationName": name})["ApplicationDetail"]
            for path, value, variant in trip.variants("UpdateApplication",
                                                      trip.CHANGES[kind](detail)):
                variant.update(ApplicationName=name,
                               CurrentApplicationVersionId=detail["ApplicationVersionId"])
                if checker.check(kind, checker.client.update_application, path, value, variant):
                    detail = checker.compare(kind, variant, name)
        checker.end(at_least=150)


def test_names_and_runtimes():
    with Server(*QUOTA) as server:
        checker = Checker(server.client("kinesisanalyticsv2"))
        shape = model.input_of("CreateApplication").members
        for name in model.valid_borders(shape["ApplicationName"]):
            request = {**trip.CREATIONS["flink"], "ApplicationName": name}
            checker.check("name", checker.client.create_application, (), name, request)
            checker.compare("name", request, name)
        for runtime in shape["RuntimeEnvironment"].enum:
            request = {"ApplicationName": runtime, "RuntimeEnvironment": runtime,
                       "ServiceExecutionRole": trip.ROLE}
            if runtime.startswith("ZEPPELIN"):
                request["ApplicationMode"] = "INTERACTIVE"
            checker.check("runtime", checker.client.create_application, (), runtime, request)
            checker.compare("runtime", request, runtime)
        listed = {each["ApplicationName"]: each.get("RuntimeEnvironment") for each in
                  checker.client.list_applications(Limit=50)["ApplicationSummaries"]}
        for runtime in shape["RuntimeEnvironment"].enum:
            expect_equal(listed[runtime], runtime)
        checker.end(at_least=16)


def test_encryption_without_a_key_of_ones_own():
    with Server(*ANY_ROLE) as server:
        checker = Checker(server.client("kinesisanalyticsv2"))
        request = trip.creation("FLINK-1_20", {
            "ApplicationEncryptionConfiguration": {"KeyType": "AWS_OWNED_KEY"}})
        checker.check("encryption", checker.client.create_application, (), None, request)
        checker.compare("encryption", request, "app")
        checker.end(at_least=1)


def test_code_in_s3():
    with Server(*ANY_ROLE) as server:
        checker = Checker(server.client("kinesisanalyticsv2"))
        s3 = server.client("s3", s3={"addressing_style": "path"})
        s3.create_bucket(Bucket="code")
        s3.put_bucket_versioning(Bucket="code", VersioningConfiguration={"Status": "Enabled"})
        for number, key in enumerate(("k", "k" * 1024)):
            for kind in ("ZIPFILE", "PLAINTEXT"):
                body = zip_of(RUNNING) if kind == "ZIPFILE" else RUNNING.encode()
                version = s3.put_object(Bucket="code", Key=key, Body=body)["VersionId"]
                name = f"{kind}{number}"
                request = trip.creation("FLINK-1_20", {"ApplicationCodeConfiguration": {
                    "CodeContentType": kind, "CodeContent": {"S3ContentLocation": {
                        "BucketARN": "arn:aws:s3:::code", "FileKey": key,
                        "ObjectVersion": version}}}})
                request["ApplicationName"] = name
                checker.check("code", checker.client.create_application, (), key, request)
                detail = checker.compare("code", request, name)
                content = detail["ApplicationConfigurationDescription"][
                    "ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
                if "CodeSize" in content:  # where the service looks at code before a start
                    expect_equal((content["CodeSize"], content["CodeMD5"]),
                                 (len(body), hashlib.sha512(body).hexdigest()))
        checker.end(at_least=4)


def test_maintenance_windows():
    with Server(*ANY_ROLE) as server:
        checker = Checker(server.client("kinesisanalyticsv2"))
        checker.client.create_application(**trip.CREATIONS["flink"])
        for start, end in (("00:00", "08:00"), ("23:59", "07:59"), ("16:00", "00:00")):
            checker.client.update_application_maintenance_configuration(
                ApplicationName="app", ApplicationMaintenanceConfigurationUpdate={
                    "ApplicationMaintenanceWindowStartTimeUpdate": start})
            expect_equal(checker.describe("app")["ApplicationMaintenanceConfigurationDescription"],
                         {"ApplicationMaintenanceWindowStartTime": start,
                          "ApplicationMaintenanceWindowEndTime": end})


def test_starting_positions_of_sql():
    with Server(*ANY_ROLE) as server:
        client = server.client("kinesisanalyticsv2")
        detail = client.create_application(**trip.CREATIONS["sql"])["ApplicationDetail"]

        def shown(described):
            return described["ApplicationConfigurationDescription"][
                "SqlApplicationConfigurationDescription"]["InputDescriptions"][0]

        for position in ("NOW", "TRIM_HORIZON", "LAST_STOPPED_POINT"):
            wanted = {"InputStartingPosition": position}
            started = client.start_application(ApplicationName="app", RunConfiguration={
                "SqlRunConfigurations": [{"InputId": shown(detail)["InputId"],
                                          "InputStartingPositionConfiguration": wanted}]})
            # No engine runs SQL-1_0; what was asked for is remembered.
            expect_equal(ended(client, started["OperationId"])["OperationStatus"], "FAILED")
            detail = client.describe_application(ApplicationName="app")["ApplicationDetail"]
            expect_equal(shown(detail)["InputStartingPositionConfiguration"], wanted)


def test_a_running_application():
    """Names of snapshots, how it is restored, URLs: what only a running application takes."""
    with Server() as server:
        apps = Applications(server)
        client = apps.client
        longest = "l" * 128
        client.create_application(
            ApplicationName=longest, RuntimeEnvironment="FLINK-1_20",
            ServiceExecutionRole=apps.role, ApplicationConfiguration=configuration(RUNNING))
        apps.started(longest)
        names = ["s", "S" * 256]
        for name in names:
            client.create_application_snapshot(ApplicationName=longest, SnapshotName=name)
            details = wait_for(lambda: next(iter(
                each for each in [client.describe_application_snapshot(
                    ApplicationName=longest, SnapshotName=name)["SnapshotDetails"]]
                if each["SnapshotStatus"] != "CREATING"), None))
            expect_equal((details["SnapshotStatus"], details["SnapshotName"]), ("READY", name))
        for seconds in (1800, 43200):
            url = client.create_application_presigned_url(
                ApplicationName=longest, UrlType="FLINK_DASHBOARD_URL",
                SessionExpirationDurationInSeconds=seconds)["AuthorizedUrl"]
            expect(url.startswith("http"), url)
        for restore in ({"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"},
                        {"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"},
                        *({"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT",
                           "SnapshotName": name} for name in names)):
            for allowed in (True, False):
                stopped = client.stop_application(ApplicationName=longest, Force=True)
                ended(client, stopped["OperationId"], longest)
                apps.started(longest, ApplicationRestoreConfiguration=restore,
                             FlinkRunConfiguration={"AllowNonRestoredState": allowed})
                run = client.describe_application(ApplicationName=longest)["ApplicationDetail"][
                    "ApplicationConfigurationDescription"]["RunConfigurationDescription"]
                expect_equal(run, {
                    "ApplicationRestoreConfigurationDescription": restore,
                    "FlinkRunConfigurationDescription": {"AllowNonRestoredState": allowed}})
