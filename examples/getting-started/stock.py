"""Trades of made-up stocks, and the streams that they go through."""

import datetime
import json
import random
import time

INPUT, OUTPUT = "ExampleInputStream", "ExampleOutputStream"
TICKERS = ["AAPL", "AMZN", "MSFT", "INTC", "TBV"]
# Event time is made up too, so that nobody has to wait for windows to pass.
FIRST = datetime.datetime(2024, 1, 1, 9, 30)
STEP = datetime.timedelta(milliseconds=500)
WINDOW = 20  # trades in 10 seconds


class Trader:
    """Puts one trade after the other, half a second of event time apart."""

    def __init__(self, kinesis):
        self.kinesis, self.count = kinesis, 0

    def trade(self):
        moment = FIRST + self.count * STEP
        self.count += 1
        return {"event_time": moment.isoformat(timespec="milliseconds"),
                "ticker": random.choice(TICKERS), "price": round(random.random() * 100, 2)}

    def put(self, count):
        records = [{"Data": json.dumps(self.trade()).encode(), "PartitionKey": "partitionkey"}
                   for _ in range(count)]
        while records:
            answer = self.kinesis.put_records(StreamName=INPUT, Records=records)
            records = [record for record, result in zip(records, answer["Records"])
                       if "ErrorCode" in result]


class Results:
    """What the application has written so far."""

    def __init__(self, kinesis):
        self.kinesis, self.rows = kinesis, []
        shard = kinesis.list_shards(StreamName=OUTPUT)["Shards"][0]["ShardId"]
        self.iterator = kinesis.get_shard_iterator(
            StreamName=OUTPUT, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]

    def read(self):
        answer = self.kinesis.get_records(ShardIterator=self.iterator)
        self.iterator = answer["NextShardIterator"]
        rows = [json.loads(record["Data"]) for record in answer["Records"]]
        self.rows += rows
        return rows

    def windows(self):
        """Window -> trades in it, of all tickers."""
        sums = {}
        for row in self.rows:
            sums[row["window_end"]] = sums.get(row["window_end"], 0) + row["trades"]
        return sums

    def wait(self, windows, seconds=30):
        """Until that many windows are complete; returns the new rows."""
        new, deadline = [], time.monotonic() + seconds
        while time.monotonic() < deadline:
            new += self.read()
            sums = self.windows()
            if len(sums) >= windows and all(count >= WINDOW for count in sums.values()):
                return new
            time.sleep(0.3)
        raise SystemExit(f"after {seconds} s there are {len(self.windows())} windows, "
                         f"not {windows}: {self.windows()}")
