"""The store of the control plane on a real PostgreSQL: a life of an application, lost connections.

Skipped where PostgreSQL's server programs are not installed.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from harness import Server, expect, expect_equal, run_program, wait_until

ROLE = "arn:aws:iam::000000000000:role/service"
SECRET = "hidden-password"


def programs():
    """The folder of initdb and postgres; None when there is none."""
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = ([Path(on_path).parent] if on_path else []) + folders
    return next((each for each in folders if (each / "postgres").exists()), None)


class Postgresql:
    """A server on a Unix socket in a directory of its own; it refuses to run as root."""

    def __init__(self, folder):
        self.folder = folder
        self.directory = Path(tempfile.mkdtemp(prefix="millrace-postgresql-"))
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.directory, self.user)
        self.process = None
        self.run("initdb", "-D", self.data, "-U", "keeper", "-A", "trust", "-E", "UTF8",
                 "--no-sync", "--locale=C.UTF-8")

    @property
    def data(self):
        return str(self.directory / "data")

    @property
    def url(self):
        host = str(self.directory).replace("/", "%2F")
        return f"postgresql://keeper:{SECRET}@{host}/postgres"

    def run(self, program, *arguments):
        done = subprocess.run([str(self.folder / program), *arguments], user=self.user,
                              capture_output=True, text=True, check=False, cwd="/",
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, timeout=60)
        expect_equal(done.returncode, 0, done.stdout + done.stderr)

    def start(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-t", "30", "-l", self.data + "/log", "-o",
                 f"-k {self.directory} -c listen_addresses= -c fsync=off", "start")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def running(self):
        return Path(self.data, "postmaster.pid").exists()

    def query(self, sql):
        return subprocess.run(["psql", "-AtX", "-c", sql, self.url], capture_output=True,
                              text=True, check=True, timeout=30).stdout.strip()


@contextmanager
def postgresql():
    """A running server; None, and a word about it, where none can be."""
    folder = programs()
    if folder is None or shutil.which("psql") is None:
        print("SKIPPED: postgresql_tests: the server of PostgreSQL is not installed")
        yield None
        return
    server = Postgresql(folder)
    server.start()
    try:
        yield server
    finally:
        if server.running():
            server.stop("immediate")
        shutil.rmtree(server.directory, ignore_errors=True)


def create(client, name):
    code = {"CodeContentType": "PLAINTEXT", "CodeContent": {"TextContent": "SELECT 'ü'"}}
    client.create_application(
        ApplicationName=name, RuntimeEnvironment="FLINK-1_20", ServiceExecutionRole=ROLE,
        ApplicationConfiguration={"ApplicationCodeConfiguration": code},
        Tags=[{"Key": "a", "Value": "1"}])


def names(client):
    return [each["ApplicationName"]
            for each in client.list_applications()["ApplicationSummaries"]]


def describe(client, name):
    return client.describe_application(ApplicationName=name)["ApplicationDetail"]


def test_a_life_of_an_application():
    with postgresql() as store:
        if store is None:
            return
        with Server("--auth", "off", "--store", store.url) as server:
            client = server.client("kinesisanalyticsv2")
            for name in ("b", "A", "a_", "aB"):
                create(client, name)
            expect_equal(names(client), ["A", "aB", "a_", "b"])
            client.update_application(
                ApplicationName="b", CurrentApplicationVersionId=1,
                ApplicationConfigurationUpdate={"ApplicationSnapshotConfigurationUpdate": {
                    "SnapshotsEnabledUpdate": False}})
            versions = client.list_application_versions(ApplicationName="b")
            expect_equal([each["ApplicationVersionId"]
                          for each in versions["ApplicationVersionSummaries"]], [2, 1])
            operations = client.list_application_operations(ApplicationName="b")
            expect_equal([each["Operation"]
                          for each in operations["ApplicationOperationInfoList"]],
                         ["UpdateApplication"])
            before = describe(client, "b")
            server.stop(signal.SIGKILL)
            server.start()
            client = server.client("kinesisanalyticsv2")
            expect_equal(describe(client, "b"), before)
            detail = describe(client, "a_")
            client.delete_application(ApplicationName="a_",
                                      CreateTimestamp=detail["CreateTimestamp"])
            wait_until(lambda: names(client) == ["A", "aB", "b"])
            expect_equal(store.query("SELECT count(*) FROM application"), "3")
            expect(not (server.data / "control/control.sqlite").exists())
            expect(SECRET not in server.log, "a password in the log")


def test_a_server_that_goes_away_and_comes_back():
    with postgresql() as store:
        if store is None:
            return
        with Server("--auth", "off", "--store", store.url) as server:
            client = server.client("kinesisanalyticsv2")
            create(client, "before")
            # The server closes the connections: the next calls open them anew.
            store.stop()
            store.start()
            expect_equal(names(client), ["before"])
            create(client, "after")
            store.stop("immediate")
            try:
                names(client)
                raise AssertionError("a list without a store")
            except client.exceptions.ClientError as error:
                expect_equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 500)
            wait_until(lambda: "PostgreSQL database 'postgres'" in server.log)
            store.start()
            expect_equal(names(client), ["after", "before"])


def test_one_service_at_a_time():
    with postgresql() as store:
        if store is None:
            return
        with Server("--auth", "off", "--store", store.url):
            with tempfile.TemporaryDirectory() as directory:
                code, said = run_program("--port", "0", "--data", directory, "--store", store.url)
                expect_equal(code, 1)
                expect("in use by another millrace process" in said, said)
                expect(SECRET not in said, said)


def test_clear_errors_at_start():
    with tempfile.TemporaryDirectory() as directory:
        code, said = run_program("--port", "0", "--data", directory, "--store",
                                 f"postgresql://keeper:{SECRET}@%2Fnowhere/postgres")
        expect_equal(code, 1)
        expect("cannot be reached" in said and "/nowhere" in said, said)
        expect(SECRET not in said, said)
        code, said = run_program("--port", "0", "--data", directory, "--store",
                                 f"postgresql://keeper:{SECRET}@[::1/postgres")
        expect_equal(code, 1)
        expect(SECRET not in said, said)
        code, said = run_program("--store", "mysql://somewhere")
        expect_equal(code, 2)
        expect("postgresql://" in said, said)
