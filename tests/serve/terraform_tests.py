"""Terraform with the stock AWS provider: terraform/*.tf is applied, changed and destroyed.

Skipped where terraform or the provider is not installed: MILLRACE_TF_PLUGINS names a plug-in
directory; without it the directories that terraform itself looks into are searched.
"""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from harness import ACCESS_KEY, REGION, SECRET_KEY, Server, expect, expect_equal

CONFIGURATION = Path(__file__).parent / "terraform"
PROVIDER = "registry.terraform.io/hashicorp/aws"
SQL = """CREATE TABLE source (id BIGINT)
  WITH ('connector' = 'datagen', 'rows-per-second' = '{rows}');
CREATE TABLE sink (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO sink SELECT id FROM source;
"""


def plugin_directory():
    """Where terraform finds the provider without a network; None when it is nowhere."""
    data = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
    places = [Path.home() / ".terraform.d/plugins", *(Path(each) / "terraform/plugins"
                                                      for each in data)]
    if "MILLRACE_TF_PLUGINS" in os.environ:
        places = [Path(os.environ["MILLRACE_TF_PLUGINS"])]
    return next((each for each in places if (each / PROVIDER).is_dir()), None)


class Terraform:
    """A working directory with the configuration, for a service."""

    def __init__(self, server, plugins):
        self.directory = Path(tempfile.mkdtemp(prefix="millrace-terraform-"))
        for each in CONFIGURATION.glob("*.tf"):
            shutil.copy(each, self.directory)
        code = self.directory / "code"
        code.mkdir()
        for revision in (1, 2):
            text = SQL.format(rows=revision)
            (code / f"running-{revision}.sql").write_text(text)
            with zipfile.ZipFile(code / f"orders-{revision}.zip", "w") as archive:
                archive.writestr("main.sql", text.replace(f"'{revision}'", "'${stream.rows}'"))
        settings = self.directory / "settings.tfrc"
        settings.write_text("provider_installation {\n  filesystem_mirror {\n"
                            f"    path = {json.dumps(str(plugins))}\n  }}\n}}\n")
        self.environment = dict(
            os.environ, TF_CLI_CONFIG_FILE=str(settings), CHECKPOINT_DISABLE="1",
            TF_IN_AUTOMATION="1", AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY,
            AWS_REGION=REGION, TF_VAR_endpoint=server.url, TF_VAR_code_directory=str(code))

    def run(self, *arguments, revision=1):
        command = ["terraform", arguments[0], "-no-color", *arguments[1:]]
        environment = dict(self.environment, TF_VAR_revision=str(revision))
        done = subprocess.run(command, cwd=self.directory, env=environment, text=True, check=False,
                              capture_output=True, timeout=240)
        expect(done.returncode == 0, f"terraform {' '.join(arguments)} ended with",
               done.returncode, done.stdout[-8000:], done.stderr[-8000:])
        return done.stdout

    def apply(self, revision):
        return self.run("apply", "-auto-approve", "-input=false", "-parallelism=20",
                        revision=revision)

    def expect_no_changes(self, revision):
        """What the service shows is what was configured."""
        self.run("plan", "-detailed-exitcode", "-input=false", "-parallelism=20",
                 revision=revision)

    def destroy(self, revision):
        return self.run("destroy", "-auto-approve", "-input=false", "-parallelism=20",
                        revision=revision)

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)


def expect_revision(server, revision):
    """What Terraform has made of a revision, as boto3 sees it."""
    client = server.client("kinesisanalyticsv2")
    detail = client.describe_application(ApplicationName="orders")["ApplicationDetail"]
    configuration = detail["ApplicationConfigurationDescription"]
    flink = configuration["FlinkApplicationConfigurationDescription"]
    first = revision == 1
    expect_equal(detail["RuntimeEnvironment"], "FLINK-1_19" if first else "FLINK-1_20")
    parallelism = flink["ParallelismConfigurationDescription"]
    expect_equal((parallelism["Parallelism"], parallelism["ParallelismPerKPU"],
                  parallelism["AutoScalingEnabled"]), (2, 2, False) if first else (4, 4, True))
    expect_equal(flink["CheckpointConfigurationDescription"]["CheckpointInterval"],
                 30000 if first else 20000)
    expect_equal(flink["MonitoringConfigurationDescription"]["MetricsLevel"],
                 "TASK" if first else "OPERATOR")
    expect_equal(sorted(configuration["VpcConfigurationDescriptions"][0]["SubnetIds"]),
                 ["subnet-1", "subnet-2"] if first else ["subnet-3"])
    groups = configuration["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"]
    expect_equal(sorted(group["PropertyGroupId"] for group in groups),
                 ["first", "stream"] if first else ["second", "stream", "third"])
    code = configuration["ApplicationCodeConfigurationDescription"]["CodeContentDescription"]
    s3 = server.client("s3", s3={"addressing_style": "path"})
    newest = s3.head_object(Bucket="code-of-applications", Key="orders.zip")["VersionId"]
    expect_equal(code["S3ApplicationCodeLocationDescription"]["ObjectVersion"], newest)
    tags = client.list_tags_for_resource(ResourceARN=detail["ApplicationARN"])["Tags"]
    own = {"revision": "1", "removed": "soon"} if first else {"revision": "2", "added": "yes"}
    expect_equal({each["Key"]: each["Value"] for each in tags}, {"managed_by": "terraform", **own})
    expect_equal(code["CodeSize"],
                 s3.head_object(Bucket="code-of-applications", Key="orders.zip")["ContentLength"])
    running = client.describe_application(ApplicationName="running")["ApplicationDetail"]
    expect_equal(running["ApplicationStatus"], "RUNNING")
    snapshots = client.list_application_snapshots(ApplicationName="running")["SnapshotSummaries"]
    expect({f"of-revision-{i + 1}" for i in range(revision)} <=
           {each["SnapshotName"] for each in snapshots}, snapshots)
    logs = server.client("logs")
    expect_equal(logs.describe_log_groups()["logGroups"][0]["retentionInDays"], 7 if first else 14)


def expect_nothing(server):
    expect_equal(server.client("kinesisanalyticsv2").list_applications()["ApplicationSummaries"],
                 [])
    expect_equal(server.client("kinesis").list_streams()["StreamNames"], [])
    expect_equal(server.client("s3").list_buckets()["Buckets"], [])
    expect_equal(server.client("logs").describe_log_groups()["logGroups"], [])
    expect_equal(server.client("iam").list_roles()["Roles"], [])
    expect_equal(server.client("iam").list_policies(Scope="Local")["Policies"], [])


def test_create_change_and_destroy():
    plugins = plugin_directory()
    if shutil.which("terraform") is None or plugins is None:
        print("SKIPPED: terraform_tests: terraform or its AWS provider is not installed")
        return
    with Server() as server:
        terraform = Terraform(server, plugins)
        try:
            terraform.run("init", "-input=false")
            terraform.apply(revision=1)
            expect_revision(server, 1)
            terraform.expect_no_changes(revision=1)
            said = terraform.apply(revision=2)
            expect("0 destroyed" in said, "changes replace nothing:", said[-2000:])
            expect_revision(server, 2)
            terraform.expect_no_changes(revision=2)
            terraform.destroy(revision=2)
            expect_nothing(server)
        finally:
            terraform.remove()
