#!/usr/bin/env python3
"""The life of an application, with boto3 alone: created, started, fed, watched, stopped with a
snapshot, changed, started again from the snapshot at parallelism 2, rolled back, deleted.

setup.sh has made the streams, the bucket, the role and the log stream before. The service is found
as boto3 finds any: AWS_ENDPOINT_URL, or AWS itself.
"""

import datetime
import functools
import io
import json
import os
import sys
import time
import zipfile
from pathlib import Path

import boto3
import stock

HERE = Path(__file__).resolve().parent
NAME = "MyApplication"
BUCKET = os.environ.get("BUCKET", "millrace-getting-started")
GROUP = f"/aws/kinesis-analytics/{NAME}"
STREAM = "kinesis-analytics-log-stream"
BEGAN = time.monotonic()


def step(text):
    print(f"\n[{time.monotonic() - BEGAN:5.1f} s] {text}", flush=True)


def say(text):
    print(f"          {text}", flush=True)


def until(find, seconds=60):
    """What `find` returns, as soon as that is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.3)
    sys.exit(f"nothing came in {seconds} s")


class Exercise:
    def __init__(self):
        self.flink = boto3.client("kinesisanalyticsv2")
        self.kinesis = boto3.client("kinesis")
        self.trader = stock.Trader(self.kinesis)
        self.results = stock.Results(self.kinesis)
        self.windows = 0

    def describe(self):
        return self.flink.describe_application(ApplicationName=NAME)["ApplicationDetail"]

    def wait(self, operation):
        """Until an operation has ended well; returns how long it took."""
        began = time.monotonic()
        while True:
            info = self.flink.describe_application_operation(
                ApplicationName=NAME, OperationId=operation)["ApplicationOperationInfoDetails"]
            if info["OperationStatus"] == "SUCCESSFUL":
                detail = self.describe()
                say(f"{info['Operation']}: {info['OperationStatus']} after "
                    f"{time.monotonic() - began:.1f} s; the application is "
                    f"{detail['ApplicationStatus']}, version {detail['ApplicationVersionId']}")
                return
            if info["OperationStatus"] != "IN_PROGRESS":
                sys.exit(f"{info['Operation']} has ended as {info['OperationStatus']}: "
                         f"{info.get('OperationFailureDetails')}")
            time.sleep(0.2)

    def upload(self, file):
        """Puts a script into the bucket, in a zip; returns its key."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(HERE / file, file)
        key = file.replace(".sql", ".zip")
        boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=packed.getvalue())
        say(f"its code is s3://{BUCKET}/{key}")
        return key

    def create(self):
        account = boto3.client("sts").get_caller_identity()["Account"]
        logs = boto3.client("logs").describe_log_streams(logGroupName=GROUP)["logStreams"][0]
        detail = self.flink.create_application(
            ApplicationName=NAME, RuntimeEnvironment="FLINK-1_20",
            ServiceExecutionRole=f"arn:aws:iam::{account}:role/MyApplicationRole",
            CloudWatchLoggingOptions=[{"LogStreamARN": logs["arn"]}],
            ApplicationConfiguration={
                "ApplicationCodeConfiguration": {
                    "CodeContentType": "ZIPFILE",
                    "CodeContent": {"S3ContentLocation": {
                        "BucketARN": f"arn:aws:s3:::{BUCKET}",
                        "FileKey": self.upload("lowest_price.sql")}}},
                "EnvironmentProperties": {"PropertyGroups": [{
                    "PropertyGroupId": "streams",
                    "PropertyMap": {"input": stock.INPUT, "output": stock.OUTPUT}}]},
                "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": True},
                "FlinkApplicationConfiguration": {
                    "CheckpointConfiguration": {
                        "ConfigurationType": "CUSTOM", "CheckpointingEnabled": True,
                        "CheckpointInterval": 1000, "MinPauseBetweenCheckpoints": 500},
                    "MonitoringConfiguration": {
                        "ConfigurationType": "CUSTOM", "MetricsLevel": "APPLICATION",
                        "LogLevel": "INFO"},
                    "ParallelismConfiguration": {
                        "ConfigurationType": "CUSTOM", "Parallelism": 1, "ParallelismPerKPU": 1,
                        "AutoScalingEnabled": False}}})["ApplicationDetail"]
        say(f"{detail['ApplicationARN']}, {detail['RuntimeEnvironment']}, "
            f"{detail['ApplicationStatus']}")

    def start(self):
        self.wait(self.flink.start_application(
            ApplicationName=NAME, RunConfiguration={"ApplicationRestoreConfiguration": {
                "ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"}})["OperationId"])

    def feed(self, windows):
        """Enough trades to close that many windows more, and half of the next one."""
        first = self.windows == 0
        self.trader.put(windows * stock.WINDOW + (stock.WINDOW // 2 if first else 0))
        self.windows += windows
        rows = self.results.wait(self.windows)
        say(f"{self.trader.count} trades so far, {self.windows} windows; the newest results:")
        for row in rows[-3:]:
            say(f"  {row}")
        counts = set(self.results.windows().values())
        if counts != {stock.WINDOW}:
            sys.exit(f"a window has not {stock.WINDOW} trades: {self.results.windows()}")
        return rows

    def log(self):
        logs = boto3.client("logs")

        def events():
            found = [json.loads(event["message"]) for event in logs.get_log_events(
                logGroupName=GROUP, logStreamName=STREAM, startFromHead=True)["events"]]
            # The last of a start; events are delivered a moment after they happen.
            return found if any("to RUNNING" in event["message"] for event in found) else []

        found = until(events)
        say(f"{len(found)} events in {GROUP} {STREAM}, among them:")
        for event in found:
            if "Loading" not in event["message"]:
                say(f"  {event['messageType']} {event['message'][:100]}")

    def metrics(self):
        cloudwatch = boto3.client("cloudwatch")
        now = datetime.datetime.now(datetime.timezone.utc)

        def highest(name):
            points = cloudwatch.get_metric_statistics(
                Namespace="AWS/KinesisAnalytics", MetricName=name, Period=60,
                StartTime=now - datetime.timedelta(minutes=5),
                EndTime=now + datetime.timedelta(minutes=5), Statistics=["Maximum"],
                Dimensions=[{"Name": "Application", "Value": NAME}])["Datapoints"]
            return max((point["Maximum"] for point in points), default=0)

        for name in ("uptime", "numRecordsIn", "numRecordsOut", "KPUs"):
            value = until(functools.partial(highest, name))
            say(f"  {name}: {value:.0f}")

    def snapshots(self):
        found = self.flink.list_application_snapshots(ApplicationName=NAME)["SnapshotSummaries"]
        for each in found:
            say(f"  {each['SnapshotName']}: {each['SnapshotStatus']}, "
                f"of version {each['ApplicationVersionId']}")
        return found

    def stop(self):
        self.wait(self.flink.stop_application(ApplicationName=NAME)["OperationId"])

    def update(self):
        version = self.describe()["ApplicationVersionId"]
        self.wait(self.flink.update_application(
            ApplicationName=NAME, CurrentApplicationVersionId=version,
            ApplicationConfigurationUpdate={
                "ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": {
                    "S3ContentLocationUpdate": {
                        "FileKeyUpdate": self.upload("lowest_price_in_euro.sql")}}},
                "FlinkApplicationConfigurationUpdate": {"ParallelismConfigurationUpdate": {
                    "ConfigurationTypeUpdate": "CUSTOM", "ParallelismUpdate": 2}}})["OperationId"])

    def snapshot(self, name):
        self.flink.create_application_snapshot(ApplicationName=NAME, SnapshotName=name)
        while self.flink.describe_application_snapshot(
                ApplicationName=NAME, SnapshotName=name)["SnapshotDetails"][
                    "SnapshotStatus"] == "CREATING":
            time.sleep(0.2)

    def roll_back(self):
        version = self.describe()["ApplicationVersionId"]
        self.wait(self.flink.rollback_application(
            ApplicationName=NAME, CurrentApplicationVersionId=version)["OperationId"])

    def delete_snapshots(self):
        for each in self.snapshots():
            self.flink.delete_application_snapshot(
                ApplicationName=NAME, SnapshotName=each["SnapshotName"],
                SnapshotCreationTimestamp=each["SnapshotCreationTimestamp"])
        while self.flink.list_application_snapshots(ApplicationName=NAME)["SnapshotSummaries"]:
            time.sleep(0.2)

    def delete(self):
        self.flink.delete_application(
            ApplicationName=NAME, CreateTimestamp=self.describe()["CreateTimestamp"])
        while NAME in [each["ApplicationName"] for each in
                       self.flink.list_applications()["ApplicationSummaries"]]:
            time.sleep(0.2)


def main():
    exercise = Exercise()
    step("Create the application: SQL over a stream of trades")
    exercise.create()
    step("Start it")
    exercise.start()
    step("Put trades, read the lowest price of each ticker for every 10 seconds")
    exercise.feed(3)
    step("Look at its log and its metrics")
    exercise.log()
    exercise.metrics()
    step("Stop it: a snapshot is taken, with a window half full in it")
    exercise.stop()
    exercise.snapshots()
    step("Change it: another script, parallelism 2")
    exercise.update()
    step("Start it from the snapshot: the window that was half full is completed")
    exercise.start()
    rows = exercise.feed(2)
    if "lowest_in_euro" not in rows[-1]:
        sys.exit(f"the new script does not run: {rows[-1]}")
    say(f"parallelism: {parallelism_of(exercise)}")
    step("Take a snapshot, and roll back to the version before, with its state")
    exercise.snapshot("before-the-rollback")
    exercise.roll_back()
    rows = exercise.feed(2)
    if "lowest_in_euro" in rows[-1]:
        sys.exit(f"the script before does not run: {rows[-1]}")
    step("Snapshots: list, delete")
    exercise.delete_snapshots()
    step("Delete the application")
    exercise.stop()
    exercise.delete_snapshots()
    exercise.delete()
    step(f"Done: {exercise.trader.count} trades, each of them in exactly one of "
         f"{exercise.windows} windows, through stop, update and rollback")


def parallelism_of(exercise):
    flink = exercise.describe()["ApplicationConfigurationDescription"][
        "FlinkApplicationConfigurationDescription"]
    return flink["ParallelismConfigurationDescription"]["CurrentParallelism"]


if __name__ == "__main__":
    main()
