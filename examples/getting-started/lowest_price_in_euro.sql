-- lowest_price.sql after a change: the lowest price in another currency too. The state is the same.
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
  lowest_in_euro DOUBLE,
  trades BIGINT
) WITH (
  'connector' = 'kinesis',
  'stream' = '${streams.output}',
  'format' = 'json'
);

INSERT INTO lowest_prices
SELECT window_end, ticker, MIN(price), ROUND(MIN(price) * 0.92, 2), COUNT(*)
FROM TABLE(TUMBLE(TABLE trades, DESCRIPTOR(event_time), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, ticker;
