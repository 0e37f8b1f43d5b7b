-- q23: bids of persons who sell something too, once for each thing they sell. Two regular joins.
CREATE TABLE answer (
  auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP(3), name STRING,
  city STRING, sold_auction BIGINT, itemName STRING, category BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO answer
SELECT
  offer.auction, offer.bidder, offer.price, offer.`dateTime` AS bid_dateTime,
  buyer.name, buyer.city, item.id AS sold_auction, item.itemName, item.category
FROM bid AS offer
INNER JOIN person AS buyer ON buyer.id = offer.bidder
INNER JOIN auction AS item ON item.seller = offer.bidder;
