-- q13: bids enriched from a side table of 10,000 rows (i, 'i'). A lookup join. ${SIDE_INPUT} is a
-- table over a CSV file; Flink has no lookup over files and gets the same file through a small
-- connector (flink/SideInputFactory.java).
CREATE TABLE side_input (key BIGINT, `value` STRING) WITH (${SIDE_INPUT});

CREATE TABLE answer (
  auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), `value` STRING
) WITH ('connector' = 'blackhole');

CREATE TEMPORARY VIEW keyed_bid AS
SELECT auction, bidder, price, `dateTime`, MOD(auction, 10000) AS side_key, PROCTIME() AS read_at
FROM bid;

INSERT INTO answer
SELECT offer.auction, offer.bidder, offer.price, offer.`dateTime`, side.`value`
FROM keyed_bid AS offer
INNER JOIN side_input FOR SYSTEM_TIME AS OF offer.read_at AS side ON side.key = offer.side_key;
