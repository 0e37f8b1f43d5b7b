"""Applications that really run: start, snapshot, stop, update, rollback, and crashes of the worker,
of the service and of both, through boto3."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

from control_tests import describe, ended, operation_of, wait_for
from harness import SERVICE_TRUST, Server, expect, expect_equal

CHECKPOINTS = {"ConfigurationType": "CUSTOM", "CheckpointingEnabled": True,
               "CheckpointInterval": 300, "MinPauseBetweenCheckpoints": 0}


def script(out, last, rate):
    """Writes the numbers 1 to `last`, each once, with the count of its remainder class."""
    return f"""
CREATE TABLE numbers (id BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '{rate}',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{last}');
CREATE TABLE results (id BIGINT, doubled BIGINT) WITH (
  'connector' = 'filesystem', 'path' = '{out}', 'format' = 'json');
INSERT INTO results SELECT id, id * 2 FROM numbers;
"""


def configuration(text, parallelism=1):
    return {
        "ApplicationCodeConfiguration": {"CodeContentType": "PLAINTEXT",
                                         "CodeContent": {"TextContent": text}},
        "FlinkApplicationConfiguration": {
            "CheckpointConfiguration": CHECKPOINTS,
            "ParallelismConfiguration": {"ConfigurationType": "CUSTOM",
                                         "Parallelism": parallelism, "ParallelismPerKPU": 1,
                                         "AutoScalingEnabled": False}}}


class Applications:
    """A service with a role and applications on it."""

    def __init__(self, server):
        self.server = server
        self.out = server.data / "out"
        self.connect()
        self.role = server.client("iam").create_role(
            RoleName="service", AssumeRolePolicyDocument=json.dumps(SERVICE_TRUST))["Role"]["Arn"]

    def connect(self):
        self.client = self.server.client("kinesisanalyticsv2")

    def create(self, text, name="app", parallelism=1):
        return self.client.create_application(
            ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=self.role,
            ApplicationConfiguration=configuration(text, parallelism))["ApplicationDetail"]

    def status(self, name="app"):
        return describe(self.client, name)["ApplicationStatus"]

    def start(self, name="app", **run):
        return self.client.start_application(ApplicationName=name, RunConfiguration=run)[
            "OperationId"]

    def started(self, name="app", **run):
        details = ended(self.client, self.start(name, **run), name)
        expect_equal(details["OperationStatus"], "SUCCESSFUL", details)
        return details

    def reaches(self, status, name="app", seconds=20):
        wait_for(lambda: self.status(name) == status, seconds)

    def worker(self):
        """The number of the worker process of the only application."""
        def find():
            for entry in Path("/proc").iterdir():
                if not entry.name.isdigit():
                    continue
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if b"worker" in words and any(
                        str(self.server.data).encode() in word for word in words):
                    return int(entry.name)
            return None
        return wait_for(find)

    def ids(self):
        found = []
        for path in self.out.rglob("*"):
            if path.is_file() and not path.name.startswith((".", "_")):
                found += [json.loads(line)["id"] for line in path.read_text().splitlines()]
        return found

    def expect_all(self, last, seconds=40):
        """The application ends by itself, and every number was written once."""
        self.reaches("READY", seconds=seconds)
        expect_equal(sorted(self.ids()), list(range(1, last + 1)), "numbers")


def serving(test):
    """Decorator: the test gets Applications on a service of its own."""
    def run():
        with Server() as server:
            test(Applications(server))
    return run


@serving
def test_runs_to_the_end(apps):
    apps.create(script(apps.out, 500, 10000))
    began = time.monotonic()
    operation = apps.start()
    wait_for(lambda: operation_of(apps.client, operation)["OperationStatus"] != "IN_PROGRESS")
    took = time.monotonic() - began
    expect_equal(operation_of(apps.client, operation)["OperationStatus"], "SUCCESSFUL")
    expect(took < 2, f"RUNNING after {took:.2f} s")
    apps.expect_all(500)


@serving
def test_sql_that_does_not_parse(apps):
    apps.create("CREATE TABLE t (a INT) WITH ('connector' = 'datagen');\n"
                "INSERT INTO t SELEKT a FROM t;")
    details = ended(apps.client, apps.start())
    expect_equal(details["OperationStatus"], "FAILED")
    text = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    expect("line 2, column 15" in text, text)
    expect_equal(apps.status(), "READY")


@serving
def test_errors_show_the_code_as_it_was_written(apps):
    """Not with the values of its properties: places would be wrong, and a value may be secret."""
    apps.create("CREATE TABLE t (a INT) WITH ('connector' = '${C.kind}');\n"
                "INSERT INTO `${C.table}` SELECT '${C.secret}', b FROM t;")
    groups = {"kind": "datagen", "table": "t", "secret": "one\ntwo\nhush"}
    apps.client.update_application(
        ApplicationName="app", CurrentApplicationVersionId=1,
        ApplicationConfigurationUpdate={"EnvironmentPropertyUpdates": {"PropertyGroups": [
            {"PropertyGroupId": "C", "PropertyMap": groups}]}})
    details = ended(apps.client, apps.start())
    text = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    expect("line 2, column 48" in text and "'${C.secret}', b FROM t" in text, text)
    expect("hush" not in text, text)


@serving
def test_query_at_top_level(apps):
    apps.create("CREATE TABLE t (a INT) WITH ('connector' = 'datagen');\nSELECT a FROM t;")
    details = ended(apps.client, apps.start())
    text = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    expect("line 2, column 1" in text and "INSERT INTO" in text, text)


@serving
def test_snapshot_stop_and_start_at_another_parallelism(apps):
    last = 3000
    apps.create(script(apps.out, last, 500))
    apps.started()
    time.sleep(0.5)
    apps.client.create_application_snapshot(ApplicationName="app", SnapshotName="manual")
    wait_for(lambda: apps.client.describe_application_snapshot(
        ApplicationName="app", SnapshotName="manual")["SnapshotDetails"]["SnapshotStatus"]
        == "READY")
    stop = apps.client.stop_application(ApplicationName="app")["OperationId"]
    details = ended(apps.client, stop)
    expect_equal(details["OperationStatus"], "SUCCESSFUL", details)
    expect_equal(apps.status(), "READY")
    snapshots = apps.client.list_application_snapshots(ApplicationName="app")["SnapshotSummaries"]
    expect_equal(len(snapshots), 2)
    apps.client.update_application(
        ApplicationName="app", CurrentApplicationVersionId=1,
        ApplicationConfigurationUpdate={"FlinkApplicationConfigurationUpdate": {
            "ParallelismConfigurationUpdate": {"ParallelismUpdate": 2}}})
    apps.started(ApplicationRestoreConfiguration={
        "ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"})
    expect_equal(describe(apps.client)["ApplicationConfigurationDescription"][
        "FlinkApplicationConfigurationDescription"]["ParallelismConfigurationDescription"][
        "CurrentParallelism"], 2)
    apps.expect_all(last)
    apps.client.delete_application_snapshot(
        ApplicationName="app", SnapshotName="manual", SnapshotCreationTimestamp=next(
            each for each in snapshots if each["SnapshotName"] == "manual")[
                "SnapshotCreationTimestamp"])
    directory = apps.server.data / "applications/1/snapshots/snapshot-manual"
    wait_for(lambda: not directory.exists())


@serving
def test_update_of_a_running_application(apps):
    last = 3000
    apps.create(script(apps.out, last, 500))
    apps.started()
    time.sleep(0.5)
    text = script(apps.out, last, 500).replace("id * 2", "id * 3")
    update = apps.client.update_application(
        ApplicationName="app", CurrentApplicationVersionId=1,
        ApplicationConfigurationUpdate={"ApplicationCodeConfigurationUpdate": {
            "CodeContentUpdate": {"TextContentUpdate": text}}})["OperationId"]
    details = ended(apps.client, update)
    expect_equal(details["OperationStatus"], "SUCCESSFUL", details)
    expect_equal(describe(apps.client)["ApplicationVersionId"], 2)
    rollback = apps.client.rollback_application(
        ApplicationName="app", CurrentApplicationVersionId=2)["OperationId"]
    details = ended(apps.client, rollback)
    expect_equal(details["OperationStatus"], "SUCCESSFUL", details)
    apps.expect_all(last)


@serving
def test_only_the_run_configuration_drops_state(apps):
    """Not what the code sets, and the error says so."""
    tables = script(apps.out, 1000000, 10).split("INSERT")[0] + (
        "CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');\n")
    apps.create(tables + "INSERT INTO nowhere SELECT COUNT(*) FROM numbers GROUP BY id;")
    apps.started()
    ended(apps.client, apps.client.stop_application(ApplicationName="app")["OperationId"])
    apps.client.update_application(
        ApplicationName="app", CurrentApplicationVersionId=1,
        ApplicationConfigurationUpdate={"ApplicationCodeConfigurationUpdate": {
            "CodeContentUpdate": {"TextContentUpdate":
                "SET 'execution.state-recovery.ignore-unclaimed-state' = 'true';\n" + tables +
                "INSERT INTO nowhere SELECT id FROM numbers;"}}})
    details = ended(apps.client, apps.start())
    expect_equal(details["OperationStatus"], "FAILED")
    text = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
    expect("AllowNonRestoredState" in text and "ignore-unclaimed-state" not in text, text)
    apps.started(FlinkRunConfiguration={"AllowNonRestoredState": True})


@serving
def test_force_stop(apps):
    apps.create(script(apps.out, 1000000, 1000))
    apps.started()
    worker = apps.worker()
    apps.client.stop_application(ApplicationName="app", Force=True)
    apps.reaches("READY")
    wait_for(lambda: not Path(f"/proc/{worker}").exists())


@serving
def test_stop_while_starting(apps):
    apps.create(script(apps.out, 1000000, 1000))
    apps.start()
    apps.client.stop_application(ApplicationName="app", Force=True)
    apps.reaches("READY")
    apps.started()
    apps.client.delete_application(ApplicationName="app", CreateTimestamp=describe(apps.client)[
        "CreateTimestamp"])
    wait_for(lambda: not (apps.server.data / "applications/1").exists())


@serving
def test_exactly_once_when_the_worker_dies(apps):
    last = 3000
    apps.create(script(apps.out, last, 1000))
    apps.started()
    time.sleep(0.8)
    first = apps.worker()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: apps.worker() != first)
    expect_equal(apps.status(), "RUNNING")
    apps.expect_all(last)
    expect("was ended by signal 9" in apps.server.log or "RESTARTING" in apps.server.log)


@serving
def test_the_restart_strategy_of_the_code_holds_for_the_worker(apps):
    apps.create("SET 'restart-strategy.type' = 'none';" + script(apps.out, 1000000, 1000))
    apps.started()
    os.kill(apps.worker(), signal.SIGKILL)
    apps.reaches("READY")
    wait_for(lambda: "its restart strategy has given up" in apps.server.log)


@serving
def test_a_worker_that_dies_again_and_again(apps):
    last = 2000
    quick = "SET 'restart-strategy.type' = 'fixed-delay';" \
        "SET 'restart-strategy.fixed-delay.attempts' = '10';" \
        "SET 'restart-strategy.fixed-delay.delay' = '10 ms';"
    apps.create(quick + script(apps.out, last, 1000))
    apps.started()
    seen = set()
    for _ in range(4):
        worker = wait_for(lambda: next(iter({apps.worker()} - seen), None))
        seen.add(worker)
        time.sleep(0.3)
        os.kill(worker, signal.SIGKILL)
    apps.expect_all(last)


@serving
def test_goes_on_although_the_snapshot_it_began_from_was_deleted(apps):
    last = 4000
    apps.create(script(apps.out, last, 800))
    apps.started()
    apps.client.create_application_snapshot(ApplicationName="app", SnapshotName="first")
    wait_for(lambda: apps.client.describe_application_snapshot(
        ApplicationName="app", SnapshotName="first")["SnapshotDetails"]["SnapshotStatus"]
        == "READY")
    ended(apps.client, apps.client.stop_application(ApplicationName="app")["OperationId"])
    apps.started(ApplicationRestoreConfiguration={
        "ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"})
    time.sleep(1)  # it has a checkpoint of its own now
    for each in apps.client.list_application_snapshots(ApplicationName="app")["SnapshotSummaries"]:
        apps.client.delete_application_snapshot(
            ApplicationName="app", SnapshotName=each["SnapshotName"],
            SnapshotCreationTimestamp=each["SnapshotCreationTimestamp"])
    wait_for(lambda: not apps.client.list_application_snapshots(ApplicationName="app")[
        "SnapshotSummaries"])
    worker = apps.worker()
    apps.server.stop(signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    apps.server.start()
    apps.connect()
    apps.expect_all(last)


@serving
def test_the_service_dies_and_adopts_its_worker(apps):
    last = 4000
    apps.create(script(apps.out, last, 1000))
    apps.started()
    worker = apps.worker()
    apps.server.stop(signal.SIGKILL)
    apps.server.wanted_port = apps.server.port
    apps.server.start()
    apps.connect()
    expect_equal(apps.status(), "RUNNING")
    wait_for(lambda: "adopted" in apps.server.log)
    expect_equal(apps.worker(), worker)
    apps.expect_all(last)


@serving
def test_the_service_comes_back_at_another_port(apps):
    last = 3000
    apps.create(script(apps.out, last, 1000))
    apps.started()
    worker = apps.worker()
    apps.server.stop(signal.SIGKILL)
    apps.server.start()
    apps.connect()
    wait_for(lambda: apps.worker() != worker)
    apps.expect_all(last)


@serving
def test_exactly_once_when_both_die(apps):
    last = 3000
    apps.create(script(apps.out, last, 1000))
    apps.started()
    time.sleep(0.8)
    worker = apps.worker()
    apps.server.stop(signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    apps.server.start()
    apps.connect()
    apps.expect_all(last)


@serving
def test_a_clean_stop_of_the_service_keeps_applications_running(apps):
    last = 3000
    apps.create(script(apps.out, last, 1000))
    apps.started()
    time.sleep(0.6)
    worker = apps.worker()
    began = time.monotonic()
    expect_equal(apps.server.stop(), 0)
    expect(time.monotonic() - began < 5, "stopped in time")
    expect(not Path(f"/proc/{worker}").exists(), "the worker ended with the service")
    apps.server.start()
    apps.connect()
    expect_equal(apps.status(), "RUNNING")
    apps.expect_all(last)


@serving
def test_credentials_of_the_role(apps):
    apps.create(script(apps.out, 1000000, 10))
    apps.started()
    words = Path(f"/proc/{apps.worker()}/environ").read_bytes().split(b"\0")
    variables = dict(word.decode().split("=", 1) for word in words if b"=" in word)
    expect_equal(variables["AWS_ENDPOINT_URL"], apps.server.url)
    expect_equal(variables["AWS_REGION"], "us-east-1")
    expect("MILLRACE_ROOT_SECRET_ACCESS_KEY" not in variables, "the root user's key")
    token = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    request = urllib.request.Request(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
                                     headers={"Authorization": token})
    with urllib.request.urlopen(request) as response:
        keys = json.load(response)
    identity = apps.server.client("sts", keys["AccessKeyId"], keys["SecretAccessKey"],
                                  keys["Token"]).get_caller_identity()
    expect_equal(identity["Arn"], "arn:aws:sts::000000000000:assumed-role/service/app")
    expect(token not in apps.server.log and keys["SecretAccessKey"] not in apps.server.log)
    request = urllib.request.Request(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"],
                                     headers={"Authorization": "wrong"})
    try:
        urllib.request.urlopen(request)
        raise AssertionError("a wrong token was accepted")
    except urllib.error.HTTPError as error:
        expect_equal(error.code, 401)
