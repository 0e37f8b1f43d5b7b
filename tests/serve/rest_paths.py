"""The paths of Flink's monitoring REST that answer for a job, asked of Flink and of ours alike."""

import json
import re
import time
import urllib.error
import urllib.request

PATHS = """
/config
/overview
/cluster
/jobs
/jobs/overview
/jobs/metrics
/jobs/metrics?get=numRestarts
/jobs/:job
/jobs/:job/accumulators
/jobs/:job/checkpoints
/jobs/:job/checkpoints/config
/jobs/:job/checkpoints/details/:checkpoint
/jobs/:job/checkpoints/details/:checkpoint/subtasks/:vertex
/jobs/:job/config
/jobs/:job/exceptions
/jobs/:job/execution-result
/jobs/:job/jobmanager/config
/jobs/:job/jobmanager/environment
/jobs/:job/jobmanager/log-url
/jobs/:job/metrics
/jobs/:job/metrics?get=numRestarts
/jobs/:job/plan
/jobs/:job/resource-requirements
/jobs/:job/status
/jobs/:job/vertices/:vertex
/jobs/:job/vertices/:vertex/accumulators
/jobs/:job/vertices/:vertex/backpressure
/jobs/:job/vertices/:vertex/metrics
/jobs/:job/vertices/:vertex/metrics?get=0.busyTimeMsPerSecond
/jobs/:job/vertices/:vertex/subtasks/0
/jobs/:job/vertices/:vertex/subtasks/0/attempts/0
/jobs/:job/vertices/:vertex/subtasks/0/attempts/0/accumulators
/jobs/:job/vertices/:vertex/subtasks/0/metrics
/jobs/:job/vertices/:vertex/subtasks/accumulators
/jobs/:job/vertices/:vertex/subtasks/metrics
/jobs/:job/vertices/:vertex/subtasks/metrics?get=busyTimeMsPerSecond
/jobs/:job/vertices/:vertex/subtasktimes
/jobs/:job/vertices/:vertex/taskmanagers
/jobs/:job/vertices/:vertex/watermarks
/jobs/:job/vertices/:source/watermarks
/jobs/:job/vertices/:source/metrics
/jobmanager/config
/jobmanager/environment
/jobmanager/logs
/jobmanager/metrics
/jobmanager/metrics?get=Status.JVM.Threads.Count
/jobmanager/thread-dump
/taskmanagers
/taskmanagers/metrics
/taskmanagers/:taskmanager
/taskmanagers/:taskmanager/logs
/taskmanagers/:taskmanager/metrics
/taskmanagers/:taskmanager/metrics?get=Status.JVM.Threads.Count
/taskmanagers/:taskmanager/thread-dump
/jobs/00000000000000000000000000000000
/jobs/:job/vertices/00000000000000000000000000000000
/jobs/:job/checkpoints/details/999999
/jobs/wrong
/taskmanagers/unknown
/nothing
""".split()


def ask(url, headers=None):
    """(status, answer): the answer is JSON."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}),
                                    timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def wait_until_busy(base, headers=None, seconds=60):
    """Until the only job runs and has completed a checkpoint; returns its id."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        status, answer = ask(f"{base}/jobs/overview", headers)
        jobs = answer.get("jobs") if status == 200 else None
        if jobs and jobs[0]["state"] == "RUNNING":
            job = jobs[0]["jid"]
            _, checkpoints = ask(f"{base}/jobs/{job}/checkpoints", headers)
            if checkpoints["latest"]["completed"]:
                return job
        time.sleep(0.1)
    raise AssertionError("no job with a checkpoint")


def ask_all(base, headers=None):
    """Yields (path with names, status, answer); every answer is about the same moment."""
    job = wait_until_busy(base, headers)
    _, detail = ask(f"{base}/jobs/{job}", headers)
    _, managers = ask(f"{base}/taskmanagers", headers)
    for path in PATHS:
        # Only the newest ten are kept.
        _, checkpoints = ask(f"{base}/jobs/{job}/checkpoints", headers)
        real = (path.replace(":job", job).replace(":vertex", detail["vertices"][-1]["id"])
                .replace(":source", detail["vertices"][0]["id"])
                .replace(":checkpoint", str(checkpoints["latest"]["completed"]["id"]))
                .replace(":taskmanager", managers["taskmanagers"][0]["id"]))
        status, answer = ask(base + real, headers)
        yield path, status, answer


KINDS = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{32}_.*")


def members(value, place, found):
    if isinstance(value, dict):
        found.setdefault(place or ".", set()).add("object")
        for key, each in value.items():
            name = "*" if ID.fullmatch(key) else key
            members(each, f"{place}.{name}" if place else name, found)
    elif isinstance(value, list):
        found.setdefault(place or ".", set()).add("array")
        for each in value:
            members(each, f"{place}[]", found)
    else:
        # What cannot be computed is a number for Flink all the same.
        kind = "number" if value == "NaN" else KINDS[type(value)]
        found.setdefault(place or ".", set()).add(kind)


def metric_name(name):
    """With N for the subtask's number and OP for the name of an operator ("totals[9]__Writer")."""
    name = re.sub(r"^\d+\.", "N.", name)
    return re.sub(r"^(N\.)?[^.]*\[\d+\][^.]*\.(.*\.)?", lambda found: f"{found[1] or ''}OP.", name)


def shape(path, answer):
    """The members of an answer, a line each. Of metrics the names count, not the list."""
    if re.search(r"metrics$", path):
        return sorted({metric_name(metric["id"]) for metric in answer})
    if re.search(r"config$", path) and isinstance(answer, list):
        answer = answer[:1]
    found = {}
    members(answer, "", found)
    return [f"{place} {'|'.join(sorted(kinds))}" for place, kinds in sorted(found.items())]
