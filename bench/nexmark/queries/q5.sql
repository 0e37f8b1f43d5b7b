-- q5: the auctions with the most bids in the last 10 seconds, every 2 seconds. Hopping counts,
-- joined with the largest count of the same window.
CREATE TABLE answer (auction BIGINT, num BIGINT) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH bid_counts AS (
  SELECT window_start, window_end, auction, COUNT(*) AS num
  FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY window_start, window_end, auction
), largest AS (
  SELECT window_start, window_end, MAX(num) AS num
  FROM bid_counts
  GROUP BY window_start, window_end
)
SELECT bid_counts.auction, bid_counts.num
FROM bid_counts
INNER JOIN largest
  ON bid_counts.window_start = largest.window_start
  AND bid_counts.window_end = largest.window_end
  AND bid_counts.num >= largest.num;
