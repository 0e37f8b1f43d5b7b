-- q7: the highest bids of each 10 seconds. The bids meet their window's maximum in a regular join,
-- which has to keep every bid.
CREATE TABLE answer (
  auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra STRING
) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH highest AS (
  SELECT window_start, window_end, MAX(price) AS price
  FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
)
SELECT offer.auction, offer.bidder, offer.price, offer.`dateTime`, offer.extra
FROM bid AS offer
INNER JOIN highest ON offer.price = highest.price
WHERE offer.`dateTime` BETWEEN highest.window_end - INTERVAL '10' SECOND AND highest.window_end;
