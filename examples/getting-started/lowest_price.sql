-- The lowest price of each ticker and the number of its trades, for every 10 seconds.
-- '${streams.input}' and '${streams.output}' are runtime properties of the application.
CREATE TABLE trades (
  event_time TIMESTAMP(3),
  ticker STRING,
  price DOUBLE,
  WATERMARK FOR event_time AS event_time
) WITH (
  'connector' = 'kinesis',
  'stream' = '${streams.input}',
  'source.init.position' = 'TRIM_HORIZON',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);

CREATE TABLE lowest_prices (
  window_end TIMESTAMP(3),
  ticker STRING,
  lowest DOUBLE,
  trades BIGINT
) WITH (
  'connector' = 'kinesis',
  'stream' = '${streams.output}',
  'format' = 'json'
);

INSERT INTO lowest_prices
SELECT window_end, ticker, MIN(price), COUNT(*)
FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, ticker;
