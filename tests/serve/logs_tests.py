"""CloudWatch Logs: groups, streams, events, filters, retention, tags, permissions."""

import json
import time

from harness import expect, expect_equal, expect_error, Server

DAY = 86_400_000


def now():
    return int(time.time() * 1000)


def put(logs, group, stream, *events):
    """Events are (timestamp, message)."""
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[
        {"timestamp": timestamp, "message": message} for timestamp, message in events])


def make(logs, group, *streams):
    logs.create_log_group(logGroupName=group)
    for stream in streams:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)


def messages(answer):
    return [event["message"] for event in answer["events"]]


def test_groups_and_streams():
    with Server() as server:
        logs = server.client("logs")
        for name in ("b", "a/1", "a/2"):
            logs.create_log_group(logGroupName=name)
        expect_error(lambda: logs.create_log_group(logGroupName="b"),
                     "ResourceAlreadyExistsException", 400)
        groups = logs.describe_log_groups()["logGroups"]
        expect_equal([group["logGroupName"] for group in groups], ["a/1", "a/2", "b"])
        expect_equal(groups[0]["arn"], "arn:aws:logs:us-east-1:000000000000:log-group:a/1:*")
        expect_equal(groups[0]["logGroupClass"], "STANDARD")
        expect("retentionInDays" not in groups[0], groups[0])
        pages = logs.get_paginator("describe_log_groups").paginate(
            PaginationConfig={"PageSize": 1}, logGroupNamePrefix="a/")
        expect_equal([group["logGroupName"] for page in pages for group in page["logGroups"]],
                     ["a/1", "a/2"])
        expect_equal([group["logGroupName"] for group in logs.list_log_groups(
            logGroupNamePattern="^a/1|bbb")["logGroups"]], ["a/1"])
        for stream in ("s1", "s2", "t1"):
            logs.create_log_stream(logGroupName="b", logStreamName=stream)
        put(logs, "b", "s2", (now(), "x"))
        names = [stream["logStreamName"] for stream in
                 logs.describe_log_streams(logGroupName="b", orderBy="LastEventTime",
                                           descending=True)["logStreams"]]
        expect_equal(names[0], "s2")
        pages = logs.get_paginator("describe_log_streams").paginate(
            logGroupName="b", logStreamNamePrefix="s", PaginationConfig={"PageSize": 1})
        expect_equal([stream["logStreamName"] for page in pages for stream in page["logStreams"]],
                     ["s1", "s2"])
        logs.delete_log_stream(logGroupName="b", logStreamName="s2")
        expect_error(lambda: put(logs, "b", "s2", (now(), "x")), "ResourceNotFoundException",
                     text="The specified log stream does not exist.")
        expect_equal(messages(logs.filter_log_events(logGroupName="b")), [])
        logs.delete_log_group(logGroupName="b")
        expect_error(lambda: logs.describe_log_streams(logGroupName="b"),
                     "ResourceNotFoundException", text="The specified log group does not exist.")
        expect_error(lambda: logs.create_log_group(logGroupName="a b"),
                     "InvalidParameterException", text="failed to satisfy constraint")
        expect_error(lambda: logs.describe_subscription_filters(logGroupName="a/1"),
                     "UnknownOperationException")


def test_events_are_read_in_both_directions():
    with Server() as server:
        logs = server.client("logs")
        make(logs, "g", "s")
        start = now() - 10_000
        put(logs, "g", "s", *[(start + i, f"m{i}") for i in range(5)])
        get = lambda **more: logs.get_log_events(logGroupName="g", logStreamName="s", **more)
        page = get(startFromHead=True, limit=2)
        expect_equal(messages(page), ["m0", "m1"])
        page = get(startFromHead=True, limit=2, nextToken=page["nextForwardToken"])
        expect_equal(messages(page), ["m2", "m3"])
        page = get(startFromHead=True, nextToken=page["nextForwardToken"])
        expect_equal(messages(page), ["m4"])
        end = get(startFromHead=True, nextToken=page["nextForwardToken"])
        expect_equal((messages(end), end["nextForwardToken"]), ([], page["nextForwardToken"]))
        put(logs, "g", "s", (start + 9, "later"))
        page = get(startFromHead=True, nextToken=end["nextForwardToken"])
        expect_equal(messages(page), ["later"])
        page = get(limit=2)
        expect_equal(messages(page), ["m4", "later"])
        page = get(limit=2, nextToken=page["nextBackwardToken"])
        expect_equal(messages(page), ["m2", "m3"])
        expect_equal(messages(get(startTime=start + 1, endTime=start + 3)), ["m1", "m2"])
        expect_error(lambda: get(nextToken="f/1/s"), "InvalidParameterException")
        stream = logs.describe_log_streams(logGroupName="g")["logStreams"][0]
        expect_equal((stream["firstEventTimestamp"], stream["lastEventTimestamp"]),
                     (start, start + 9))
        expect_equal(logs.describe_log_groups()["logGroups"][0]["storedBytes"], 5 * 28 + 31)


def test_batches_have_limits():
    with Server() as server:
        logs = server.client("logs")
        make(logs, "g", "s")
        at = now()
        expect_error(lambda: put(logs, "g", "s", (at, "b"), (at - 1, "a")),
                     "InvalidParameterException", text="chronological order")
        expect_error(lambda: put(logs, "g", "s", (at, "x" * 1_048_551)),
                     "InvalidParameterException",
                     text="Upload too large: 1048577 bytes exceeds limit of 1048576")
        expect_error(lambda: put(logs, "g", "s", (at - 25 * 3_600_000, "a"), (at, "b")),
                     "InvalidParameterException", text="24 hours")
        answer = put(logs, "g", "s", (at - 15 * DAY, "old"), (at, "good"), (at + DAY // 4, "new"))
        expect_equal(answer["rejectedLogEventsInfo"],
                     {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2})
        expect_equal(messages(logs.get_log_events(logGroupName="g", logStreamName="s")), ["good"])
        put(logs, "g", "s", (at, "x" * 1_048_550))
        logs.put_log_events(logGroupName="g", logStreamName="s", sequenceToken="anything",
                            logEvents=[{"timestamp": at, "message": "y"}])


def test_filter_finds_over_streams():
    with Server() as server:
        logs = server.client("logs")
        make(logs, "g", "one", "two", "other")
        at = now() - 60_000
        for i in range(6):
            line = json.dumps({"level": "ERROR" if i % 3 == 0 else "INFO", "number": i})
            put(logs, "g", ("one", "two")[i % 2], (at + i, line))
        put(logs, "g", "other", (at + 10, "a plain ERROR"))
        find = lambda pattern="", **more: messages(
            logs.filter_log_events(logGroupName="g", filterPattern=pattern, **more))
        numbers = lambda found: [json.loads(line)["number"] for line in found]
        expect_equal(numbers(find('{ $.level = "ERROR" }')), [0, 3])
        expect_equal(numbers(find("{ $.number > 3 }")), [4, 5])
        expect_equal(numbers(find("{ $.number >= 0 }", startFromHead=False)), [5, 4, 3, 2, 1, 0])
        expect_equal(find("ERROR -level"), ["a plain ERROR"])
        expect_equal(numbers(find(logStreamNames=["two"])), [1, 3, 5])
        expect_equal(find(logStreamNamePrefix="o", startTime=at + 10), ["a plain ERROR"])
        expect_equal(numbers(find(startTime=at + 1, endTime=at + 3)), [1, 2, 3])
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName="g", PaginationConfig={"PageSize": 2})
        events = [event for page in pages for event in page["events"]]
        expect_equal(len(events), 7)
        expect_equal(len({event["eventId"] for event in events}), 7)
        expect_error(lambda: find("{ $.a = }"), "InvalidParameterException")
        expect_error(lambda: find("a:b"), "InvalidParameterException",
                     text="Invalid character(s) in term 'a:b'")
        matches = logs.test_metric_filter(filterPattern="[ip, status = 4*]",
                                          logEventMessages=["x 200", "y 404"])["matches"]
        expect_equal(matches, [{"eventNumber": 2, "eventMessage": "y 404",
                                "extractedValues": {"$ip": "y", "$status": "404"}}])


def test_retention_hides_and_survives_a_restart():
    with Server() as server:
        logs = server.client("logs")
        make(logs, "g", "s")
        put(logs, "g", "s", (now() - 3 * DAY, "old"))
        put(logs, "g", "s", (now(), "new"))
        logs.put_retention_policy(logGroupName="g", retentionInDays=1)
        read = lambda: messages(logs.get_log_events(logGroupName="g", logStreamName="s"))
        expect_equal(read(), ["new"])
        answer = put(logs, "g", "s", (now() - 3 * DAY, "late"))
        expect_equal(answer["rejectedLogEventsInfo"], {"expiredLogEventEndIndex": 1})
        expect_error(lambda: logs.put_retention_policy(logGroupName="g", retentionInDays=2),
                     "InvalidParameterException", text="enum value set: [1, 3, 5")
        server.stop()
        server.start()
        logs = server.client("logs")
        expect_equal(read(), ["new"])
        expect_equal(logs.describe_log_groups()["logGroups"][0]["retentionInDays"], 1)
        time.sleep(1)  # the old event is deleted at start, so it does not come back
        logs.delete_retention_policy(logGroupName="g")
        expect_equal(read(), ["new"])


def test_tags_and_protection():
    with Server() as server:
        logs = server.client("logs")
        logs.create_log_group(logGroupName="g", tags={"team": "a"}, deletionProtectionEnabled=True)
        arn = logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
        logs.tag_resource(resourceArn=arn, tags={"stage": "test"})
        logs.tag_log_group(logGroupName="g", tags={"more": ""})
        expect_equal(logs.list_tags_for_resource(resourceArn=arn)["tags"],
                     {"team": "a", "stage": "test", "more": ""})
        logs.untag_resource(resourceArn=arn, tagKeys=["team"])
        logs.untag_log_group(logGroupName="g", tags=["more"])
        expect_equal(logs.list_tags_log_group(logGroupName="g")["tags"], {"stage": "test"})
        expect_error(lambda: logs.tag_resource(
            resourceArn=arn, tags={f"k{i}": "v" for i in range(50)}), "TooManyTagsException")
        expect_error(lambda: logs.delete_log_group(logGroupName="g"), "ValidationException")
        logs.put_log_group_deletion_protection(logGroupIdentifier=arn,
                                               deletionProtectionEnabled=False)
        logs.delete_log_group(logGroupName="g")


def test_permissions():
    with Server() as server:
        logs, iam = server.client("logs"), server.client("iam")
        make(logs, "g", "s", "other")
        iam.create_user(UserName="u")
        key = iam.create_access_key(UserName="u")["AccessKey"]
        prefix = "arn:aws:logs:us-east-1:000000000000:log-group:"
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents",
                           "Resource": prefix + "g:log-stream:s*"},
                          {"Effect": "Allow", "Action": "logs:DescribeLogStreams",
                           "Resource": prefix + "g:*"},
                          {"Effect": "Allow", "Action": "logs:DescribeLogGroups",
                           "Resource": prefix + "*"}]}))
        mine = server.client("logs", key["AccessKeyId"], key["SecretAccessKey"])
        put(mine, "g", "s", (now(), "x"))
        mine.describe_log_streams(logGroupName="g")
        mine.describe_log_groups()
        expect_error(lambda: put(mine, "g", "other", (now(), "x")), "AccessDeniedException",
                     text="logs:PutLogEvents on resource: " + prefix + "g:log-stream:other")
        expect_error(lambda: mine.filter_log_events(logGroupName="g"), "AccessDeniedException")


def test_command_line():
    with Server() as server:
        make(server.client("logs"), "g", "s")
        put(server.client("logs"), "g", "s", (now(), "hello"), (now(), "world"))
        code, out, err = server.aws("logs", "filter-log-events", "--log-group-name", "g",
                                    "--filter-pattern", "world")
        expect(code == 0 and "world" in out and "hello" not in out, code, out, err)
