"""CloudWatch metrics: data points, statistics, lists, over the protocols of its clients."""

import datetime
import json
import time
import urllib.parse

from harness import expect, expect_equal, expect_error, Server

SPACE = "Test/Space"


def minute(ago):
    """The beginning of a minute, that many ago."""
    seconds = int(time.time()) // 60 * 60 - 60 * ago
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


def put(client, name, *data, dimensions=None):
    for datum in data:
        datum["MetricName"] = name
        if dimensions:
            datum["Dimensions"] = [{"Name": n, "Value": v} for n, v in dimensions.items()]
    client.put_metric_data(Namespace=SPACE, MetricData=list(data))


def statistics(client, name, *names, start=30, end=-1, period=60, **more):
    extended = [each for each in names if each.startswith("p")]
    plain = [each for each in names if not each.startswith("p")]
    if plain:
        more["Statistics"] = plain
    if extended:
        more["ExtendedStatistics"] = extended
    points = client.get_metric_statistics(
        Namespace=SPACE, MetricName=name, StartTime=minute(start), EndTime=minute(end),
        Period=period, **more)["Datapoints"]
    return sorted(points, key=lambda point: point["Timestamp"])


def test_statistics_of_values():
    with Server() as server:
        client = server.client("cloudwatch")
        at = minute(5)
        put(client, "m", {"Value": 3, "Timestamp": at, "Unit": "Count"},
            {"Values": [1, 10], "Counts": [4, 1], "Timestamp": at, "Unit": "Count"},
            {"Value": 7, "Timestamp": minute(3), "Unit": "Count"})
        points = statistics(client, "m", "SampleCount", "Average", "Sum", "Minimum", "Maximum",
                            "p50", "p100")
        expect_equal(len(points), 2)
        first = points[0]
        expect_equal((first["Timestamp"], first["Unit"]), (at, "Count"))
        expect_equal([first[name] for name in ("SampleCount", "Sum", "Minimum", "Maximum")],
                     [6, 17, 1, 10])
        expect(abs(first["Average"] - 17 / 6) < 1e-9, first)
        expect_equal(first["ExtendedStatistics"], {"p50": 1, "p100": 10})
        expect_equal(statistics(client, "m", "Sum", period=1800, start=29)[0]["Sum"], 24)
        expect_equal(statistics(client, "m", "Sum", Unit="Seconds"), [])
        put(client, "set", {"StatisticValues": {"SampleCount": 2, "Sum": 6, "Minimum": 2,
                                                "Maximum": 4}})
        expect_equal(statistics(client, "set", "Average")[0]["Average"], 3)
        expect("ExtendedStatistics" not in statistics(client, "set", "p90")[0])


def test_lists_and_data():
    with Server() as server:
        client = server.client("cloudwatch")
        at = minute(2)
        put(client, "m", {"Value": 1, "Timestamp": at}, dimensions={"B": "2", "A": "1"})
        put(client, "m", {"Value": 2, "Timestamp": at}, dimensions={"A": "2"})
        put(client, "n", {"Value": 3, "Timestamp": at})
        expect_equal(len(client.list_metrics(Namespace=SPACE)["Metrics"]), 3)
        expect_equal(client.list_metrics(Namespace="Other")["Metrics"], [])
        found = client.list_metrics(MetricName="m", Dimensions=[{"Name": "A", "Value": "1"}])
        expect_equal(found["Metrics"], [{
            "Namespace": SPACE, "MetricName": "m",
            "Dimensions": [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]}])

        def query(identifier, metric, stat="Sum"):
            return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}

        times = {"StartTime": minute(10), "EndTime": minute(-1)}
        answer = client.get_metric_data(MetricDataQueries=[
            query("a", found["Metrics"][0]), query("b", {"Namespace": SPACE, "MetricName": "n"}),
            query("c", {"Namespace": SPACE, "MetricName": "m"})], **times)["MetricDataResults"]
        expect_equal([(each["Id"], each["Label"], each["Values"], each["StatusCode"])
                      for each in answer],
                     [("a", "m", [1], "Complete"), ("b", "n", [3], "Complete"),
                      ("c", "m", [], "Complete")])
        expect_equal(answer[0]["Timestamps"], [at])
        expect_error(lambda: client.get_metric_data(
            MetricDataQueries=[{"Id": "e", "Expression": "1 + 1"}], **times),
            "ValidationError", text="metric math")
        server.stop()
        server.start()
        expect_equal(len(server.client("cloudwatch").list_metrics()["Metrics"]), 3)


def data_query(identifier, name, stat="Sum", period=60, **more):
    metric = {"Namespace": SPACE, "MetricName": name}
    return dict({"Id": identifier,
                 "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}, **more)


def pages(client, queries, limit, **more):
    """[(id, values, status)] of each page."""
    token, found = {}, []
    while len(found) < 20:
        page = client.get_metric_data(
            MetricDataQueries=queries, StartTime=minute(30), EndTime=minute(-1),
            MaxDatapoints=limit, **token, **more)
        found.append([(each["Id"], each["Values"], each["StatusCode"])
                      for each in page["MetricDataResults"]])
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}
    raise AssertionError(f"the pages do not end: {found}")


def test_data_comes_in_pages():
    """MaxDatapoints is the number of points of a page and not of the answer."""
    with Server() as server:
        client = server.client("cloudwatch")
        put(client, "a", *({"Value": i, "Timestamp": minute(10 - i)} for i in range(5)))
        put(client, "b", {"Value": 7, "Timestamp": minute(9)})
        queries = [data_query("a", "a"), data_query("none", "none"), data_query("b", "b")]
        expect_equal(pages(client, queries, 2), [
            [("a", [4, 3], "PartialData")], [("a", [2, 1], "PartialData")],
            [("a", [0], "Complete"), ("none", [], "Complete"), ("b", [7], "Complete")]])
        expect_equal(pages(client, queries, 5, ScanBy="TimestampAscending"), [
            [("a", [0, 1, 2, 3, 4], "Complete"), ("none", [], "Complete")],
            [("b", [7], "Complete")]])
        expect_equal(len(pages(client, queries, 6)), 1)
        paginator = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=minute(30), EndTime=minute(-1), MaxDatapoints=4)
        expect_equal([value for page in paginator for result in page["MetricDataResults"]
                      for value in result["Values"]], [4, 3, 2, 1, 0, 7])
        times = {"StartTime": minute(30), "EndTime": minute(-1)}
        for token in ("x", "1x", "9", "-1", "1."):
            expect_error(lambda: client.get_metric_data(
                MetricDataQueries=queries, NextToken=token, **times), "InvalidNextToken")
        expect_error(lambda: client.get_metric_data(
            MetricDataQueries=queries, MaxDatapoints=0, **times), "ValidationError")
        for identifier in ("M1", "1m", "_m", "m-1", "ä"):
            expect_error(lambda: client.get_metric_data(
                MetricDataQueries=[data_query(identifier, "a")], **times),
                "ValidationError", text="lower-case letter")


def test_wrong_input():
    with Server() as server:
        client = server.client("cloudwatch")
        expect_error(lambda: put(client, "m", {}), "MissingParameter")
        expect_error(lambda: put(client, "m", {"Value": 1, "Values": [1]}),
                     "InvalidParameterCombination")
        expect_error(lambda: put(client, "m", {"Value": 1, "Timestamp": minute(60 * 24 * 15)}),
                     "InvalidParameterValue", text="two weeks")
        expect_error(lambda: put(client, "m", {"Value": 1, "StorageResolution": 5}),
                     "InvalidParameterValue")
        expect_error(lambda: statistics(client, "m", "Sum", period=61), "InvalidParameterValue")
        expect_error(lambda: statistics(client, "m", "Sum", start=60 * 25),
                     "InvalidParameterCombination", text="exceeds the limit of 1440")
        response = expect_error(client.describe_alarms, "UnknownOperationException")
        expect(response["ResponseMetadata"]["HTTPStatusCode"] < 500, response)


def test_policies_say_cloudwatch():
    with Server() as server:
        iam = server.client("iam")
        iam.create_user(UserName="writer")
        iam.put_user_policy(UserName="writer", PolicyName="p", PolicyDocument=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "cloudwatch:PutMetricData",
                           "Resource": "*",
                           "Condition": {"StringEquals": {"cloudwatch:namespace": SPACE}}}]}))
        key = iam.create_access_key(UserName="writer")["AccessKey"]
        client = server.client("cloudwatch", key["AccessKeyId"], key["SecretAccessKey"])
        put(client, "m", {"Value": 1})
        expect_error(lambda: client.put_metric_data(
            Namespace="Other", MetricData=[{"MetricName": "m", "Value": 1}]),
            "AccessDeniedException",
            text="not authorized to perform: cloudwatch:PutMetricData")
        expect_error(client.list_metrics, "AccessDeniedException", text="cloudwatch:ListMetrics")
        iam.attach_user_policy(UserName="writer",
                               PolicyArn="arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess")
        expect_equal(len(client.list_metrics(Namespace=SPACE)["Metrics"]), 1)


def test_command_line_and_query_protocol():
    with Server("--auth", "off") as server:
        code, _, err = server.aws("cloudwatch", "put-metric-data", "--namespace", SPACE,
                                  "--metric-name", "m", "--value", "4", "--unit", "Count")
        expect_equal(code, 0, err)
        code, out, err = server.aws("cloudwatch", "list-metrics", "--namespace", SPACE)
        expect(code == 0 and '"m"' in out, code, out, err)
        body = urllib.parse.urlencode({"Action": "ListMetrics", "Version": "2010-08-01",
                                       "Namespace": SPACE}).encode()
        answer = server.exchange(
            b"POST / HTTP/1.1\r\nHost: monitoring.us-east-1.amazonaws.com\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        expect(b"<MetricName>m</MetricName>" in answer, answer)
