-- The lowest price of each ticker over the last 10 seconds, every 5 seconds of event time.
--
-- The table is a directory that is watched for new files, so the job runs until it is stopped.
-- Fill it, from the repository's root, with
--   python3 examples/stock_producer.py --out build/demo/stock_ticker
CREATE TABLE stock_ticker (
  EVENT_TIME TIMESTAMP(3),
  TICKER STRING,
  PRICE DOUBLE,
  WATERMARK FOR EVENT_TIME AS EVENT_TIME - INTERVAL '1' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'build/demo/stock_ticker',
  'source.monitor-interval' = '200 ms',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);

SELECT window_start, window_end, TICKER, MIN(PRICE) AS MIN_PRICE
FROM TABLE(
  HOP(TABLE stock_ticker, DESCRIPTOR(EVENT_TIME), INTERVAL '5' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end, TICKER;
