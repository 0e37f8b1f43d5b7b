-- q19: the ten highest bids of every auction with their place. A Top-N whose ranks move.
CREATE TABLE answer (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
  `dateTime` TIMESTAMP(3), extra STRING, rank_number BIGINT
) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH numbered AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number
  FROM bid
)
SELECT auction, bidder, price, channel, url, `dateTime`, extra, rank_number
FROM numbered
WHERE rank_number <= 10;
