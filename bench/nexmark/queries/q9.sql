-- q9: the winning bid of every auction: the highest one, of equal ones the first. A regular join
-- and a Top-1 of wide rows.
CREATE TABLE answer (
  id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT,
  `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING,
  auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP(3), bid_extra STRING
) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH offers AS (
  SELECT
    item.*, offer.auction, offer.bidder, offer.price,
    offer.`dateTime` AS bid_dateTime, offer.extra AS bid_extra,
    ROW_NUMBER() OVER (
      PARTITION BY item.id ORDER BY offer.price DESC, offer.`dateTime` ASC) AS place
  FROM auction AS item
  INNER JOIN bid AS offer ON item.id = offer.auction
  WHERE offer.`dateTime` BETWEEN item.`dateTime` AND item.expires
)
SELECT
  id, itemName, description, initialBid, reserve, `dateTime`, expires, seller, category, extra,
  auction, bidder, price, bid_dateTime, bid_extra
FROM offers
WHERE place <= 1;
