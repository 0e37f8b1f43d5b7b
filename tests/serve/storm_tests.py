"""Storms for real: many clients ask for everything at random while worker processes, and once the
service itself, are killed. Whatever happens, at the end nothing is stuck, wrong or lost."""

import collections
import os
import random
import signal
import threading
import time
from pathlib import Path

from engine_tests import Applications, serving
from harness import botocore, expect, expect_equal

CLIENTS = 16
APPLICATIONS = [f"app{i}" for i in range(5)]
STORM_SECONDS = 9
# The guide's statuses. MAINTENANCE belongs to windows that no storm opens.
STATUSES = {"READY", "STARTING", "RUNNING", "UPDATING", "STOPPING", "FORCE_STOPPING", "DELETING",
            "ROLLING_BACK", "ROLLED_BACK", "AUTOSCALING"}
# What a client may hear because another one was faster. Anything else is a defect.
EXPECTED = {"ResourceInUseException", "ResourceNotFoundException", "InvalidArgumentException",
            "InvalidRequestException", "LimitExceededException",
            "ConcurrentModificationException", "InvalidApplicationConfigurationException"}
SCRIPT = """
SET 'restart-strategy.type' = 'fixed-delay';
SET 'restart-strategy.fixed-delay.attempts' = '1000';
SET 'restart-strategy.fixed-delay.delay' = '20 ms';
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');
CREATE TABLE nowhere (r BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT MOD(id, 10) + {extra}, COUNT(*) FROM numbers GROUP BY MOD(id, 10);
"""


def workers_of(server):
    """Process and application numbers of the service's workers."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if "worker" in words and any(str(server.data) in word for word in words):
            found.append((int(entry.name), words[words.index("--application") + 1]))
    return found


class Storm:
    """What happens, and what has been seen of it."""

    def __init__(self, apps):
        self.apps = apps
        self.lock = threading.Lock()
        self.versions = collections.defaultdict(int)  # of an application's incarnation: the highest
        self.updates = collections.defaultdict(list)  # of an incarnation: made by updates
        self.told = collections.Counter()
        self.defects = []
        self.over = threading.Event()
        self.down = False  # the service is dead, calls may fail

    def run(self, restarts=0):
        threads = [threading.Thread(target=self.client, args=(seed,)) for seed in range(CLIENTS)]
        threads.append(threading.Thread(target=self.killer))
        for thread in threads:
            thread.start()
        for _ in range(restarts):
            time.sleep(STORM_SECONDS / (restarts + 1))
            self.restart_server()
        time.sleep(STORM_SECONDS / (restarts + 1))
        self.over.set()
        for thread in threads:
            thread.join()
        expect(not self.defects, self.defects)

    def restart_server(self):
        server = self.apps.server
        self.down = True
        server.wanted_port = server.port
        server.stop(signal.SIGKILL)
        server.start()
        self.apps.connect()
        self.down = False

    def killer(self):
        chance = random.Random(4711)
        while not self.over.wait(chance.uniform(0.1, 0.5)):
            for process, _ in chance.sample(found := workers_of(self.apps.server),
                                            min(1, len(found))):
                try:
                    os.kill(process, signal.SIGKILL)
                    self.told["killed"] += 1
                except ProcessLookupError:
                    pass

    def client(self, seed):
        chance = random.Random(seed)
        client = self.apps.server.client("kinesisanalyticsv2")
        try:
            while not self.over.wait(chance.uniform(0, 0.1)):
                self.act(client, chance, chance.choice(APPLICATIONS))
        except Exception as error:  # told by run()
            self.defects.append(repr(error))

    def ask(self, call, **arguments):
        """The answer, or None when another client was faster."""
        try:
            answer = call(**arguments)
            self.told[call.__name__] += 1
            return answer
        except botocore.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            self.told[code] += 1
            if code not in EXPECTED:
                self.defects.append(f"{call.__name__}: {error}")
        except botocore.exceptions.BotoCoreError as error:
            if not self.down:
                time.sleep(0.5)  # it may have died just now
                if not self.down and self.apps.server.process.poll() is None:
                    self.told["broken connection"] += 1
            time.sleep(0.1)
            del error
        return None

    def look(self, client, name):
        """What the service says of it, which must be possible."""
        answer = self.ask(client.describe_application, ApplicationName=name)
        if answer is None:
            return None
        detail = answer["ApplicationDetail"]
        if detail["ApplicationStatus"] not in STATUSES:
            self.defects.append(f"{name} is {detail['ApplicationStatus']}")
        return detail

    def note_version(self, detail, before):
        """Within the life of an application its version only grows."""
        incarnation = (detail["ApplicationName"], detail["CreateTimestamp"])
        with self.lock:
            if detail["ApplicationVersionId"] < before:
                self.defects.append(f"{incarnation} went from version {before} to "
                                    f"{detail['ApplicationVersionId']}")
            self.versions[incarnation] = max(self.versions[incarnation],
                                             detail["ApplicationVersionId"])

    def act(self, client, chance, name):
        seen = dict(self.versions)
        detail = self.look(client, name)
        if detail is None:
            self.ask(client.create_application, ApplicationName=name,
                     RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=self.apps.role,
                     ApplicationConfiguration=self.configuration(0))
            return
        self.note_version(detail, seen.get((name, detail["CreateTimestamp"]), 0))
        kind = chance.randrange(12)
        if kind < 4:
            self.ask(client.start_application, ApplicationName=name)
        elif kind < 6:
            self.ask(client.stop_application, ApplicationName=name, Force=chance.random() < 0.5)
        elif kind < 9:
            self.update(client, chance, detail)
        elif kind < 11:
            self.ask(client.create_application_snapshot, ApplicationName=name,
                     SnapshotName=f"s{chance.randrange(10**9)}")
        elif chance.random() < 0.5:
            self.ask(client.delete_application, ApplicationName=name,
                     CreateTimestamp=detail["CreateTimestamp"])

    def update(self, client, chance, detail):
        answer = self.ask(
            client.update_application, ApplicationName=detail["ApplicationName"],
            CurrentApplicationVersionId=detail["ApplicationVersionId"],
            ApplicationConfigurationUpdate={"ApplicationCodeConfigurationUpdate": {
                "CodeContentUpdate": {"TextContentUpdate": SCRIPT.format(
                    extra=chance.randrange(1000))}}})
        if answer is None:
            return
        made = answer["ApplicationDetail"]
        with self.lock:
            self.updates[(made["ApplicationName"], made["CreateTimestamp"])].append(
                made["ApplicationVersionId"])

    @staticmethod
    def configuration(extra):
        return {
            "ApplicationCodeConfiguration": {
                "CodeContentType": "PLAINTEXT",
                "CodeContent": {"TextContent": SCRIPT.format(extra=extra)}},
            "FlinkApplicationConfiguration": {
                "CheckpointConfiguration": {
                    "ConfigurationType": "CUSTOM", "CheckpointingEnabled": True,
                    "CheckpointInterval": 500, "MinPauseBetweenCheckpoints": 0},
                "ParallelismConfiguration": {
                    "ConfigurationType": "CUSTOM", "Parallelism": 1, "ParallelismPerKPU": 1,
                    "AutoScalingEnabled": False}}}

    # Afterwards.

    def settles(self, seconds=60):
        """Every application comes to rest; what runs is what the service says."""
        client = self.apps.server.client("kinesisanalyticsv2")
        end = time.monotonic() + seconds
        while True:
            listed = {each["ApplicationName"]: each["ApplicationStatus"]
                      for each in client.list_applications()["ApplicationSummaries"]}
            running = sum(status == "RUNNING" for status in listed.values())
            workers = workers_of(self.apps.server)
            if (set(listed.values()) <= {"READY", "RUNNING"} and len(workers) == running
                    and len({application for _, application in workers}) == running):
                break
            expect(time.monotonic() < end, f"stuck: {listed}, workers {workers}, {self.told}, "
                                           f"{self.apps.server.log[-3000:]}")
            time.sleep(0.2)
        for name in listed:
            self.check_records(client, name)
        for incarnation, made in self.updates.items():
            expect_equal(len(made), len(set(made)), f"versions of updates of {incarnation}")
        return listed

    @staticmethod
    def check_records(client, name):
        operations = client.list_application_operations(
            ApplicationName=name, OperationStatus="IN_PROGRESS")
        expect_equal(operations["ApplicationOperationInfoList"], [], f"open operations of {name}")
        for page in client.get_paginator("list_application_snapshots").paginate(
                ApplicationName=name):
            for snapshot in page["SnapshotSummaries"]:
                expect(snapshot["SnapshotStatus"] in ("READY", "FAILED"), snapshot)
        versions = [each["ApplicationVersionId"] for page in
                    client.get_paginator("list_application_versions").paginate(
                        ApplicationName=name) for each in page["ApplicationVersionSummaries"]]
        expect_equal(versions, list(range(versions[0], versions[0] - len(versions), -1)),
                     f"versions of {name}")

    def all_work(self):
        """Each application can be started, stopped and deleted: none is lost."""
        client = self.apps.client
        for name in APPLICATIONS:
            if self.look(client, name) is None:
                self.ask(client.create_application, ApplicationName=name,
                         RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=self.apps.role,
                         ApplicationConfiguration=self.configuration(0))
            if self.apps.status(name) == "READY":
                client.start_application(ApplicationName=name)
        for name in APPLICATIONS:
            self.apps.reaches("RUNNING", name)
            client.stop_application(ApplicationName=name)
        for name in APPLICATIONS:
            self.apps.reaches("READY", name)
            client.delete_application(ApplicationName=name, CreateTimestamp=self.look(
                client, name)["CreateTimestamp"])
        end = time.monotonic() + 20
        while client.list_applications()["ApplicationSummaries"]:
            expect(time.monotonic() < end, "an application is not deleted")
            time.sleep(0.1)


@serving
def test_storm_with_crashes_of_workers(apps):
    storm = Storm(apps)
    storm.run()
    expect_equal(storm.told["broken connection"], 0, "broken connections")
    expect(storm.told["killed"] > 5, "workers were killed:", storm.told)
    expect(storm.told["start_application"] > 10 and storm.told["update_application"] > 10,
           "something happened:", storm.told)
    storm.settles()
    storm.all_work()


@serving
def test_storm_with_crashes_of_the_service(apps):
    storm = Storm(apps)
    storm.run(restarts=3)
    storm.settles()
    storm.all_work()
