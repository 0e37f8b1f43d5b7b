-- q11: how many bids a person makes without a pause of 10 seconds. The older syntax of windows in
-- GROUP BY.
CREATE TABLE answer (
  bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP(3), endtime TIMESTAMP(3)
) WITH ('connector' = 'blackhole');

INSERT INTO answer
SELECT
  bidder,
  COUNT(*) AS bid_count,
  SESSION_START(`dateTime`, INTERVAL '10' SECOND) AS starttime,
  SESSION_END(`dateTime`, INTERVAL '10' SECOND) AS endtime
FROM bid
GROUP BY SESSION(`dateTime`, INTERVAL '10' SECOND), bidder;
