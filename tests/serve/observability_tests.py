"""What a running application tells: its log in CloudWatch Logs, its metrics in CloudWatch."""

import datetime
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import rest_paths
from control_tests import ended, wait_for
from engine_tests import Applications, configuration, script
from harness import PROGRAM, Server, expect, expect_equal

GROUP = "/aws/kinesis-analytics/app"
STREAM = "log"
ARN = f"arn:aws:logs:us-east-1:000000000000:log-group:{GROUP}:log-stream:{STREAM}"
SPACE = "AWS/KinesisAnalytics"
FAST = "applications.metrics-interval=500 ms"


def make_stream(server):
    logs = server.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)


def allow_logs(server):
    server.client("iam").put_role_policy(
        RoleName="service", PolicyName="logs", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": ARN}]}))


def create(apps, log_level="INFO", metrics_level="OPERATOR", text=None, parallelism=1):
    wanted = configuration(text or script(apps.out, 100000, 200), parallelism)
    wanted["FlinkApplicationConfiguration"]["MonitoringConfiguration"] = {
        "ConfigurationType": "CUSTOM", "LogLevel": log_level, "MetricsLevel": metrics_level}
    return apps.client.create_application(
        ApplicationName="app", RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=apps.role,
        ApplicationConfiguration=wanted,
        CloudWatchLoggingOptions=[{"LogStreamARN": ARN}])["ApplicationDetail"]


def log_of(server):
    events = server.client("logs").get_log_events(
        logGroupName=GROUP, logStreamName=STREAM, startFromHead=True)["events"]
    return [json.loads(event["message"]) for event in events]


def presigned(apps):
    try:
        return apps.client.create_application_presigned_url(
            ApplicationName="app", UrlType="FLINK_DASHBOARD_URL")["AuthorizedUrl"]
    except apps.client.exceptions.ResourceInUseException:
        return None


def values(server, name, **dimensions):
    """The sums of a metric's intervals."""
    now = datetime.datetime.now(datetime.timezone.utc)
    points = server.client("cloudwatch").get_metric_statistics(
        Namespace=SPACE, MetricName=name, StartTime=now - datetime.timedelta(minutes=10),
        EndTime=now + datetime.timedelta(minutes=2), Period=60, Statistics=["Maximum"],
        Dimensions=[{"Name": n, "Value": v} for n, v in dimensions.items()])["Datapoints"]
    return [point["Maximum"] for point in points]


def dropped(server):
    text = urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics").read().decode()
    line = next(each for each in text.splitlines()
                if each.startswith("millrace_log_events_dropped_total "))
    return float(line.split()[1])


def test_the_log_tells_of_a_start_once():
    """Not again when a service that has died finds its worker alive."""
    with Server("--set", FAST) as server:
        make_stream(server)
        apps = Applications(server)
        allow_logs(server)
        create(apps)
        apps.started()

        def number(text):
            return sum(text in record["message"] for record in log_of(server))

        wait_for(lambda: number("from STARTING to RUNNING"))
        server.stop(signal.SIGKILL)
        server.wanted_port = server.port
        server.start()
        apps.connect()
        wait_for(lambda: number("adopted the worker"))
        expect_equal(number("is starting version"), 1)
        expect_equal(number("Loading configuration property: parallelism.default"), 1)
        apps.client.stop_application(ApplicationName="app")
        apps.reaches("READY")
        apps.started()
        wait_for(lambda: number("is starting version") == 2)


def test_log_and_metrics_of_a_running_application():
    with Server("--set", FAST) as server:
        apps = Applications(server)
        make_stream(server)
        allow_logs(server)
        arn = create(apps, metrics_level="PARALLELISM", parallelism=2)["ApplicationARN"]
        apps.started()

        def said(text):
            return [event for event in log_of(server) if text in event["message"]]

        running = wait_for(lambda: said("to RUNNING"))[0]
        expect_equal(set(running), {
            "locationInformation", "logger", "message", "threadName", "applicationARN",
            "applicationVersionId", "messageSchemaVersion", "messageType"})
        expect_equal((running["applicationARN"], running["applicationVersionId"],
                      running["messageSchemaVersion"], running["messageType"]),
                     (arn, "1", "1", "INFO"))
        expect(re.fullmatch(r"millrace\.runtime\.Job\.\w+\(\w+\.cc:\d+\)",
                            running["locationInformation"]) or
               re.fullmatch(r"millrace\.control\.Supervisor\.\w+\(\w+\.cc:\d+\)",
                            running["locationInformation"]), running)
        expect(said("parallelism.default, 2") and said("Deploying"), log_of(server))
        wait_for(lambda: said("Completed checkpoint"))
        expect_equal(said("asynchronous"), [])  # DEBUG

        wait_for(lambda: max(values(server, "lastCheckpointDuration", Application="app"),
                             default=-1) >= 0)
        wait_for(lambda: max(values(server, "numRecordsOut", Application="app"), default=0) > 0)
        expect(max(values(server, "uptime", Application="app")) > 0)
        for name in ("downtime", "fullRestarts", "numberOfFailedCheckpoints"):
            expect_equal(max(values(server, name, Application="app")), 0, name)
        expect_equal(max(values(server, "KPUs", Application="app")), 2)
        rate = max(values(server, "numRecordsInPerSecond", Application="app"))
        expect(50 < rate < 1000, rate)  # 200 are generated
        listed = server.client("cloudwatch").list_metrics(
            Namespace=SPACE, MetricName="busyTimeMsPerSecond")["Metrics"]
        sets = {tuple(sorted(each["Name"] for each in metric["Dimensions"])) for metric in listed}
        expect_equal(sets, {("Application",), ("Application", "Task"),
                            ("Application", "Operator", "Task"),
                            ("Application", "Parallelism", "Task"),
                            ("Application", "Operator", "Parallelism", "Task")})
        threads = [{each["Name"]: each["Value"] for each in metric["Dimensions"]}
                   for metric in listed if len(metric["Dimensions"]) == 4]
        expect_equal({each["Parallelism"] for each in threads}, {"0", "1"})
        source = next(each for each in threads if "Source" in each["Operator"])
        expect(max(values(server, "numRecordsOut", **source)) > 0)

        ended(apps.client, apps.client.stop_application(ApplicationName="app")["OperationId"])
        wait_for(lambda: said("is stopping with snapshot"))
        wait_for(lambda: said("has ended: STOPPED"))
        expect_equal(dropped(server), 0)


def test_a_kinesis_source_tells_how_far_it_is_behind():
    with Server("--set", FAST) as server:
        apps = Applications(server)
        server.client("iam").put_role_policy(
            RoleName="service", PolicyName="all", PolicyDocument=json.dumps({
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "kinesis:*", "Resource": "*"}]}))
        kinesis = server.client("kinesis")
        kinesis.create_stream(StreamName="orders", ShardCount=1)
        kinesis.get_waiter("stream_exists").wait(
            StreamName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        kinesis.put_record(StreamName="orders", PartitionKey="k", Data=b'{"n": 1}')
        create(apps, text=f"""
CREATE TABLE orders (n BIGINT) WITH ('connector' = 'kinesis', 'stream' = 'orders',
  'format' = 'json', 'source.init.position' = 'TRIM_HORIZON');
CREATE TABLE results (n BIGINT) WITH (
  'connector' = 'filesystem', 'path' = '{apps.out}', 'format' = 'json');
INSERT INTO results SELECT n FROM orders;
""")
        apps.started()
        wait_for(lambda: values(server, "millisBehindLatest", Application="app"))
        wait_for(lambda: max(values(server, "numRecordsIn", Application="app")) == 1)
        dimensions = [each["Dimensions"] for each in server.client("cloudwatch").list_metrics(
            Namespace=SPACE, MetricName="millisBehindLatest")["Metrics"]]
        expect_equal(sorted(len(each) for each in dimensions), [1, 2, 3])


def test_a_crash_is_an_outage_and_a_restart():
    with Server("--set", FAST) as server:
        apps = Applications(server)
        make_stream(server)
        allow_logs(server)
        create(apps, "DEBUG", text="SET 'restart-strategy.type' = 'fixed-delay';\n"
               "SET 'restart-strategy.fixed-delay.delay' = '2 s';\n" +
               script(apps.out, 100000, 200))
        apps.started()
        wait_for(lambda: values(server, "uptime", Application="app"))
        details = wait_for(lambda: [event for event in log_of(server)
                                    if event["messageType"] == "DEBUG"])
        expect("bytes, start delay" in details[0]["message"], details)
        began = time.time()
        os.kill(apps.worker(), signal.SIGKILL)
        wait_for(lambda: max(values(server, "downtime", Application="app"), default=0) >= 1000)
        wait_for(lambda: max(values(server, "fullRestarts", Application="app")) == 1)
        # The worker that runs now knows of the one before.
        url = wait_for(lambda: presigned(apps))
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["authToken"][0]
        base = url.split("?")[0].rstrip("/")
        job = wait_for(lambda: rest_paths.ask(f"{base}/jobs?authToken={token}")[1].get("jobs"))
        asked = f"{base}/jobs/{job[0]['id']}/metrics?get=numRestarts&authToken={token}"
        expect_equal(rest_paths.ask(asked)[1], [{"id": "numRestarts", "value": "1"}])
        asked = f"{base}/jobs/{job[0]['id']}/exceptions?authToken={token}"
        entries = rest_paths.ask(asked)[1]["exceptionHistory"]["entries"]
        expect_equal(len(entries), 1, entries)
        expect("signal 9" in entries[0]["stacktrace"], entries)
        expect(began <= entries[0]["timestamp"] / 1000 <= time.time(), entries)


def test_levels():
    with Server("--set", FAST) as server:
        apps = Applications(server)
        make_stream(server)
        allow_logs(server)
        create(apps, "ERROR", "APPLICATION",
               "CREATE TABLE t (a INT) WITH ('connector' = 'datagen');\n"
               "INSERT INTO t SELEKT a FROM t;")
        ended(apps.client, apps.start())
        failed = wait_for(lambda: log_of(server))
        expect_equal({event["messageType"] for event in failed}, {"ERROR"})
        expect("line 2, column 15" in failed[0]["throwableInformation"][0], failed)


def test_errors_show_no_secrets_of_the_code():
    with Server("--set", FAST) as server:
        apps = Applications(server)
        make_stream(server)
        allow_logs(server)
        create(apps, text="CREATE TABLE t (a INT) WITH ('connector' = 'kinesis', 'stream' = 's', "
               "'aws.credentials.basic.secretkey' = 'deepSecret') nonsense;")
        details = ended(apps.client, apps.start())
        shown = details["OperationFailureDetails"]["ErrorInfo"]["ErrorString"]
        expect("nonsense" in shown and "'**********'" in shown, shown)
        failed = wait_for(lambda: log_of(server))
        expect("deepSecret" not in json.dumps(failed) + server.log + shown, shown)


def test_a_log_that_cannot_be_written_leaves_the_application_alone():
    with Server("--set", FAST) as server:
        apps = Applications(server)
        create(apps, metrics_level="APPLICATION")
        apps.started()

        def warned(text):
            return [line for line in server.lines if "could not be delivered" in line
                    and text in line]

        wait_for(lambda: warned("not authorized to perform: logs:PutLogEvents"))
        allow_logs(server)
        wait_for(lambda: warned("log group does not exist"))
        expect_equal(apps.status(), "RUNNING")
        make_stream(server)
        expect(any("to RUNNING" in event["message"] for event in wait_for(lambda: log_of(server))))
        wait_for(lambda: values(server, "uptime", Application="app"))
        dimensions = [metric["Dimensions"] for metric in server.client(
            "cloudwatch").list_metrics(Namespace=SPACE)["Metrics"]]
        expect(all(len(each) == 1 for each in dimensions), dimensions)


def test_wrong_settings():
    for setting, text in (("applications.metrics=1 s", "applications.metrics-interval"),
                          ("applications.metrics-interval=soon", "a duration")):
        with tempfile.TemporaryDirectory() as data:
            ended_with = subprocess.run(
                [PROGRAM, "serve", "--port", "0", "--data", data, "--set", setting],
                capture_output=True, text=True, timeout=20)
        expect(ended_with.returncode != 0 and text in ended_with.stderr, ended_with)
