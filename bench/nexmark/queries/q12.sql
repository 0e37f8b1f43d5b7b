-- q12: how many bids a person makes in 10 seconds of the clock. Its rows differ from run to run, and
-- the windows that are open when the input ends are never emitted.
CREATE TABLE answer (
  bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP(3), endtime TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

CREATE TEMPORARY VIEW clocked_bid AS
SELECT bidder, PROCTIME() AS read_at
FROM bid;

INSERT INTO answer
SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE clocked_bid, DESCRIPTOR(read_at), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, bidder;
