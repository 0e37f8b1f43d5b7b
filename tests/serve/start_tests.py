"""Starting and stopping: keys, data directory, port, configuration, memory."""

import json
import os
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import harness
from harness import (
    ACCESS_KEY, SECRET_KEY, Server, expect, expect_equal, expect_error, expect_memory, run_program,
)

ALONE = True  # the time of a start is measured


def test_starts_fast_and_small():
    with Server() as server:
        expect(server.start_seconds < 1, f"took {server.start_seconds:.2f} s")
        server.client("sts").get_caller_identity()
        with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as status:
            kilobytes = int(status.read().split("VmRSS:")[1].split()[0])
        expect_memory(kilobytes * 1024, 60 * 1024 * 1024)


def test_signals_stop_it_cleanly():
    for how in (signal.SIGTERM, signal.SIGINT):
        with Server() as server:
            idle = server.connect()
            expect_equal(server.stop(how), 0)
            idle.close()
            expect('"message":"stopped"' in server.log, server.log)


def test_keys_are_made_once():
    with Server(keys=False) as server:
        file = server.data / "credentials"
        expect_equal(stat.S_IMODE(file.stat().st_mode), 0o600)
        expect_equal(stat.S_IMODE((server.data / "tls/key.pem").stat().st_mode), 0o600)
        first = file.read_text()
        server.stop()
        server.start()
        expect_equal(file.read_text(), first)
        # Stock clients read the file.
        code, out, err = server.aws("sts", "get-caller-identity",
                                    AWS_SHARED_CREDENTIALS_FILE=str(file))
        expect(code != 0, "the keys of the environment are not those of this server")
        keys = dict(line.split(" = ") for line in first.splitlines()[1:])
        client = server.client("sts", keys["aws_access_key_id"], keys["aws_secret_access_key"])
        client.get_caller_identity()
        expect(keys["aws_secret_access_key"] not in server.log, "the log has the secret key")


def test_what_is_kept_is_the_owners_alone():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        with Server(data=folder):
            modes = {each.name: stat.S_IMODE(each.stat().st_mode)
                     for each in Path(folder).iterdir() if each.is_dir()}
        expect_equal(modes.pop("tls"), 0o755)  # clients need the certificate
        expect("control" in modes and "s3" in modes and "iam" in modes, modes)
        expect_equal(set(modes.values()), {0o700}, modes)


def test_damaged_credentials():
    with Server(keys=False) as server:
        server.stop()
        (server.data / "credentials").write_text("nothing\n")
        code, err = run_program("--data", str(server.data), "--port", "0")
        expect(code == 1 and "has no keys for [default]" in err, code, err)


def test_one_of_two_keys():
    with Server() as server:
        server.stop()
        code, err = run_program("--data", str(server.data), "--port", "0",
                                environment={"MILLRACE_ROOT_ACCESS_KEY_ID": ACCESS_KEY})
        expect(code == 1 and "MILLRACE_ROOT_SECRET_ACCESS_KEY" in err, code, err)


def test_port_in_use():
    with Server() as server, Server() as other:
        other.stop()
        code, err = run_program("--data", str(other.data), "--port", str(server.port))
        expect(code == 1 and "the port is in use" in err and "--port" in err, code, err)


def test_data_directory_in_use():
    with Server() as server:
        code, err = run_program("--data", str(server.data), "--port", "0")
        expect(code == 1 and f"in use by process {server.process.pid}" in err, code, err)


def test_data_directory_that_cannot_be():
    code, err = run_program("--data", "/dev/null/data", "--port", "0")
    expect(code == 1 and "/dev/null" in err, code, err)


def test_wrong_certificate():
    with Server() as server:
        server.stop()
        key = str(server.data / "tls/key.pem")
        code, err = run_program("--data", str(server.data), "--port", "0",
                                "--https-certificate", key, "--https-key", key)
        expect(code == 1 and "certificate" in err, code, err)
        code, err = run_program("--data", str(server.data), "--port", "0", "--https-key", key)
        expect(code == 1 and "--https-certificate" in err, code, err)


def test_configuration_file():
    with Server() as server:
        server.stop()
        file = server.data / "serve.json"
        file.write_text(json.dumps({"region": "eu-central-1", "account": "111122223333"}))
        server.arguments = ["--config", str(file), "--account", "444455556666"]
        server.start()
        identity = server.client("sts", region="eu-central-1").get_caller_identity()
        # The command line wins.
        expect_equal(identity["Account"], "444455556666")
        server.stop()
        for content, wanted in (("[1]", "is no JSON object"), ('{"regoin": "x"}', "region"),
                                ('{"port": "many"}', "port"), ('{"auth": "maybe"}', "auth")):
            file.write_text(content)
            code, err = run_program("--data", str(server.data), "--config", str(file))
            expect(code == 2 and wanted in err, content, code, err)


def test_quotas_in_the_configuration_file():
    with Server() as server:
        server.stop()
        file = server.data / "serve.json"
        file.write_text(json.dumps({"quota": {"tags": 1, "kpus": 3}}))
        server.arguments = ["--config", str(file), "--quota", "kpus=2", "--auth", "off"]
        server.start()
        client = server.client("kinesisanalyticsv2")

        def create(parallelism=1, tags=1):
            flink = {"ParallelismConfiguration": {
                "ConfigurationType": "CUSTOM", "Parallelism": parallelism}}
            client.create_application(
                ApplicationName="a", RuntimeEnvironment="FLINK-1_20",
                ServiceExecutionRole="arn:aws:iam::000000000000:role/r",
                ApplicationConfiguration={"FlinkApplicationConfiguration": flink},
                Tags=[{"Key": str(number)} for number in range(tags)])

        expect_error(lambda: create(tags=2), "TooManyTagsException")
        expect_error(lambda: create(parallelism=3), "LimitExceededException", text="limit")
        create(parallelism=2)
        server.stop()
        file.write_text('{"quota": {"tag": 1}}')
        code, err = run_program("--data", str(server.data), "--config", str(file))
        expect(code == 1 and "'tag'" in err and "'tags'" in err, code, err)


def test_settings_that_are_not_there():
    with Server() as server:
        server.stop()
        for name in ("kinesis", "s3", "iam", "sts", "logs", "cloudwatch", "applications", "sqs"):
            code, err = run_program("--data", str(server.data), "--port", "0",
                                    "--set", f"{name}.endpiont=http://127.0.0.1:1")
            expect(code == 1 and f"'{name}.endpiont'" in err and "hint" in err, name, code, err)


def test_help_and_wrong_usage():
    help_text = subprocess.run([harness.PROGRAM, "serve", "--help"], capture_output=True, text=True,
                               timeout=10, check=True).stdout
    for option in ("--host", "--port", "--data", "--region", "--account", "--config", "--auth",
                   "--https-certificate", "--https-key"):
        expect(option in help_text, option, help_text)
    for wrong in (["--account", "12"], ["--region", ""], ["--region", "us east"],
                  ["--auth", "maybe"], ["--port", "x"], ["--prot", "1"]):
        code, err = run_program(*wrong)
        expect_equal(code, 2, err)


def test_operations_that_are_not_there():
    with Server() as server:
        sts = server.client("sts")
        expect_error(lambda: sts.decode_authorization_message(EncodedMessage="x"),
                     "InvalidAction", 400, "not offered")
