-- q20: the bids of category 10 with everything about their auction. A regular join of wide rows.
CREATE TABLE answer (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
  bid_dateTime TIMESTAMP(3), bid_extra STRING, itemName STRING, description STRING,
  initialBid BIGINT, reserve BIGINT, auction_dateTime TIMESTAMP(3), expires TIMESTAMP(3),
  seller BIGINT, category BIGINT, auction_extra STRING
) WITH ('connector' = 'blackhole');

INSERT INTO answer
SELECT
  offer.auction, offer.bidder, offer.price, offer.channel, offer.url,
  offer.`dateTime` AS bid_dateTime, offer.extra AS bid_extra,
  item.itemName, item.description, item.initialBid, item.reserve,
  item.`dateTime` AS auction_dateTime, item.expires, item.seller, item.category,
  item.extra AS auction_extra
FROM bid AS offer
INNER JOIN auction AS item ON item.id = offer.auction
WHERE item.category = 10;
