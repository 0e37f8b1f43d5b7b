-- q18: every person's last bid on every auction. Deduplication by event time, wide rows.
CREATE TABLE answer (
  auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
  `dateTime` TIMESTAMP(3), extra STRING
) WITH ('connector' = 'blackhole');

INSERT INTO answer
WITH numbered AS (
  SELECT
    *, ROW_NUMBER() OVER (PARTITION BY auction, bidder ORDER BY `dateTime` DESC) AS place
  FROM bid
)
SELECT auction, bidder, price, channel, url, `dateTime`, extra
FROM numbered
WHERE place = 1;
