-- The auctions with the most bids in the last 10 seconds, every 2 seconds of event time.
--
-- Reads a dump of the Nexmark generator, in which every line is a person, an auction or a bid:
--   millrace bench nexmark dump --seed 42 --events 2000000 --parts 2 --out build/demo/nexmark
-- Only the fields that are declared here are decoded.
SET 'parallelism.default' = '2';

CREATE TABLE events (
  event_type INT,
  person ROW<`dateTime` TIMESTAMP(3)>,
  auction ROW<`dateTime` TIMESTAMP(3)>,
  bid ROW<auction BIGINT, `dateTime` TIMESTAMP(3)>,
  event_time AS CASE event_type WHEN 0 THEN person.`dateTime`
                                WHEN 1 THEN auction.`dateTime`
                                ELSE bid.`dateTime` END,
  WATERMARK FOR event_time AS event_time - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'build/demo/nexmark', 'format' = 'json');

CREATE TEMPORARY VIEW bids AS
SELECT bid.auction AS auction, event_time FROM events WHERE event_type = 2;

CREATE TEMPORARY VIEW bid_counts AS
SELECT window_start, window_end, auction, COUNT(*) AS num_bids
FROM TABLE(HOP(TABLE bids, DESCRIPTOR(event_time), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction;

SELECT counts.window_end, counts.auction, counts.num_bids
FROM bid_counts AS counts
JOIN (
  SELECT window_start, window_end, MAX(num_bids) AS most_bids
  FROM bid_counts
  GROUP BY window_start, window_end
) AS hottest
ON counts.window_start = hottest.window_start
  AND counts.window_end = hottest.window_end
  AND counts.num_bids = hottest.most_bids;
