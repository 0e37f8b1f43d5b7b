#!/usr/bin/env python3
"""Writes made-up stock trades, one JSON object a line, into files of a directory as time passes.

A record is {"EVENT_TIME": "2024-05-01T12:00:00.123456", "TICKER": "AMZN", "PRICE": 46.03} with the
time of its creation. A file appears complete, under its final name, and never changes after that,
which is what a table with 'source.monitor-interval' expects.
"""

import argparse
import datetime
import json
import os
import random
import time

TICKERS = ["AAPL", "AMZN", "MSFT", "INTC", "TBV"]


def trade():
    return {
        "EVENT_TIME": datetime.datetime.now().isoformat(timespec="microseconds"),
        "TICKER": random.choice(TICKERS),
        "PRICE": round(random.random() * 100, 2),
    }


def write_file(directory, number, seconds, rate):
    """Collects `seconds` of trades at `rate` a second into one file."""
    name = f"trades-{number:06d}.json"
    # Files whose names begin with a dot are not read.
    hidden = os.path.join(directory, "." + name)
    with open(hidden, "w", encoding="utf-8") as out:
        for _ in range(max(1, round(seconds * rate))):
            out.write(json.dumps(trade()) + "\n")
            time.sleep(1 / rate)
    os.rename(hidden, os.path.join(directory, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, help="directory, made when it does not exist")
    parser.add_argument("--seconds", type=float, help="stop after this time (default: never)")
    parser.add_argument("--rate", type=float, default=50, help="trades a second (50)")
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two files (0.5)")
    arguments = parser.parse_args()

    os.makedirs(arguments.out, exist_ok=True)
    started = time.monotonic()
    number = 0
    while arguments.seconds is None or time.monotonic() - started < arguments.seconds:
        write_file(arguments.out, number, arguments.every, arguments.rate)
        number += 1


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
