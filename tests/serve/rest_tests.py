"""Flink's monitoring REST of an application, below the URL of CreateApplicationPresignedUrl: every
answer has the members of a real Flink's (flink_rest_shapes.txt), and what it says is true."""

import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import rest_paths
from control_tests import wait_for
from engine_tests import Applications
from harness import Server, expect, expect_equal, expect_error

SHAPES = Path(__file__).with_name("flink_rest_shapes.txt")
NUMBERS = 100_000_000
RATE = 1000

# Paths of Flink's that ours does not answer, and why.
LEFT_OUT = {
    "/jobs/:job/jobmanager/log-url": "logs are in the log stream of the application",
    "/jobmanager/thread-dump": "there are no threads of a virtual machine",
    "/taskmanagers/:taskmanager/thread-dump": "there are no threads of a virtual machine",
    "/jobs/:job/resource-requirements": "of Flink's adaptive scheduler; Flink itself answers 500",
}
# Members that Flink's answer had and ours need not have, and what ours may have beyond it: keys of
# a map, and a metric that only windows have.
MAY_LACK = re.compile(
    r"classpath\[\]|jvm\.options\[\]|logs\[\].*|metrics\.garbageCollectors\[\].*")
MAY_HAVE = re.compile(r"execution-config\.user-config\..*|(N\.)?OP\.numLateRecordsDropped")
# Flink answers 500 to a task manager that is unknown.
STATUS = {"/taskmanagers/unknown": 404}


def script():
    """Ten numbers in a window, each of another key: as many rows go from task to task."""
    return f"""
CREATE TABLE numbers (id BIGINT,
  ts AS TIMESTAMPADD(SECOND, CAST(id AS INT), TIMESTAMP '2024-01-01 00:00:00'),
  WATERMARK FOR ts AS ts) WITH (
  'connector' = 'datagen', 'rows-per-second' = '{RATE}',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{NUMBERS}');
CREATE TABLE results (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO results SELECT MOD(id, 10), COUNT(*)
FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY MOD(id, 10), window_start, window_end;
"""


def expected_shapes():
    """{path: (status, {line})} as recorded."""
    shapes = {}
    for line in SHAPES.read_text().splitlines():
        if line.startswith("/"):
            path, _, status = line.partition(" ")
            shapes[path] = (int(status or 200), set())
        else:
            shapes[path][1].add(line.strip())
    return shapes


class Running:
    """A service with a running application whose REST can be asked."""

    def __enter__(self):
        self.server = Server().start()
        self.apps = Applications(self.server)
        self.apps.create(script(), parallelism=2)
        self.apps.started()
        self.url = self.apps.client.create_application_presigned_url(
            ApplicationName="app", UrlType="FLINK_DASHBOARD_URL")["AuthorizedUrl"]
        parts = urllib.parse.urlsplit(self.url)
        self.base = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
        with urllib.request.urlopen(self.url, timeout=10) as answer:
            self.page = answer.read().decode()
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.headers = {"Cookie": self.cookie}
        return self

    def __exit__(self, *_):
        self.server.stop()
        shutil.rmtree(self.server.data, ignore_errors=True)

    def ask(self, path):
        status, answer = rest_paths.ask(self.base + path, self.headers)
        expect_equal(status, 200, f"{path}: {answer}")
        return answer


def kinds_of(lines):
    return {line.split(" ")[0]: set(line.split(" ")[1].split("|")) for line in lines}


def differences(path, status, answer, expected):
    wanted_status, wanted = expected
    wanted_status = STATUS.get(path, wanted_status)
    if status != wanted_status:
        return [f"status {status}, not {wanted_status}: {answer}"]
    got = rest_paths.shape(path, answer)
    if path.endswith("metrics"):
        # All names are Flink's; it has more of them, of buffers and the virtual machine.
        return [f"{name} is no metric of Flink's" for name in got
                if name not in wanted and not MAY_HAVE.fullmatch(name)]
    got, wanted = kinds_of(got), kinds_of(wanted)
    wrong = [f"{place} is missing" for place in wanted
             if place not in got and not MAY_LACK.fullmatch(place)]
    wrong += [f"{place} is not Flink's" for place in got
              if place not in wanted and not MAY_HAVE.fullmatch(place)]
    wrong += [f"{place} is {got[place]}, not {wanted[place]}" for place in got
              if place in wanted and not got[place] <= wanted[place]]
    return wrong


def check_shapes(running):
    shapes = expected_shapes()
    wrong = []
    for path, status, answer in rest_paths.ask_all(running.base, running.headers):
        expected = (404, {". object", "errors array", "errors[] string"}) \
            if path in LEFT_OUT else shapes[path]
        wrong += [f"{path}: {each}" for each in differences(path, status, answer, expected)]
    expect(not wrong, "\n".join(wrong))


def metric_values(running, path, *names):
    answer = running.ask(f"{path}?get={','.join(names)}")
    return {each["id"]: each["value"] for each in answer}


def check_counts(running, job):
    """What flows is counted, and agrees from resource to resource."""
    before = running.ask(f"/jobs/{job}")
    source, sink = before["vertices"][0], before["vertices"][-1]
    expect_equal([source["parallelism"], sink["parallelism"]], [2, 2], "parallelism")
    expect_equal(source["tasks"]["RUNNING"], 2)
    expect(source["metrics"]["write-records"] > 0, source)
    wait_for(lambda: running.ask(f"/jobs/{job}")["vertices"][0]["metrics"]["write-records"] >
             before["vertices"][0]["metrics"]["write-records"] + RATE / 2)
    after = running.ask(f"/jobs/{job}")
    rows = (after["vertices"][0]["metrics"]["write-records"] -
            before["vertices"][0]["metrics"]["write-records"])
    rate = rows / ((after["now"] - before["now"]) / 1000)
    expect(RATE / 2 < rate < RATE * 2, f"{rate} rows a second")
    vertex = running.ask(f"/jobs/{job}/vertices/{sink['id']}")
    total = sum(each["metrics"]["read-records"] for each in vertex["subtasks"])
    expect_equal(vertex["aggregated"]["metrics"]["read-records"]["sum"], total)
    names = [f"{i}.numRecordsIn" for i in range(2)]
    metrics = metric_values(running, f"/jobs/{job}/vertices/{sink['id']}/metrics", *names)
    expect(sum(int(metrics[name]) for name in names) >= total, metrics, total)
    rates = running.ask(f"/jobs/{job}/vertices/{sink['id']}/subtasks/metrics"
                        "?get=numRecordsInPerSecond&agg=sum")
    expect_equal(set(rates[0]), {"id", "sum"})
    expect(RATE / 2 < rates[0]["sum"] < RATE * 2, rates)
    return sink["id"]


def check_watermarks(running, job, vertex):
    marks = running.ask(f"/jobs/{job}/vertices/{vertex}/watermarks")
    expect_equal([mark["id"] for mark in marks],
                 ["0.currentInputWatermark", "1.currentInputWatermark"])
    first = 1704067200_000  # 2024-01-01
    for mark in marks:
        expect(int(mark["value"]) > first, mark)


def check_back_pressure(running, job, vertex):
    answer = running.ask(f"/jobs/{job}/vertices/{vertex}/backpressure")
    expect_equal(answer["backpressureLevel"], "ok")
    for subtask in answer["subtasks"]:
        total = subtask["ratio"] + subtask["busyRatio"] + subtask["idleRatio"]
        expect(abs(total - 1) < 0.01 and subtask["idleRatio"] > 0.2, subtask)


def check_checkpoints(running, job, vertex):
    checkpoints = running.ask(f"/jobs/{job}/checkpoints")
    newest = checkpoints["latest"]["completed"]
    expect(Path(newest["external_path"]).is_dir(), newest)
    expect(checkpoints["counts"]["completed"] >= 1 and checkpoints["counts"]["failed"] == 0,
           checkpoints["counts"])
    detail = running.ask(f"/jobs/{job}/checkpoints/details/{newest['id']}")
    expect_equal(sum(each["checkpointed_size"] for each in detail["tasks"].values()),
                 detail["checkpointed_size"], "bytes")
    subtasks = running.ask(f"/jobs/{job}/checkpoints/details/{newest['id']}/subtasks/{vertex}")
    expect_equal(sum(each["checkpointed_size"] for each in subtasks["subtasks"]),
                 detail["tasks"][vertex]["checkpointed_size"], "bytes of the task")
    settings = running.ask(f"/jobs/{job}/checkpoints/config")
    expect_equal((settings["interval"], settings["mode"]), (300, "exactly_once"))


def check_access(running):
    """Only whoever has the URL of this application, and only to read."""
    expect("/jobs/overview" in running.page, running.page)
    path = f"{running.base}/jobs/overview"
    token = running.cookie.split("=", 1)[1]
    expect_equal(rest_paths.ask(path)[0], 403)
    expect_equal(rest_paths.ask(path, {"Cookie": "authToken=" + "0" * 64})[0], 403)
    expect_equal(rest_paths.ask(f"{path}?authToken={token}")[0], 200)
    # Flink's own clients put the version of the API in front.
    versioned = rest_paths.ask(f"{running.base}/v1/jobs/overview", running.headers)
    plain = rest_paths.ask(path, running.headers)
    expect_equal(versioned[1]["jobs"][0]["jid"], plain[1]["jobs"][0]["jid"])
    other = running.base.replace("/app", "/other")
    expect_equal(rest_paths.ask(f"{other}/jobs/overview", running.headers)[0], 403)
    request = urllib.request.Request(path, headers=running.headers, method="PATCH")
    try:
        urllib.request.urlopen(request, timeout=10)
        raise AssertionError("PATCH was answered")
    except urllib.error.HTTPError as error:
        expect_equal(error.code, 405)
    expect(token not in running.server.log, "the token is in the log")


def test_monitoring_rest():
    with Running() as running:
        check_access(running)
        job = rest_paths.wait_until_busy(running.base, running.headers)
        wait_for(lambda: float(metric_values(running, f"/jobs/{job}/metrics", "uptime")["uptime"])
                 > 2500)
        check_shapes(running)
        vertex = check_counts(running, job)
        check_watermarks(running, job, vertex)
        check_back_pressure(running, job, vertex)
        check_checkpoints(running, job, vertex)
        # When it has ended there is nobody to ask.
        running.apps.client.stop_application(ApplicationName="app", Force=True)
        running.apps.reaches("READY")
        status, answer = rest_paths.ask(f"{running.base}/jobs/overview", running.headers)
        expect_equal((status, list(answer)), (404, ["errors"]))
        expect_error(lambda: running.apps.client.create_application_presigned_url(
            ApplicationName="app", UrlType="FLINK_DASHBOARD_URL"), "ResourceInUseException")
